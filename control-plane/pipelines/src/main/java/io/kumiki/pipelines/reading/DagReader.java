package io.kumiki.pipelines.reading;

import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Dag.Selected;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.ir.Task;
import io.kumiki.pipelines.reading.SourceReader.Producer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A dag: its tasks linked by index, without cycles.
final class DagReader {
    private final Function<String, @Nullable Component> components;
    private final Function<String, @Nullable String> executorOf;
    private final Predicate<String> known;
    private final PlatformReader platform;

    DagReader(
            Function<String, @Nullable Component> components,
            Function<String, @Nullable String> executorOf,
            Predicate<String> known,
            PlatformReader platform) {
        this.components = components;
        this.executorOf = executorOf;
        this.known = known;
        this.platform = platform;
    }

    /// Null when a task's component is missing or broken.
    @Nullable
    Dag read(
            Fields f,
            Map<String, ParameterDefinition> inputs,
            Map<String, ArtifactDefinition> inputArtifacts,
            Map<String, ParameterDefinition> outputs,
            Map<String, ArtifactDefinition> outputArtifacts) {
        var fields = new LinkedHashMap<String, Fields>();
        f.map("tasks", t -> t, n -> n).forEach(fields::put);
        var producers = new LinkedHashMap<String, Producer>();
        boolean whole = true;
        int index = 0;
        for (var e : fields.entrySet()) {
            Component component = component(e.getValue(), e.getKey());
            whole &= component != null;
            if (component != null) {
                producers.put(e.getKey(), new Producer(index, component));
            }
            index++;
        }
        if (!whole) {
            return null;
        }
        var sources = new SourceReader(inputs, inputArtifacts, producers);
        var reader = new TaskReader(sources, platform);
        var tasks = new ArrayList<Task>(fields.size());
        producers.forEach((name, producer) -> {
            Component c = producer.component();
            Task task = reader.read(
                    Objects.requireNonNull(fields.get(name)), tasks.size(), name, c, executorOf.apply(c.name()));
            tasks.add(task.loop() != null && !(c.body() instanceof Dag) ? LoopBody.wrapped(task) : task);
        });
        cycles(f, tasks);
        Fields out = f.object("outputs");
        var selected = out.map("parameters", p -> parameter(p, sources), n -> n);
        var selectedArtifacts = out.map("artifacts", a -> artifact(a, sources), n -> n);
        out.done();
        f.done();
        declared(out, "parameters", selected, outputs);
        declared(out, "artifacts", selectedArtifacts, outputArtifacts);
        return new Dag(withConsumers(tasks), selected, selectedArtifacts);
    }

    private @Nullable Component component(Fields task, String name) {
        if (name.indexOf('/') >= 0 || name.isEmpty() || name.length() > 200) {
            task.fault(
                    "",
                    SpecFault.BadValue,
                    "a task's name has 1 to 200 characters and no '/', found " + Fields.quoted(name));
        }
        Fields ref = task.object("componentRef");
        String component = ref.requiredText("name", "the component");
        ref.done();
        if (!component.isEmpty() && !known.test(component)) {
            ref.fault("name", SpecFault.UnknownComponent, "there is no component " + Fields.quoted(component));
            return null;
        }
        return component.isEmpty() ? null : components.apply(component);
    }

    private static void cycles(Fields f, List<Task> tasks) {
        int[] open = new int[tasks.size()];
        var consumers = consumers(tasks);
        var free = new ArrayDeque<Integer>();
        for (Task t : tasks) {
            open[t.index()] = t.upstreams().size();
            if (open[t.index()] == 0) {
                free.add(t.index());
            }
        }
        int done = 0;
        while (free.poll() instanceof Integer i) {
            done++;
            for (int c : consumers.get(i)) {
                if (--open[c] == 0) {
                    free.add(c);
                }
            }
        }
        if (done < tasks.size()) {
            var stuck = tasks.stream()
                    .filter(t -> open[t.index()] > 0)
                    .map(Task::name)
                    .limit(10)
                    .toList();
            f.fault("tasks", SpecFault.Cycle, "these tasks wait for each other: " + String.join(", ", stuck));
        }
    }

    private static List<List<Integer>> consumers(List<Task> tasks) {
        var consumers = new ArrayList<List<Integer>>(tasks.size());
        tasks.forEach(t -> consumers.add(new ArrayList<>(2)));
        tasks.forEach(t -> t.upstreams().forEach(u -> consumers.get(u).add(t.index())));
        return consumers;
    }

    private static List<Task> withConsumers(List<Task> tasks) {
        var consumers = consumers(tasks);
        return tasks.stream().map(t -> t.consumedBy(consumers.get(t.index()))).toList();
    }

    private static List<Selected> parameter(Fields f, SourceReader sources) {
        var all = new ArrayList<Selected>();
        if (f.has("valueFromOneof")) {
            Fields one = f.object("valueFromOneof");
            all.addAll(one.list("parameterSelectors", s -> selected(s, "outputParameterKey", false, sources)));
            one.done();
        } else {
            Fields value = f.object("valueFromParameter");
            Selected s = selected(value, "outputParameterKey", false, sources);
            if (s != null) {
                all.add(s);
            }
        }
        f.done();
        return all;
    }

    private static List<Selected> artifact(Fields f, SourceReader sources) {
        var all = f.list("artifactSelectors", s -> selected(s, "outputArtifactKey", true, sources));
        f.done();
        return all;
    }

    private static @Nullable Selected selected(Fields f, String keyField, boolean artifact, SourceReader sources) {
        String key = f.text(keyField);
        Producer producer = sources.producer(f, "producerSubtask", null);
        f.done();
        if (producer == null) {
            return null;
        }
        Map<String, ?> has = artifact
                ? producer.component().outputArtifacts()
                : producer.component().outputs();
        if (!has.containsKey(key)) {
            f.fault(
                    keyField,
                    SpecFault.UnknownOutput,
                    "component " + producer.component().name() + " has no output " + Fields.quoted(key)
                            + SourceReader.among(has));
        }
        return new Selected(producer.index(), key);
    }

    private static void declared(Fields out, String field, SequencedMap<String, ?> selected, Map<String, ?> declared) {
        for (String name : selected.keySet()) {
            if (!declared.containsKey(name)) {
                out.fault(
                        field + "[" + name + "]",
                        SpecFault.UnknownOutput,
                        "the component declares no output " + Fields.quoted(name) + SourceReader.among(declared));
            }
        }
        for (String name : declared.keySet()) {
            if (!selected.containsKey(name)) {
                out.fault(field, SpecFault.Missing, "nothing gives the declared output " + Fields.quoted(name));
            }
        }
    }
}
