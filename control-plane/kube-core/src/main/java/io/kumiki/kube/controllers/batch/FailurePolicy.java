package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;

/// What a failed pod means for its Job: the first rule of the podFailurePolicy that fits.
///
/// @param action `Count` when no rule fits
/// @param message why the Job fails; empty otherwise
record FailurePolicy(String action, String message) {
    private static final FailurePolicy COUNT = new FailurePolicy("Count", "");

    /// A pod that is on its way out counts as failed too, unless only what really ended is to be replaced.
    static boolean failed(JsonNode job, PodView pod) {
        if (pod.phase() == PodView.Phase.Failed) {
            return true;
        }
        boolean onlyFailed =
                job.path("spec").path("podReplacementPolicy").asText().equals("Failed");
        return pod.phase() != PodView.Phase.Succeeded && pod.deleting() && (!onlyFailed || pod.ended());
    }

    boolean counts() {
        return !action.equals("Ignore");
    }

    static boolean givesUpIndex(ObjectNode job, PodView pod) {
        if (!failed(job, pod)) {
            return false;
        }
        FailurePolicy rule = of(job, pod);
        return rule.action().equals("FailIndex")
                || rule.counts()
                        && Indexes.failures(pod)
                                >= job.path("spec").path("backoffLimitPerIndex").asInt();
    }

    static FailurePolicy of(JsonNode job, PodView pod) {
        JsonNode rules = job.path("spec").path("podFailurePolicy").path("rules");
        if (rules.isEmpty()) {
            return COUNT;
        }
        ObjectNode tree = pod.tree();
        int index = 0;
        for (JsonNode rule : rules) {
            String why = rule.path("onExitCodes").isObject()
                    ? exitCode(tree, rule.path("onExitCodes"))
                    : condition(tree, rule.path("onPodConditions"));
            if (!why.isEmpty()) {
                String action = rule.path("action").asText();
                return new FailurePolicy(
                        action, action.equals("FailJob") ? why + " matching FailJob rule at index " + index : "");
            }
            index++;
        }
        return COUNT;
    }

    private static String exitCode(ObjectNode pod, JsonNode wanted) {
        for (String list : new String[] {"containerStatuses", "initContainerStatuses"}) {
            for (JsonNode container : pod.path("status").path(list)) {
                JsonNode ended = container.path("state").path("terminated");
                int code = ended.path("exitCode").asInt();
                boolean named = !wanted.path("containerName").isTextual()
                        || wanted.path("containerName").equals(container.path("name"));
                if (ended.isObject() && code != 0 && named && fits(wanted, code)) {
                    return "Container " + container.path("name").asText() + " for pod " + Meta.namespace(pod) + "/"
                            + Meta.name(pod) + " failed with exit code " + code;
                }
            }
        }
        return "";
    }

    private static boolean fits(JsonNode wanted, int code) {
        boolean listed = false;
        for (JsonNode value : wanted.path("values")) {
            listed |= value.asInt() == code;
        }
        return wanted.path("operator").asText().equals("In") == listed;
    }

    private static String condition(ObjectNode pod, JsonNode patterns) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            for (JsonNode pattern : patterns) {
                if (pattern.path("type").equals(condition.path("type"))
                        && pattern.path("status").equals(condition.path("status"))) {
                    return "Pod " + Meta.namespace(pod) + "/" + Meta.name(pod) + " has condition "
                            + condition.path("type").asText();
                }
            }
        }
        return "";
    }
}
