package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Dag;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The whole document. Sizes are counted before anything is built.
public final class SpecReader {
    public static final int MOST_TASKS = 100_000;
    public static final int MOST_COMPONENTS = 20_000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");

    private final Problems problems = new Problems();
    private @Nullable Pipeline pipeline;

    private SpecReader() {}

    public static SpecReader read(JsonNode spec, @Nullable JsonNode platformSpec) {
        var reader = new SpecReader();
        reader.document(spec, platformSpec);
        return reader;
    }

    /// Null when there are violations.
    public @Nullable Pipeline pipeline() {
        return problems.none() ? pipeline : null;
    }

    public List<Violation> violations() {
        return problems.all();
    }

    private void document(JsonNode spec, @Nullable JsonNode platformSpec) {
        if (!(spec instanceof ObjectNode)) {
            problems.add(
                    "",
                    SpecFault.WrongKind,
                    "a pipeline document was expected, found " + Fields.kind(spec)
                            + "; compile the pipeline with kfp.compiler.Compiler().compile(..) and send what it wrote");
            return;
        }
        if (!bounded(spec)) {
            return;
        }
        Fields f = Fields.of(spec, "", problems);
        String schema = f.text("schemaVersion");
        if (!schema.equals("2.1.0")) {
            f.fault(
                    "schemaVersion",
                    SpecFault.BadValue,
                    "2.1.0 was expected, found " + Fields.quoted(schema) + "; compile the pipeline with kfp 2.x");
        }
        Fields about = f.object("pipelineInfo");
        String name = name(about);
        String displayName = about.text("displayName");
        String description = about.text("description");
        about.done();
        String sdk = f.text("sdkVersion");
        String root = f.optionalText("defaultPipelineRoot");
        PlatformReader platform = PlatformReader.of(platformSpec, problems);
        Fields deployment = f.object("deploymentSpec");
        var executors = deployment.map("executors", ExecutorReader::read, n -> n);
        deployment.done();
        var components = new ComponentReader(f, executors, platform, problems);
        Component rootComponent = components.readAll();
        f.done();
        if (rootComponent != null && rootComponent.body() instanceof Dag) {
            pipeline = new Pipeline(
                    name,
                    displayName.isEmpty() ? name : displayName,
                    description,
                    sdk,
                    root,
                    rootComponent,
                    images(rootComponent),
                    platform.policy(),
                    components.size(rootComponent));
        }
    }

    private static String name(Fields about) {
        String name = about.requiredText("name", "the pipeline's name");
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            about.fault(
                    "name",
                    SpecFault.BadValue,
                    "lower-case letters, digits and '-' were expected (at most 128, a letter or digit first), found "
                            + Fields.quoted(name));
        }
        return name;
    }

    private boolean bounded(JsonNode spec) {
        long tasks = spec.path("root").path("dag").path("tasks").size();
        for (JsonNode component : spec.path("components")) {
            tasks += component.path("dag").path("tasks").size();
        }
        if (tasks > MOST_TASKS) {
            problems.add(
                    "",
                    SpecFault.TooMany,
                    "at most " + MOST_TASKS + " tasks were expected, found " + tasks
                            + ": use a loop, or several pipelines");
        }
        if (spec.path("components").size() > MOST_COMPONENTS) {
            problems.add(
                    "components",
                    SpecFault.TooMany,
                    "at most " + MOST_COMPONENTS + " components were expected, found "
                            + spec.path("components").size());
        }
        return problems.none();
    }

    private static Set<String> images(Component root) {
        var images = new HashSet<String>();
        var seen = new HashSet<String>();
        var open = new ArrayDeque<Component>();
        open.add(root);
        while (open.poll() instanceof Component c) {
            switch (c.body()) {
                case Body.Container container when container.image().literal() -> images.add(container.imageText());
                case Dag dag ->
                    dag.tasks().forEach(t -> {
                        if (seen.add(t.component().name())) {
                            open.add(t.component());
                        }
                    });
                default -> {}
            }
        }
        return images;
    }
}
