package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The status of a simulated pod, as a kubelet would write it, and what can be read from it again.
final class SimulatedStatus {
    private SimulatedStatus() {}

    enum Run {
        CREATING,
        RUNNING,
        /// Ended, and to be started again after a pause.
        CRASHED,
        ENDED
    }

    /// @param code of the run that ended
    record Moment(Run run, String phase, Instant started, Instant now, int code, int restarts) {}

    static int restarts(JsonNode pod) {
        return pod.path("status")
                .path("containerStatuses")
                .path(0)
                .path("restartCount")
                .asInt(0);
    }

    /// When the run ended that is to be followed by another; null when none waits.
    static @Nullable Instant crashed(JsonNode pod) {
        JsonNode container = pod.path("status").path("containerStatuses").path(0);
        boolean waits = container
                .path("state")
                .path("waiting")
                .path("reason")
                .asText("")
                .equals("CrashLoopBackOff");
        return waits
                ? Instant.parse(container
                        .path("lastState")
                        .path("terminated")
                        .path("finishedAt")
                        .asText())
                : null;
    }

    /// Since when the present run goes.
    static Instant running(JsonNode pod, Instant otherwise) {
        String at = pod.path("status")
                .path("containerStatuses")
                .path(0)
                .path("state")
                .path("running")
                .path("startedAt")
                .asText("");
        return at.isEmpty() ? otherwise : Instant.parse(at);
    }

    /// Follows from the pod's uid, so that pods of one service are told apart. Nobody is there: the range (240.0.0.0/5,
    /// reserved by RFC 1112) is no network's, so that whoever connects reaches no machine by mistake.
    static String address(String uid) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < uid.length(); i++) {
            hash = (hash ^ uid.charAt(i)) * 0x100000001b3L;
        }
        return (240 | (hash >>> 56 & 7)) + "." + (hash >>> 48 & 255) + "." + (hash >>> 40 & 255) + "."
                + (hash >>> 32 & 255);
    }

    /// @param refused why nothing of it can be done, or null
    static ObjectNode of(JsonNode pod, Moment moment, @Nullable String refused) {
        String address = address(pod.path("metadata").path("uid").asText());
        ObjectNode status = Json.object()
                .put("phase", moment.phase)
                .put("hostIP", "127.0.0.1")
                .put("podIP", address)
                .put("startTime", moment.started.toString());
        status.putArray("podIPs").addObject().put("ip", address);
        if (refused != null) {
            status.put("reason", "Refused").put("message", refused);
        }
        status.set("conditions", conditions(pod, moment));
        for (String list : List.of("initContainers", "containers")) {
            boolean main = list.equals("containers");
            ArrayNode containers = Json.array();
            for (JsonNode container : pod.path("spec").path(list)) {
                boolean sidecar = container.path("restartPolicy").asText("").equals("Always");
                JsonNode before = before(pod, main, containers.size());
                containers.add(
                        main || sidecar ? container(container, moment, before) : initContainer(container, moment));
            }
            if (!containers.isEmpty()) {
                status.set(main ? "containerStatuses" : "initContainerStatuses", containers);
            }
        }
        return status;
    }

    private static JsonNode before(JsonNode pod, boolean main, int index) {
        return pod.path("status")
                .path(main ? "containerStatuses" : "initContainerStatuses")
                .path(index);
    }

    private static ArrayNode conditions(JsonNode pod, Moment moment) {
        ArrayNode conditions = Json.array();
        for (JsonNode kept : pod.path("status").path("conditions")) {
            String type = kept.path("type").asText();
            if (type.equals("PodScheduled") || type.equals("DisruptionTarget")) {
                conditions.add(kept);
            }
        }
        boolean running = moment.run == Run.RUNNING;
        boolean begun = moment.run == Run.RUNNING || moment.run == Run.CRASHED || moment.phase.equals("Succeeded");
        for (String type : List.of("Initialized", "Ready", "ContainersReady")) {
            boolean holds = type.equals("Initialized") ? begun : running;
            ObjectNode condition = conditions.addObject().put("type", type).put("status", holds ? "True" : "False");
            condition.put("lastTransitionTime", seconds(moment.now));
            if (!holds) {
                condition.put(
                        "reason",
                        switch (moment.run) {
                            case CREATING ->
                                type.equals("Initialized") ? "ContainersNotInitialized" : "ContainersNotReady";
                            case RUNNING, CRASHED -> "ContainersNotReady";
                            case ENDED -> moment.phase.equals("Succeeded") ? "PodCompleted" : "PodFailed";
                        });
            }
        }
        return conditions;
    }

    private static ObjectNode container(JsonNode container, Moment moment, JsonNode before) {
        boolean running = moment.run == Run.RUNNING;
        ObjectNode status = Json.object()
                .put("name", container.path("name").asText())
                .put("image", container.path("image").asText())
                .put("imageID", "simulated")
                .put("restartCount", moment.restarts)
                .put("ready", running)
                .put("started", running);
        ObjectNode state = status.putObject("state");
        JsonNode since = before.path("state").path("running").path("startedAt");
        String started = since.isTextual() ? since.asText() : seconds(moment.started);
        ObjectNode last = status.putObject("lastState");
        switch (moment.run) {
            case CREATING -> state.putObject("waiting").put("reason", "ContainerCreating");
            case RUNNING -> {
                state.putObject("running").put("startedAt", seconds(moment.now));
                if (before.path("lastState").has("terminated")) {
                    last.set("terminated", before.path("lastState").path("terminated"));
                }
            }
            case CRASHED -> {
                state.putObject("waiting").put("reason", "CrashLoopBackOff");
                end(last.putObject("terminated"), started, moment);
            }
            case ENDED -> end(state.putObject("terminated"), started, moment);
        }
        return status;
    }

    private static ObjectNode initContainer(JsonNode container, Moment moment) {
        ObjectNode status = Json.object()
                .put("name", container.path("name").asText())
                .put("image", container.path("image").asText())
                .put("imageID", "simulated")
                .put("restartCount", 0)
                .put("ready", moment.run != Run.CREATING)
                .put("started", false);
        ObjectNode state = status.putObject("state");
        if (moment.run == Run.CREATING) {
            state.putObject("waiting").put("reason", "PodInitializing");
        } else {
            end(
                    state.putObject("terminated"),
                    seconds(moment.started),
                    new Moment(Run.ENDED, "Succeeded", moment.started, moment.started, 0, 0));
        }
        status.putObject("lastState");
        return status;
    }

    private static void end(ObjectNode terminated, String started, Moment moment) {
        terminated
                .put("exitCode", moment.code)
                .put("reason", moment.code == 0 ? "Completed" : "Error")
                .put("startedAt", started)
                .put("finishedAt", seconds(moment.now));
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
