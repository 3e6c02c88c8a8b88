package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.kube.kinds.PodTemplates;
import io.kumiki.kube.kinds.ScalePaths;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The workloads of the core group: ReplicationControllers, which came before ReplicaSets.
public final class CoreWorkloads {
    private CoreWorkloads() {}

    public static List<Kind> kinds() {
        return List.of(Kind.modelled(
                        ResourceType.REPLICATION_CONTROLLERS, "ReplicationController", true, "ReplicationController")
                .shortNames("rc")
                .categories("all")
                .withStatus()
                .withGeneration()
                .columns(() -> WorkloadColumns.REPLICA_SET)
                .rules(RULES)
                .scale(ScalePaths.WORKLOAD)
                .selectable("status.replicas"));
    }

    private static final KindRules RULES = new KindRules() {
        /// The template's labels are its selector and its own labels, unless it says others.
        @Override
        public void complete(ObjectNode object, @Nullable ObjectNode old) {
            ObjectNode spec = object.withObject("/spec");
            AppsRules.number(spec, "replicas", 1);
            JsonNode labels = spec.path("template").path("metadata").path("labels");
            if (!labels.isEmpty() && spec.path("selector").isEmpty()) {
                spec.set("selector", labels.deepCopy());
            }
            if (!labels.isEmpty() && object.path("metadata").path("labels").isEmpty()) {
                object.withObject("/metadata").set("labels", labels.deepCopy());
            }
            PodTemplates.complete(spec.path("template"));
        }

        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(object, violations);
            checks.nonNegative("spec.replicas", "spec.minReadySeconds");
            boolean selects = !checks.at("spec.selector").isEmpty();
            if (!selects) {
                checks.add(Names.required("spec.selector", ""));
            }
            if (!(checks.at("spec.template") instanceof ObjectNode template)) {
                checks.add(Names.required("spec.template", ""));
            } else if (selects) {
                checks.servers("spec", "ReplicationController", template);
            } else {
                checks.alwaysRunning("spec", "ReplicationController", template);
            }
        }

        @Override
        public boolean orphans() {
            return true;
        }

        @Override
        public void initialStatus(ObjectNode object) {
            object.set("status", Json.object().put("replicas", 0));
        }
    };
}
