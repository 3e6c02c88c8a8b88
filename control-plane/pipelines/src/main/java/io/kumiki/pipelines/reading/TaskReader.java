package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.expression.Condition;
import io.kumiki.pipelines.expression.Malformed;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ArtifactSource;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Loop;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.ir.ParameterSource;
import io.kumiki.pipelines.ir.ParameterType;
import io.kumiki.pipelines.ir.RetryPolicy;
import io.kumiki.pipelines.ir.Task;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One task of a DAG.
final class TaskReader {
    private static final int MOST_RETRIES = 1000;

    enum Strategy {
        TRIGGER_STRATEGY_UNSPECIFIED,
        ALL_UPSTREAM_TASKS_SUCCEEDED,
        ALL_UPSTREAM_TASKS_COMPLETED
    }

    private final SourceReader sources;
    private final PlatformReader platform;

    TaskReader(SourceReader sources, PlatformReader platform) {
        this.sources = sources;
        this.platform = platform;
    }

    Task read(Fields f, int index, String name, Component component, @Nullable String executor) {
        Fields taskInfo = f.object("taskInfo");
        String display = taskInfo.text("name");
        taskInfo.ignore("taskName", "displayName");
        taskInfo.done();
        f.ignore("componentRef");
        var upstreams = new TreeSet<Integer>();
        Fields inputs = f.object("inputs");
        var parameters = inputs.map(
                "parameters", p -> sources.parameter(p, component.inputType(last(p.path())), upstreams), n -> n);
        Map<String, ArtifactSource> artifacts = inputs.map("artifacts", a -> sources.artifact(a, upstreams), n -> n);
        inputs.done();
        dependencies(f, upstreams);
        Fields caching = f.object("cachingOptions");
        boolean cache = caching.flag("enableCache");
        String cacheKey = caching.optionalText("cacheKey");
        caching.done();
        Fields trigger = f.object("triggerPolicy");
        Condition condition = condition(trigger, parameters);
        boolean completion = trigger.word("strategy", Strategy.class) == Strategy.ALL_UPSTREAM_TASKS_COMPLETED;
        trigger.done();
        Loop loop = loop(f, component, parameters, artifacts);
        RetryPolicy retry = retry(f.object("retryPolicy"));
        var settings = executor == null ? null : platform.settings(executor, sources, upstreams);
        f.done();
        required(f, component, parameters.keySet(), artifacts.keySet(), loop);
        return new Task(
                index,
                name,
                display.isEmpty() ? name : display,
                component,
                new LinkedHashMap<>(parameters),
                new LinkedHashMap<>(artifacts),
                List.copyOf(upstreams),
                List.of(),
                cache,
                cacheKey,
                condition,
                completion,
                loop,
                retry,
                settings);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('[') + 1, path.length() - 1);
    }

    private void dependencies(Fields f, Set<Integer> upstreams) {
        List<String> names = f.texts("dependentTasks");
        for (int i = 0; i < names.size(); i++) {
            Integer index = sources.index(names.get(i));
            if (index == null) {
                f.fault(
                        "dependentTasks[" + i + "]",
                        SpecFault.UnknownTask,
                        "there is no task " + Fields.quoted(names.get(i)) + " in this DAG");
            } else {
                upstreams.add(index);
            }
        }
    }

    private static @Nullable Condition condition(Fields trigger, Map<String, ParameterSource> parameters) {
        String text = trigger.text("condition");
        if (text.isBlank()) {
            return null;
        }
        try {
            Condition condition = Condition.compile(text);
            for (String name : condition.parameters()) {
                if (!parameters.containsKey(name)) {
                    trigger.fault(
                            "condition",
                            SpecFault.UnknownInput,
                            "the task has no input parameter " + Fields.quoted(name) + SourceReader.among(parameters));
                }
            }
            return condition;
        } catch (Malformed e) {
            trigger.fault("condition", SpecFault.BadExpression, e.getMessage());
            return null;
        }
    }

    private static @Nullable Loop loop(
            Fields f,
            Component component,
            Map<String, ParameterSource> parameters,
            Map<String, ArtifactSource> artifacts) {
        int limit = 0;
        Fields policy = f.object("iteratorPolicy");
        limit = policy.count("parallelismLimit", 0);
        policy.done();
        if (limit < 0) {
            policy.fault("parallelismLimit", SpecFault.BadValue, "0 or more was expected, found " + limit);
        }
        if (f.has("parameterIterator")) {
            Fields it = f.object("parameterIterator");
            Fields items = it.object("items");
            ArrayNode raw = items.has("raw") ? raw(items) : null;
            String input = items.optionalText("inputParameter");
            items.done();
            String item = item(it, component.inputs());
            if (input != null && !parameters.containsKey(input)) {
                items.fault(
                        "inputParameter",
                        SpecFault.UnknownInput,
                        "the task has no input parameter " + Fields.quoted(input) + SourceReader.among(parameters));
            } else if (input == null && raw == null && !items.has("raw")) {
                items.fault("", SpecFault.Missing, "raw or inputParameter was expected");
            }
            if (raw != null) {
                checkItems(items, raw, component.inputs().get(item));
            }
            return new Loop(raw, input, false, item, limit);
        }
        if (f.has("artifactIterator")) {
            Fields it = f.object("artifactIterator");
            Fields items = it.object("items");
            String input = items.requiredText("inputArtifact", "the list of artifacts to iterate over");
            items.done();
            String item = item(it, component.inputArtifacts());
            if (!artifacts.containsKey(input)) {
                items.fault(
                        "inputArtifact",
                        SpecFault.UnknownInput,
                        "the task has no input artifact " + Fields.quoted(input) + SourceReader.among(artifacts));
            }
            return new Loop(null, input, true, item, limit);
        }
        return null;
    }

    private static String item(Fields it, Map<String, ?> inputs) {
        String item = it.requiredText("itemInput", "the input that receives one item");
        it.done();
        if (!item.isEmpty() && !inputs.containsKey(item)) {
            it.fault(
                    "itemInput",
                    SpecFault.UnknownInput,
                    "the component has no input " + Fields.quoted(item) + SourceReader.among(inputs));
        }
        return item;
    }

    private static @Nullable ArrayNode raw(Fields items) {
        try {
            if (Values.canonical(Json.parse(items.text("raw"))) instanceof ArrayNode list) {
                return list;
            }
        } catch (Json.Malformed e) {
            items.fault("raw", SpecFault.BadValue, "a JSON list was expected: " + e.getMessage());
            return null;
        }
        items.fault("raw", SpecFault.BadValue, "a JSON list was expected, found " + Fields.quoted(items.text("raw")));
        return null;
    }

    private static void checkItems(Fields items, ArrayNode raw, @Nullable ParameterDefinition item) {
        if (item == null || item.type() == ParameterType.STRING) {
            return;
        }
        for (int i = 0; i < raw.size(); i++) {
            JsonNode value = raw.get(i);
            if (!value.isNull()
                    && !Types.fits(item.type(), value)
                    && !value.toString().contains("{{$")) {
                items.fault(
                        "raw",
                        SpecFault.TypeMismatch,
                        "item " + i + " must be " + Types.wanted(item.type()) + " because the loop item is "
                                + item.type() + ", found " + Fields.kind(value));
                return;
            }
        }
    }

    private static @Nullable RetryPolicy retry(Fields f) {
        if (f.empty()) {
            return null;
        }
        int count = f.count("maxRetryCount", 0);
        if (count < 0 || count > MOST_RETRIES) {
            f.fault("maxRetryCount", SpecFault.BadValue, "0 to " + MOST_RETRIES + " was expected, found " + count);
        }
        double factor = f.number("backoffFactor", 2);
        if (factor < 0) {
            f.fault("backoffFactor", SpecFault.BadValue, "0 or more was expected, found " + factor);
        }
        Duration longest = duration(f, "backoffMaxDuration", Duration.ofHours(1));
        var policy = new RetryPolicy(
                count,
                duration(f, "backoffDuration", Duration.ZERO),
                factor == 0 ? 2 : factor,
                longest.isZero() ? Duration.ofHours(1) : longest);
        f.done();
        return policy;
    }

    /// protojson's form of a Duration: `3.5s`.
    private static Duration duration(Fields f, String field, Duration absent) {
        String text = f.text(field);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            if (text.endsWith("s") && text.length() <= 30) {
                var seconds = new BigDecimal(text.substring(0, text.length() - 1));
                if (seconds.signum() >= 0 && seconds.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0) {
                    return Duration.ofMillis(seconds.movePointRight(3).longValue());
                }
            }
        } catch (NumberFormatException e) {
            f.fault(field, SpecFault.BadValue, "seconds such as \"30s\" were expected, found " + Fields.quoted(text));
            return absent;
        }
        f.fault(field, SpecFault.BadValue, "seconds such as \"30s\" were expected, found " + Fields.quoted(text));
        return absent;
    }

    private static void required(
            Fields f, Component component, Set<String> parameters, Set<String> artifacts, @Nullable Loop loop) {
        component.inputs().values().forEach(p -> {
            boolean fromLoop = loop != null && !loop.artifacts() && loop.item().equals(p.name());
            if (p.required() && !parameters.contains(p.name()) && !fromLoop && p.type() != ParameterType.TASK_CONFIG) {
                f.fault(
                        "inputs.parameters",
                        SpecFault.Missing,
                        "component " + component.name() + " requires the parameter " + Fields.quoted(p.name()));
            }
        });
        component.inputArtifacts().values().forEach(a -> {
            boolean fromLoop = loop != null && loop.artifacts() && loop.item().equals(a.name());
            if (!a.optional() && !artifacts.contains(a.name()) && !fromLoop) {
                f.fault(
                        "inputs.artifacts",
                        SpecFault.Missing,
                        "component " + component.name() + " requires the artifact " + Fields.quoted(a.name()));
            }
        });
        if (component.body() instanceof Body.Importer i
                && i.parameter() != null
                && !parameters.contains(i.parameter())
                && !component.inputs().containsKey(i.parameter())) {
            f.fault(
                    "inputs.parameters",
                    SpecFault.Missing,
                    "the importer takes its uri from the parameter " + Fields.quoted(i.parameter()));
        }
    }
}
