package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.kube.kinds.PodTemplates;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Deployments, ReplicaSets, DaemonSets and ControllerRevisions.
public final class AppsRules {
    /// Of a DaemonSet: how often its template was another one.
    public static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    private AppsRules() {}

    static final KindRules DEPLOYMENT = new KindRules() {
        @Override
        public void complete(ObjectNode object, @Nullable ObjectNode old) {
            ObjectNode spec = object.withObject("/spec");
            number(spec, "replicas", 1);
            number(spec, "revisionHistoryLimit", 10);
            number(spec, "progressDeadlineSeconds", 600);
            ObjectNode strategy = spec.withObject("/strategy");
            Fields.fill(strategy, "type", "RollingUpdate");
            if (strategy.path("type").asText().equals("RollingUpdate")) {
                Fields.fill(strategy.withObject("/rollingUpdate"), "maxUnavailable", "25%");
                Fields.fill(strategy.withObject("/rollingUpdate"), "maxSurge", "25%");
            }
            PodTemplates.complete(spec.path("template"));
        }

        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(object, violations);
            checks.nonNegative(
                    "spec.replicas",
                    "spec.minReadySeconds",
                    "spec.revisionHistoryLimit",
                    "spec.progressDeadlineSeconds");
            if (checks.at("spec.progressDeadlineSeconds").asLong()
                    <= checks.at("spec.minReadySeconds").asLong()) {
                checks.invalid(
                        "spec.progressDeadlineSeconds",
                        checks.at("spec.progressDeadlineSeconds"),
                        "must be greater than minReadySeconds");
            }
            strategy(checks);
            checks.selector("spec.selector", "deployment");
            checks.servers("spec", "ReplicaSet", object.withObject("/spec/template"));
            if (old != null) {
                checks.unchanged(old, Set.of("spec.selector"));
            }
        }

        private void strategy(Checks checks) {
            String at = "spec.strategy";
            String type = checks.at(at + ".type").asText();
            if (type.equals("Recreate")) {
                if (checks.at(at + ".rollingUpdate").isObject()) {
                    checks.add(Names.forbidden(
                            at + ".rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
                }
            } else if (type.equals("RollingUpdate")) {
                boolean unavailable = checks.amount(at + ".rollingUpdate.maxUnavailable", true);
                boolean surge = checks.amount(at + ".rollingUpdate.maxSurge", false);
                if (!unavailable && !surge) {
                    checks.invalid(
                            at + ".rollingUpdate.maxUnavailable",
                            checks.at(at + ".rollingUpdate.maxUnavailable"),
                            "may not be 0 when `maxSurge` is 0");
                }
            } else {
                checks.oneOf(at + ".type", "Recreate", "RollingUpdate");
            }
        }

        @Override
        public void initialStatus(ObjectNode object) {
            object.putObject("status");
        }
    };

    static final KindRules REPLICA_SET = new KindRules() {
        @Override
        public void complete(ObjectNode object, @Nullable ObjectNode old) {
            ObjectNode spec = object.withObject("/spec");
            number(spec, "replicas", 1);
            PodTemplates.complete(spec.path("template"));
        }

        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(object, violations);
            checks.nonNegative("spec.replicas", "spec.minReadySeconds");
            checks.selector("spec.selector", "deployment");
            checks.servers("spec", "ReplicaSet", object.withObject("/spec/template"));
            if (old != null) {
                checks.unchanged(old, Set.of("spec.selector"));
            }
        }

        @Override
        public void initialStatus(ObjectNode object) {
            object.set("status", Json.object().put("replicas", 0));
        }
    };

    static final KindRules DAEMON_SET = new KindRules() {
        @Override
        public void complete(ObjectNode object, @Nullable ObjectNode old) {
            ObjectNode spec = object.withObject("/spec");
            number(spec, "revisionHistoryLimit", 10);
            ObjectNode strategy = spec.withObject("/updateStrategy");
            Fields.fill(strategy, "type", "RollingUpdate");
            if (strategy.path("type").asText().equals("RollingUpdate")) {
                ObjectNode rolling = strategy.withObject("/rollingUpdate");
                number(rolling, "maxUnavailable", 1);
                number(rolling, "maxSurge", 0);
            }
            PodTemplates.complete(spec.path("template"));
            countTemplates(object, old);
        }

        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(object, violations);
            checks.nonNegative("spec.minReadySeconds", "spec.revisionHistoryLimit");
            checks.selector("spec.selector", "daemonset");
            checks.servers("spec", "DaemonSet", object.withObject("/spec/template"));
            checks.oneOf("spec.updateStrategy.type", "RollingUpdate", "OnDelete");
            String rolling = "spec.updateStrategy.rollingUpdate";
            if (checks.at(rolling).isObject()) {
                boolean unavailable = checks.amount(rolling + ".maxUnavailable", true);
                if (checks.amount(rolling + ".maxSurge", true)) {
                    checks.add(Names.forbidden(
                            rolling + ".maxSurge", "this server replaces daemon pods in place; set maxUnavailable"));
                } else if (!unavailable) {
                    checks.add(Names.required(rolling + ".maxUnavailable", "cannot be 0 when maxSurge is 0"));
                }
            }
            if (old != null) {
                checks.unchanged(old, Set.of("spec.selector"));
            }
        }

        @Override
        public void initialStatus(ObjectNode object) {
            object.set(
                    "status",
                    Json.object()
                            .put("currentNumberScheduled", 0)
                            .put("numberMisscheduled", 0)
                            .put("desiredNumberScheduled", 0)
                            .put("numberReady", 0));
        }
    };

    static final KindRules REVISION = new KindRules() {
        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(object, violations);
            checks.nonNegative("revision");
            if (!object.path("data").isObject()) {
                checks.add(Names.required("data", "data is mandatory"));
            }
            if (old != null) {
                checks.unchanged(old, Set.of("data"));
            }
        }
    };

    /// The number of its template, which older clients read.
    private static void countTemplates(ObjectNode set, @Nullable ObjectNode old) {
        JsonNode given =
                (old == null ? set : old).path("metadata").path("annotations").path(TEMPLATE_GENERATION);
        long number = Math.max(1, given.asLong());
        boolean another = old != null
                && !old.path("spec").path("template").equals(set.path("spec").path("template"));
        set.withObject("/metadata")
                .withObject("/annotations")
                .put(TEMPLATE_GENERATION, Long.toString(another ? number + 1 : number));
    }

    static void number(ObjectNode object, String field, int value) {
        JsonNode given = object.path(field);
        if (given.isMissingNode() || given.isNull()) {
            object.put(field, value);
        }
    }
}
