package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.ContainerState.Kind;
import io.kumiki.localcluster.node.pod.ContainerState.Phase;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A pod's `status` as the kubelet would write it, made from its containers' states. Pure.
///
/// @param collision which other pod wants the same port, or empty: pods of a node share its network
public record PodStatus(
        JsonNode pod, List<ContainerState> states, String address, String collision, Instant startTime, Instant now) {
    /// Conditions that this node writes; others' are kept.
    private static final Set<String> OWN = Set.of(
            "PodReadyToStartContainers",
            "Initialized",
            "Ready",
            "ContainersReady",
            "PortCollision",
            "DisruptionTarget");

    /// This machine's own address.
    static final String HOST = "127.0.0.1";

    /// Why a pod ended that did not simply run to its end: `Evicted`, `DeadlineExceeded`, `Terminated`, `Refused`.
    /// `disrupted`: not the pod's own failure (kubectl and the run loop read it from the condition
    /// DisruptionTarget).
    public record Ending(String reason, String message, boolean disrupted) {}

    /// `phase` as seen from the containers, unless the worker knows better.
    public static String phase(List<ContainerState> states) {
        boolean began = states.stream()
                .anyMatch(s -> s.kind() == Kind.MAIN && (s.phase() != Phase.WAITING || s.restarts() > 0));
        return began ? "Running" : "Pending";
    }

    public ObjectNode render(String phase, @Nullable Ending ending) {
        ObjectNode status = Json.object();
        status.put("phase", phase);
        status.put("hostIP", HOST);
        status.putArray("hostIPs").addObject().put("ip", HOST);
        status.put("podIP", address);
        status.putArray("podIPs").addObject().put("ip", address);
        status.put("startTime", time(startTime));
        status.put("qosClass", qosClass());
        if (ending == null) {
            status.putNull("reason");
            status.putNull("message");
        } else {
            status.put("reason", ending.reason());
            status.put("message", ending.message());
        }
        status.set("conditions", conditions(phase, ending));
        ArrayNode inits = Json.array();
        ArrayNode mains = Json.array();
        for (ContainerState state : states) {
            (state.kind() == Kind.MAIN ? mains : inits).add(container(state, phase));
        }
        if (!inits.isEmpty()) {
            status.set("initContainerStatuses", inits);
        }
        if (!states.isEmpty()) {
            status.set("containerStatuses", mains);
        }
        return status;
    }

    private ArrayNode conditions(String phase, @Nullable Ending ending) {
        boolean terminal = phase.equals("Succeeded") || phase.equals("Failed");
        // A pod that was refused has no containers at all.
        boolean initialized = !states.isEmpty()
                && states.stream().noneMatch(s -> s.kind() == Kind.INIT && !s.endedWell())
                && states.stream()
                        .noneMatch(s -> s.kind() == Kind.SIDECAR && s.phase() == Phase.WAITING && s.restarts() == 0);
        boolean containersReady = !terminal
                && initialized
                && states.stream()
                        .filter(s -> s.kind() != Kind.INIT)
                        .allMatch(s -> s.phase() == Phase.RUNNING && s.health().ready());
        boolean ready = containersReady && gatesOpen();
        String done = phase.equals("Succeeded") ? "PodCompleted" : phase.equals("Failed") ? "PodFailed" : null;
        String notReady = done != null ? done : "ContainersNotReady";
        ArrayNode conditions = Json.array();
        for (JsonNode kept : pod.path("status").path("conditions")) {
            String type = kept.path("type").asText();
            boolean disruptedByOthers = type.equals("DisruptionTarget") && (ending == null || !ending.disrupted());
            if (!OWN.contains(type) || disruptedByOthers) {
                conditions.add(kept);
            }
        }
        conditions.add(condition("PodReadyToStartContainers", !terminal, null, ""));
        conditions.add(condition(
                "Initialized",
                initialized,
                initialized ? (phase.equals("Succeeded") ? done : null) : "ContainersNotInitialized",
                ""));
        String closed = containersReady ? "ReadinessGatesNotReady" : notReady;
        conditions.add(condition("Ready", ready, ready ? null : closed, ""));
        conditions.add(condition("ContainersReady", containersReady, containersReady ? null : notReady, ""));
        if (!collision.isEmpty() && !terminal) {
            conditions.add(condition("PortCollision", true, "HostNetwork", collision));
        }
        if (ending != null && ending.disrupted()) {
            conditions.add(condition("DisruptionTarget", true, "TerminationByKubelet", ending.message()));
        }
        return conditions;
    }

    /// Somebody else says, by a condition, whether the pod may be called ready.
    private boolean gatesOpen() {
        for (JsonNode gate : pod.path("spec").path("readinessGates")) {
            boolean open = false;
            for (JsonNode condition : pod.path("status").path("conditions")) {
                open |= condition.path("type").equals(gate.path("conditionType"))
                        && condition.path("status").asText().equals("True");
            }
            if (!open) {
                return false;
            }
        }
        return true;
    }

    private ObjectNode condition(String type, boolean holds, @Nullable String reason, String message) {
        String value = holds ? "True" : "False";
        ObjectNode condition =
                Json.object().put("type", type).put("status", value).putNull("lastProbeTime");
        String since = time(now);
        for (JsonNode before : pod.path("status").path("conditions")) {
            if (before.path("type").asText().equals(type)
                    && before.path("status").asText().equals(value)) {
                since = before.path("lastTransitionTime").asText(since);
            }
        }
        condition.put("lastTransitionTime", since);
        if (reason != null) {
            condition.put("reason", reason);
        }
        if (!message.isEmpty()) {
            condition.put("message", message);
        }
        return condition;
    }

    private ObjectNode container(ContainerState state, String phase) {
        ObjectNode status = Json.object();
        String image = "";
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                image = container.path("name").asText().equals(state.name())
                        ? container.path("image").asText()
                        : image;
            }
        }
        boolean running = state.phase() == Phase.RUNNING;
        boolean ready = state.kind() == Kind.INIT
                ? state.endedWell()
                : running && state.health().ready();
        status.put("name", state.name());
        status.put("image", image);
        status.put("imageID", state.imageId() == null ? image : state.imageId());
        // A start counts once it has begun.
        boolean begun = state.phase() != Phase.WAITING;
        status.put("restartCount", begun ? state.restarts() : Math.max(0, state.restarts() - 1));
        status.put("ready", ready && !(phase.equals("Failed") && state.kind() != Kind.INIT));
        status.put("started", running && state.health().started());
        if (begun) {
            status.put("containerID", containerId(state, state.restarts()));
        }
        ObjectNode now = status.putObject("state");
        switch (state.phase()) {
            case WAITING -> {
                ObjectNode waiting = now.putObject("waiting").put("reason", state.reason());
                if (state.message() != null) {
                    waiting.put("message", state.message());
                }
            }
            case RUNNING -> now.putObject("running").put("startedAt", exact(state.startedAt()));
            case ENDED -> {
                if (state.ended() != null) {
                    now.set("terminated", terminated(state.ended(), containerId(state, state.restarts())));
                }
            }
        }
        ObjectNode last = status.putObject("lastState");
        if (state.previous() != null) {
            last.set("terminated", terminated(state.previous(), containerId(state, state.restarts() - 1)));
        }
        return status;
    }

    private String containerId(ContainerState state, int start) {
        return "kumiki://" + pod.path("metadata").path("uid").asText() + "/" + state.name() + "/" + start;
    }

    private static ObjectNode terminated(Ended ended, String containerId) {
        ObjectNode terminated = Json.object().put("exitCode", ended.exitCode()).put("reason", ended.reason());
        if (ended.message() != null) {
            terminated.put("message", ended.message());
        }
        if (ended.startedAt() != null) {
            terminated.put("startedAt", exact(ended.startedAt()));
        }
        return terminated.put("finishedAt", exact(ended.finishedAt())).put("containerID", containerId);
    }

    /// Guaranteed, Burstable or BestEffort, by requests and limits of CPU and memory.
    private String qosClass() {
        boolean any = false;
        boolean guaranteed = true;
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                JsonNode requests = container.path("resources").path("requests");
                JsonNode limits = container.path("resources").path("limits");
                for (String resource : List.of("cpu", "memory")) {
                    any |= requests.has(resource) || limits.has(resource);
                    guaranteed &= limits.has(resource)
                            && (!requests.has(resource)
                                    || requests.get(resource).equals(limits.get(resource)));
                }
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    private static String time(@Nullable Instant at) {
        return at == null
                ? "1970-01-01T00:00:00Z"
                : at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// A container's times in milliseconds: RFC 3339 permits it, and steps on a laptop often take less than a
    /// second.
    private static String exact(@Nullable Instant at) {
        return at == null
                ? "1970-01-01T00:00:00Z"
                : at.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /// Exit code → the reason the kubelet shows.
    public static String reason(int exitCode) {
        return exitCode == 0 ? "Completed" : "Error";
    }
}
