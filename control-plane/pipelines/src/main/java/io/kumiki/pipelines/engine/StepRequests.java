package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.pipelines.expression.Argument;
import io.kumiki.pipelines.expression.Template;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.Component.TaskConfigField;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A leaf's attempt as final text. The same records always give the same request, so it can be issued again after a
/// crash.
final class StepRequests {
    /// Linux takes no longer argument than 32 pages, the closing zero included.
    private static final int LONGEST_ARGUMENT = 128 * 1024 - 1;

    private final Board board;
    private final PlatformRenderer platform;

    StepRequests(Board board, InputResolver resolver) {
        this.board = board;
        this.platform = new PlatformRenderer(resolver);
    }

    StepRequest of(Leaf leaf) {
        return switch (leaf.spec().component().body()) {
            case Body.Container c -> container(leaf, c);
            case Body.Importer i -> download(leaf);
            default -> throw new IllegalStateException(leaf.path + " makes no pod");
        };
    }

    private StepRequest container(Leaf leaf, Body.Container c) {
        ObjectNode settings = platform.settings(leaf);
        ObjectNode resources = resources(c.resources(), Io.parameters(leaf.inputs));
        List<StepRequest.Variable> env = env(c, leaf);
        var config = new TaskConfig(leaf.spec().component().passthroughs(), settings, resources, env);
        var files = new StepFiles(board, leaf, config.inputs(leaf.spec().component()));
        String image = c.image().fill(files);
        if (image.isBlank()) {
            throw new Unresolvable("the image of task '" + leaf.name + "' comes to nothing: " + c.imageText());
        }
        List<String> command = Argument.fill(c.command(), files);
        List<String> args = Argument.fill(c.args(), files);
        command.forEach(a -> fits("command", a));
        args.forEach(a -> fits("args", a));
        boolean workspace = board.pipeline.policy().workspace() != null
                && (files.mentionsWorkspace() || mentions(command, files) || mentions(args, files));
        var container = new StepRequest.Container(
                image,
                command,
                args,
                config.keeps(TaskConfigField.ENV)
                        ? env.stream()
                                .map(v -> new StepRequest.Variable(v.name(), v.value()))
                                .toList()
                        : List.of(),
                config.keeps(TaskConfigField.RESOURCES) ? resources : Json.object());
        return request(leaf, files, container, workspace, config.kept());
    }

    private boolean mentions(List<String> texts, StepFiles files) {
        String place = board.layout.workspace(board.run().id());
        return texts.stream().anyMatch(t -> t.contains(place));
    }

    private StepRequest request(
            Leaf leaf,
            StepFiles files,
            StepRequest.@Nullable Container container,
            boolean workspace,
            ObjectNode settings) {
        String run = board.run().id();
        return new StepRequest(
                run,
                leaf.id,
                leaf.path,
                leaf.name,
                leaf.attempt,
                leaf.notes.path(Node.FAILURES).asInt(0),
                container,
                files.executorInput,
                files.taskRoot,
                files.executorOutput,
                files.transfers(),
                files.parameterFiles(),
                container == null ? List.of() : files.uploads(),
                files.mounts(),
                workspace ? board.layout.workspace(run) : null,
                settings);
    }

    /// An importer that only brings its artifact into the workspace.
    private StepRequest download(Leaf leaf) {
        var files = new StepFiles(board, leaf, Json.object());
        ArtifactRecord artifact = Objects.requireNonNull(board.artifact(imported(leaf)));
        var transfer = new StepRequest.Transfer(artifact.uri(), files.workspacePath(artifact.uri()));
        StepRequest bare = request(leaf, files, null, true, platform.settings(leaf));
        return new StepRequest(
                bare.runId(),
                bare.taskId(),
                bare.path(),
                bare.name(),
                bare.attempt(),
                bare.retry(),
                null,
                bare.executorInput(),
                bare.taskRoot(),
                bare.executorOutput(),
                List.of(transfer),
                Map.of(),
                List.of(),
                bare.mounts(),
                bare.workspace(),
                bare.platform());
    }

    private static long imported(Leaf leaf) {
        return Io.artifacts(leaf.outputs).elements().next().path(0).longValue();
    }

    private List<StepRequest.Variable> env(Body.Container c, Leaf leaf) {
        var scope = new ParameterScope(Io.parameters(leaf.inputs), new RunWords(board.run(), leaf, board.layout));
        return c.env().stream()
                .map(e -> new StepRequest.Variable(e.name(), e.value().fill(scope)))
                .toList();
    }

    private static void fits(String where, String argument) {
        int bytes = argument.length() > LONGEST_ARGUMENT
                ? argument.length()
                : argument.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_ARGUMENT) {
            throw new TooLong("an entry of " + where + " has " + bytes + " bytes, Linux takes " + LONGEST_ARGUMENT
                    + ": hand large values over as an artifact instead of a parameter");
        }
    }

    static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLong(String message) {
            super(message, null, false, false);
        }
    }

    private ObjectNode resources(Map<String, Template> written, ObjectNode parameters) {
        var scope = new ParameterScope(parameters, null);
        ObjectNode all = Json.object();
        quantity(all, "limits", "cpu", filled(written, "resourceCpuLimit", "cpuLimit", "", scope));
        quantity(all, "limits", "memory", filled(written, "resourceMemoryLimit", "memoryLimit", "G", scope));
        quantity(all, "requests", "cpu", filled(written, "resourceCpuRequest", "cpuRequest", "", scope));
        quantity(all, "requests", "memory", filled(written, "resourceMemoryRequest", "memoryRequest", "G", scope));
        String type = filled(written, "accelerator.resourceType", "accelerator.type", "", scope);
        String count = filled(written, "accelerator.resourceCount", "accelerator.count", "", scope);
        if (!type.isEmpty() && !count.isEmpty() && !count.equals("0")) {
            quantity(all, "limits", type, count);
        }
        return all;
    }

    private static void quantity(ObjectNode all, String kind, String name, String value) {
        if (!value.isEmpty()) {
            all.withObjectProperty(kind).put(name, value);
        }
    }

    /// The textual field, else its deprecated numeric twin, which counts in units of its own; zero there means
    /// unset.
    private static String filled(
            Map<String, Template> written, String field, String old, String unit, ParameterScope scope) {
        Template text = written.get(field);
        if (text != null && !text.fill(scope).isBlank()) {
            return text.fill(scope).strip();
        }
        Template number = written.get(old);
        String value = number == null ? "" : number.fill(scope).strip();
        if (value.isEmpty() || unit.isEmpty() && !value.matches("[0-9.eE+-]+")) {
            return value;
        }
        try {
            var amount = new BigDecimal(value);
            return amount.signum() == 0 ? "" : amount.stripTrailingZeros().toPlainString() + unit;
        } catch (NumberFormatException e) {
            return value;
        }
    }
}
