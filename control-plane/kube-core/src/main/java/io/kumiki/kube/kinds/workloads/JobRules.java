package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.kube.kinds.PodTemplates;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What makes a Job a good one. Its selector is made here, so that its pods are its own.
final class JobRules implements KindRules {
    private static final String UID = "batch.kubernetes.io/controller-uid";
    private static final String NAME = "batch.kubernetes.io/job-name";

    @Override
    public void complete(ObjectNode job, @Nullable ObjectNode old) {
        defaults(job.withObject("/spec"));
        if (old == null) {
            labels(job);
        }
    }

    /// Its selector and the labels for it are nobody's.
    @Override
    public void admitted(ObjectNode job) {
        ObjectNode spec = job.withObject("/spec");
        if (!spec.path("manualSelector").asBoolean()) {
            select(job, spec);
        }
        labels(job);
    }

    private static void labels(ObjectNode job) {
        JsonNode labels = job.path("spec").path("template").path("metadata").path("labels");
        if (!labels.isEmpty() && job.path("metadata").path("labels").isEmpty()) {
            job.withObject("/metadata").set("labels", labels.deepCopy());
        }
    }

    static void defaults(ObjectNode spec) {
        if (!spec.has("completions") && !spec.has("parallelism")) {
            spec.put("completions", 1);
        }
        AppsRules.number(spec, "parallelism", 1);
        AppsRules.number(spec, "backoffLimit", spec.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
        Fields.fill(spec, "completionMode", "NonIndexed");
        Fields.fill(spec, "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        for (String flag : List.of("suspend", "manualSelector")) {
            if (!spec.hasNonNull(flag)) {
                spec.put(flag, false);
            }
        }
        for (JsonNode rule : spec.path("podFailurePolicy").path("rules")) {
            for (JsonNode pattern : rule.path("onPodConditions")) {
                Fields.fill((ObjectNode) pattern, "status", "True");
            }
        }
        PodTemplates.complete(spec.path("template"));
    }

    private static void select(ObjectNode job, ObjectNode spec) {
        JsonNode metadata = job.path("metadata");
        ObjectNode labels = spec.withObject("/template/metadata/labels");
        for (String name : List.of("job-name", NAME)) {
            Fields.fill(labels, name, metadata.path("name").asText());
        }
        for (String uid : List.of("controller-uid", UID)) {
            Fields.fill(labels, uid, metadata.path("uid").asText());
        }
        Fields.fill(
                spec.withObject("/selector/matchLabels"),
                UID,
                metadata.path("uid").asText());
    }

    @Override
    public void validate(ObjectNode job, @Nullable ObjectNode old, List<Violation> violations) {
        Checks checks = new Checks(job, violations);
        ObjectNode template = job.withObject("/spec/template");
        JsonNode labels = template.path("metadata").path("labels");
        spec(checks, "spec", template);
        JsonNode selector = checks.at("spec.selector");
        if (!selector.isObject()) {
            checks.add(Names.required("spec.selector", ""));
        } else {
            checks.wellFormed("spec.selector");
            if (!LabelSelector.of(selector)
                    .matches(key -> labels.has(key) ? labels.get(key).asText() : null)) {
                checks.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
            }
        }
        if (!checks.at("spec.manualSelector").asBoolean()) {
            generated(checks, labels);
        }
        if (checks.at("spec.completionMode").asText().equals("Indexed")) {
            String host = job.path("metadata").path("name").asText() + "-"
                    + Math.max(0, checks.at("spec.completions").asInt() - 1);
            if (!Names.label(host)) {
                checks.invalid(
                        "metadata.name",
                        job.path("metadata").path("name"),
                        "will not able to create pod with invalid DNS label: " + host);
            }
        }
        if (old != null) {
            changed(checks, old);
        }
    }

    private static void generated(Checks checks, JsonNode labels) {
        JsonNode metadata = checks.object().path("metadata");
        for (var each : List.of(
                List.of("controller-uid", "uid"),
                List.of(UID, "uid"),
                List.of("job-name", "name"),
                List.of(NAME, "name"))) {
            String wanted = metadata.path(each.get(1)).asText();
            if (!labels.path(each.get(0)).asText("").equals(wanted)) {
                checks.invalid(
                        "spec.template.metadata.labels[" + each.get(0) + "]",
                        labels.path(each.get(0)),
                        "must be '" + wanted + "'");
            }
        }
    }

    /// Everything but the selector; a CronJob's template has none yet.
    static void spec(Checks checks, String at, ObjectNode template) {
        checks.nonNegative(
                at + ".parallelism",
                at + ".completions",
                at + ".activeDeadlineSeconds",
                at + ".backoffLimit",
                at + ".ttlSecondsAfterFinished",
                at + ".backoffLimitPerIndex",
                at + ".maxFailedIndexes");
        checks.oneOf(at + ".completionMode", "NonIndexed", "Indexed");
        new JobPolicyRules(checks, at).check();
        PodTemplates.validate(template, at + ".template", checks.violations());
        String restart = template.path("spec").path("restartPolicy").asText();
        if (restart.equals("Always")) {
            checks.add(new Violation(
                    at + ".template.spec.restartPolicy",
                    "FieldValueRequired",
                    "Required value: valid values: \"OnFailure\", \"Never\""));
        } else if (checks.at(at + ".podFailurePolicy").isObject() && !restart.equals("Never")) {
            checks.invalid(
                    at + ".template.spec.restartPolicy",
                    template.path("spec").path("restartPolicy"),
                    "only \"Never\" is supported when podFailurePolicy is specified");
        }
    }

    private static void changed(Checks checks, ObjectNode old) {
        checks.unchanged(
                old,
                Set.of(
                        "spec.selector",
                        "spec.completionMode",
                        "spec.podFailurePolicy",
                        "spec.backoffLimitPerIndex",
                        "spec.managedBy",
                        "spec.successPolicy"));
        if (!checks.at("spec.completions").equals(Fields.at(old, "spec.completions"))
                && !(checks.at("spec.completionMode").asText().equals("Indexed")
                        && checks.at("spec.completions").equals(checks.at("spec.parallelism")))) {
            checks.invalid("spec.completions", checks.at("spec.completions"), "field is immutable");
        }
        boolean movable = old.path("spec").path("suspend").asBoolean()
                && !old.path("status").has("startTime");
        if (!template(checks.object(), movable).equals(template(old, movable))) {
            checks.add(new Violation(
                    "spec.template", "FieldValueInvalid", "Invalid value: the pod template: field is immutable"));
        }
    }

    /// A job that never ran may still be sent elsewhere: that is how queueing systems place it.
    private static JsonNode template(JsonNode job, boolean movable) {
        JsonNode template = job.path("spec").path("template");
        if (!movable) {
            return template;
        }
        ObjectNode rest = (ObjectNode) template.deepCopy();
        rest.remove("metadata");
        if (rest.path("spec") instanceof ObjectNode spec) {
            spec.remove(List.of("nodeSelector", "tolerations", "schedulingGates"));
            if (spec.path("affinity") instanceof ObjectNode affinity) {
                affinity.remove("nodeAffinity");
                if (affinity.isEmpty()) {
                    spec.remove("affinity");
                }
            }
        }
        return rest;
    }

    @Override
    public void initialStatus(ObjectNode job) {
        job.putObject("status");
    }
}
