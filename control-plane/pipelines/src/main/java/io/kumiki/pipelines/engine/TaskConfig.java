package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Component.TaskConfigField;
import io.kumiki.pipelines.ir.ParameterType;
import java.util.List;
import java.util.Map;

/// `dsl.TaskConfig`: the task's own settings as a value, so that a step can make e.g. a training job with them.
/// What is passed through applies to the step itself only where the component says so.
record TaskConfig(
        Map<TaskConfigField, Boolean> passthroughs,
        ObjectNode settings,
        ObjectNode resources,
        List<StepRequest.Variable> env) {

    boolean keeps(TaskConfigField field) {
        return passthroughs.getOrDefault(field, true);
    }

    ObjectNode inputs(Component component) {
        ObjectNode given = Json.object();
        component.inputs().values().forEach(p -> {
            if (p.type() == ParameterType.TASK_CONFIG) {
                given.set(p.name(), value());
            }
        });
        return given;
    }

    private ObjectNode value() {
        ObjectNode value = Json.object();
        pass(value, TaskConfigField.KUBERNETES_AFFINITY, "affinity", PlatformFields.AFFINITY);
        pass(value, TaskConfigField.KUBERNETES_TOLERATIONS, "tolerations", PlatformFields.TOLERATIONS);
        pass(value, TaskConfigField.KUBERNETES_NODE_SELECTOR, "nodeSelector", PlatformFields.NODE_SELECTOR);
        if (passthroughs.containsKey(TaskConfigField.ENV)) {
            ArrayNode all = value.putArray("env");
            env.forEach(v -> all.addObject().put("name", v.name()).put("value", v.value()));
            settings.path(PlatformFields.ENV).forEach(all::add);
        }
        pass(value, TaskConfigField.KUBERNETES_VOLUMES, "volumes", PlatformFields.VOLUMES);
        pass(value, TaskConfigField.KUBERNETES_VOLUMES, "volumeMounts", PlatformFields.VOLUME_MOUNTS);
        if (passthroughs.containsKey(TaskConfigField.RESOURCES)) {
            value.set("resources", resources);
        }
        return value;
    }

    private void pass(ObjectNode value, TaskConfigField field, String as, String key) {
        JsonNode found = settings.get(key);
        if (passthroughs.containsKey(field) && found != null) {
            value.set(as, found);
        }
    }

    /// The settings that the step itself gets.
    ObjectNode kept() {
        ObjectNode kept = settings.deepCopy();
        drop(kept, TaskConfigField.KUBERNETES_AFFINITY, PlatformFields.AFFINITY);
        drop(kept, TaskConfigField.KUBERNETES_TOLERATIONS, PlatformFields.TOLERATIONS);
        drop(kept, TaskConfigField.KUBERNETES_NODE_SELECTOR, PlatformFields.NODE_SELECTOR);
        drop(kept, TaskConfigField.KUBERNETES_VOLUMES, PlatformFields.VOLUMES);
        drop(kept, TaskConfigField.KUBERNETES_VOLUMES, PlatformFields.VOLUME_MOUNTS);
        drop(kept, TaskConfigField.ENV, PlatformFields.ENV);
        return kept;
    }

    private void drop(ObjectNode kept, TaskConfigField field, String key) {
        if (!keeps(field)) {
            kept.remove(key);
        }
    }
}
