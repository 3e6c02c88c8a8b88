package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.RunPolicy;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.Body;
import org.jspecify.annotations.Nullable;

/// CreatePVC, DeletePVC and the run's workspace as commands: no pod is needed to ask Kubernetes for a claim.
final class Volumes {
    private final Board board;

    Volumes(Board board) {
        this.board = board;
    }

    /// Fixed by the task, so that asking twice makes one claim.
    String name(Leaf leaf) {
        String name = text(leaf, "pvc_name");
        String suffix = text(leaf, "pvc_name_suffix");
        if (name != null && suffix != null) {
            throw new Unresolvable("pvc_name and pvc_name_suffix exclude each other, both are given");
        }
        if (name == null && suffix == null) {
            throw new Unresolvable("pvc_name or pvc_name_suffix was expected, neither is given");
        }
        return name != null ? name : leaf.id + suffix;
    }

    Command create(Leaf leaf) {
        ObjectNode spec = Json.object();
        JsonNode modes = list(leaf, "access_modes");
        if (modes == null || modes.isEmpty()) {
            throw new Unresolvable("access_modes needs a list such as [\"ReadWriteOnce\"]");
        }
        spec.set("accessModes", modes);
        String size = text(leaf, "size");
        if (size == null) {
            throw new Unresolvable("size is missing: give one such as 5Gi");
        }
        spec.putObject("resources").putObject("requests").put("storage", size);
        String volume = text(leaf, "volume_name");
        JsonNode storageClass = Io.parameter(leaf.inputs, "storage_class_name");
        if (volume != null) {
            spec.put("volumeName", volume);
        }
        if (storageClass != null
                && storageClass.isTextual()
                && (!storageClass.textValue().isEmpty() || volume != null)) {
            spec.put("storageClassName", storageClass.textValue());
        }
        if (Io.parameter(leaf.inputs, "data_source") instanceof ObjectNode source && !source.isEmpty()) {
            spec.set("dataSource", source);
        }
        ObjectNode annotations = Io.parameter(leaf.inputs, "annotations") instanceof ObjectNode o ? o : Json.object();
        return new Command.CreateVolume(leaf.id, name(leaf), annotations, spec);
    }

    private static @Nullable JsonNode list(Leaf leaf, String parameter) {
        JsonNode value = Io.parameter(leaf.inputs, parameter);
        return value instanceof TextNode t ? Json.array().add(t.textValue()) : value;
    }

    Command delete(Leaf leaf) {
        String name = text(leaf, "pvc_name");
        if (name == null) {
            throw new Unresolvable("pvc_name is missing: name the claim to delete");
        }
        return new Command.DeleteVolume(leaf.id, name);
    }

    private static @Nullable String text(Leaf leaf, String parameter) {
        JsonNode value = Io.parameter(leaf.inputs, parameter);
        return value == null || Values.text(value).isEmpty() ? null : Values.text(value);
    }

    void done(Leaf leaf) {
        if (!isAsked(leaf)) {
            return;
        }
        if (leaf.spec().component().body() instanceof Body.CreateVolume) {
            ObjectNode outputs = Io.empty();
            for (String output : leaf.spec().component().outputs().keySet()) {
                Io.parameters(outputs).put(output, name(leaf));
            }
            leaf.outputs = outputs;
        }
        board.end(leaf, TaskState.SUCCEEDED, null);
    }

    void refused(Leaf leaf, RunFault why) {
        if (isAsked(leaf)) {
            board.end(leaf, TaskState.FAILED, why);
        }
    }

    private static boolean isAsked(Leaf leaf) {
        return leaf.state == TaskState.RUNNING
                && switch (leaf.spec().component().body()) {
                    case Body.CreateVolume v -> true;
                    case Body.DeleteVolume v -> true;
                    default -> false;
                };
    }

    String workspaceClaim() {
        return board.run().id() + "-kfp-workspace";
    }

    Command workspace(RunPolicy.Workspace workspace) {
        ObjectNode spec = workspace.claimPatch().deepCopy();
        if (!(spec.get("accessModes") instanceof ArrayNode)) {
            spec.putArray("accessModes").add("ReadWriteOnce");
        }
        spec.withObjectProperty("resources").withObjectProperty("requests").put("storage", workspace.size());
        return new Command.CreateVolume(board.root.id, workspaceClaim(), Json.object(), spec);
    }
}
