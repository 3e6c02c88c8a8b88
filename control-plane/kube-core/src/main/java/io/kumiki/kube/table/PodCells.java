package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/// What `kubectl get pods` says about a pod, reckoned as Kubernetes does.
final class PodCells {
    private PodCells() {}

    static String ready(JsonNode pod) {
        int total = pod.path("spec").path("containers").size();
        int ready = 0;
        for (JsonNode container : pod.path("status").path("containerStatuses")) {
            ready += container.path("ready").asBoolean()
                            && container.path("state").has("running")
                    ? 1
                    : 0;
        }
        for (JsonNode container : pod.path("spec").path("initContainers")) {
            if (sidecar(container)) {
                total++;
                JsonNode status = named(
                        pod.path("status").path("initContainerStatuses"),
                        container.path("name").asText());
                ready +=
                        status.path("ready").asBoolean() && status.path("state").has("running") ? 1 : 0;
            }
        }
        return ready + "/" + total;
    }

    private static boolean sidecar(JsonNode container) {
        return container.path("restartPolicy").asText().equals("Always");
    }

    private static JsonNode named(JsonNode statuses, String name) {
        for (JsonNode status : statuses) {
            if (status.path("name").asText().equals(name)) {
                return status;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    static String status(JsonNode pod) {
        JsonNode status = pod.path("status");
        String phase = status.path("phase").asText("");
        String reason = status.path("reason").asText(phase);
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")
                    && condition.path("reason").asText().equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
        String init = initializing(pod);
        if (!init.isEmpty()) {
            reason = init;
        } else {
            reason = running(status, reason);
        }
        if (pod.path("metadata").has("deletionTimestamp")) {
            if (status.path("reason").asText().equals("NodeLost")) {
                return "Unknown";
            }
            return phase.equals("Succeeded") || phase.equals("Failed") ? reason : "Terminating";
        }
        return reason.isEmpty() ? "Unknown" : reason;
    }

    private static String initializing(JsonNode pod) {
        JsonNode statuses = pod.path("status").path("initContainerStatuses");
        for (int i = 0; i < statuses.size(); i++) {
            JsonNode container = statuses.get(i);
            JsonNode state = container.path("state");
            if (state.has("terminated")
                    && state.path("terminated").path("exitCode").asInt() == 0) {
                continue;
            }
            if (container.path("started").asBoolean()
                    && sidecar(named(
                            pod.path("spec").path("initContainers"),
                            container.path("name").asText()))) {
                continue;
            }
            if (state.has("terminated")) {
                return "Init:" + ended(state.path("terminated"));
            }
            String waiting = state.path("waiting").path("reason").asText("");
            if (!waiting.isEmpty() && !waiting.equals("PodInitializing")) {
                return "Init:" + waiting;
            }
            return "Init:" + i + "/" + pod.path("spec").path("initContainers").size();
        }
        return "";
    }

    private static String running(JsonNode status, String phaseReason) {
        String reason = phaseReason;
        boolean running = false;
        JsonNode statuses = status.path("containerStatuses");
        for (int i = statuses.size() - 1; i >= 0; i--) {
            JsonNode state = statuses.get(i).path("state");
            if (!state.path("waiting").path("reason").asText("").isEmpty()) {
                reason = state.path("waiting").path("reason").asText();
            } else if (state.has("terminated")) {
                reason = ended(state.path("terminated"));
            } else if (statuses.get(i).path("ready").asBoolean() && state.has("running")) {
                running = true;
            }
        }
        if (reason.equals("Completed") && running) {
            for (JsonNode condition : status.path("conditions")) {
                if (condition.path("type").asText().equals("Ready")
                        && condition.path("status").asText().equals("True")) {
                    return "Running";
                }
            }
            return "NotReady";
        }
        return reason;
    }

    private static String ended(JsonNode terminated) {
        String reason = terminated.path("reason").asText("");
        if (!reason.isEmpty()) {
            return reason;
        }
        int signal = terminated.path("signal").asInt();
        return signal != 0
                ? "Signal:" + signal
                : "ExitCode:" + terminated.path("exitCode").asInt();
    }

    static String restarts(JsonNode pod, Instant now) {
        int restarts = 0;
        String last = "";
        boolean init = !initializing(pod).isEmpty();
        for (JsonNode container : pod.path("status").path(init ? "initContainerStatuses" : "containerStatuses")) {
            restarts += container.path("restartCount").asInt();
            String finished = container
                    .path("lastState")
                    .path("terminated")
                    .path("finishedAt")
                    .asText("");
            last = finished.compareTo(last) > 0 ? finished : last;
        }
        return restarts == 0 || last.isEmpty()
                ? Integer.toString(restarts)
                : restarts + " (" + Age.since(last, now) + " ago)";
    }

    static String gates(JsonNode pod) {
        JsonNode gates = pod.path("spec").path("readinessGates");
        if (gates.isEmpty()) {
            return "<none>";
        }
        int met = 0;
        for (JsonNode gate : gates) {
            for (JsonNode condition : pod.path("status").path("conditions")) {
                met += condition.path("type").equals(gate.path("conditionType"))
                                && condition.path("status").asText().equals("True")
                        ? 1
                        : 0;
            }
        }
        return met + "/" + gates.size();
    }
}
