package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.ContainerState.Health;
import io.kumiki.localcluster.node.pod.ContainerState.Kind;
import io.kumiki.localcluster.node.pod.ContainerState.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The order of a pod's containers, as the kubelet keeps it: init containers one after the other, native sidecars
/// started in their place
/// among them and kept running, then all main containers together; at the end the mains first, then the sidecars in
/// reverse.
/// Pure: the worker carries out what is decided and asks again after every change.
public final class PodPlan {
    /// What to do next.
    public sealed interface Act {
        record Start(String container) implements Act {}

        record Stop(String container) implements Act {}

        /// Ask again at this instant at the latest.
        record AskAgain(Instant at) implements Act {}

        record Finish(boolean succeeded) implements Act {}
    }

    private final String restartPolicy;
    private final Map<String, JsonNode> containers = new HashMap<>();

    public PodPlan(JsonNode spec) {
        this.restartPolicy = spec.path("restartPolicy").asText("Always");
        for (String list : List.of("initContainers", "containers")) {
            spec.path(list)
                    .forEach(container -> containers.put(container.path("name").asText(), container));
        }
    }

    /// A container of a pod by its name, init containers too; null when it has none of that name.
    public static @Nullable JsonNode container(JsonNode pod, String name) {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                if (container.path("name").asText().equals(name)) {
                    return container;
                }
            }
        }
        return null;
    }

    /// How a running container is before its readiness probe says anything, by what it is asked.
    public Health health(String container, boolean hookDone, boolean startupPassed) {
        JsonNode spec = containers.getOrDefault(container, MissingNode.getInstance());
        boolean begun = hookDone || !spec.path("lifecycle").has("postStart");
        boolean started = begun && (startupPassed || !spec.has("startupProbe"));
        return new Health(begun, started, started && !spec.has("readinessProbe"));
    }

    /// All containers of a spec in their order of start, none started yet.
    public static List<ContainerState> created(JsonNode spec) {
        List<ContainerState> states = new ArrayList<>();
        for (JsonNode init : spec.path("initContainers")) {
            boolean sidecar = init.path("restartPolicy").asText("").equals("Always");
            states.add(ContainerState.created(init.path("name").asText(), sidecar ? Kind.SIDECAR : Kind.INIT));
        }
        for (JsonNode main : spec.path("containers")) {
            states.add(ContainerState.created(main.path("name").asText(), Kind.MAIN));
        }
        return states;
    }

    /// The state after a container ended: over, or to be run again.
    public ContainerState after(ContainerState state, Ended end, boolean podIsEnding) {
        boolean again = state.kind() == Kind.SIDECAR || wantsAnother(state, end.exitCode());
        return again && !podIsEnding ? state.again(end) : state.over(end);
    }

    /// The first of the container's own rules that fits decides, then its own policy, then the pod's.
    private boolean wantsAnother(ContainerState state, int exitCode) {
        JsonNode spec = containers.getOrDefault(state.name(), MissingNode.getInstance());
        for (JsonNode rule : spec.path("restartPolicyRules")) {
            JsonNode codes = rule.path("exitCodes");
            boolean among = false;
            for (JsonNode value : codes.path("values")) {
                among |= value.asInt() == exitCode;
            }
            if (among == codes.path("operator").asText().equals("In")) {
                return rule.path("action").asText().equals("Restart");
            }
        }
        return switch (spec.path("restartPolicy").asText(restartPolicy)) {
            case "Never" -> false;
            case "Always" -> state.kind() == Kind.MAIN || exitCode != 0;
            default -> exitCode != 0;
        };
    }

    /// `ending`: the pod is being deleted, evicted, shut down or is past its deadline; nothing new is started.
    public List<Act> decide(List<ContainerState> states, boolean ending, Instant now) {
        if (ending) {
            return windDown(states, false);
        }
        if (isOver(states)) {
            List<Act> again = states.stream()
                    .filter(state -> state.kind() == Kind.SIDECAR && state.wasCutOff() && mainsBegan(states))
                    .map(state -> (Act) new Act.Start(state.name()))
                    .toList();
            // A sidecar's last work (publishing outputs) comes at its stop, which a crash must not take away.
            return again.isEmpty() ? windDown(states, succeeded(states)) : again;
        }
        List<Act> acts = new ArrayList<>();
        for (ContainerState state : states) {
            if (state.kind() == Kind.MAIN) {
                boolean starts = startWhenDue(state, now, acts);
                boolean hook = starts
                        ? !health(state.name(), false, false).begun()
                        : state.phase() == Phase.RUNNING && !state.health().begun();
                if (hook) {
                    // The kubelet, too, runs a postStart hook before it starts the next container.
                    return acts;
                }
            } else if (!(state.kind() == Kind.SIDECAR && state.up()) && !state.endedWell()) {
                startWhenDue(state, now, acts);
                if (!mainsBegan(states)) {
                    // A later container waits for this one.
                    return acts;
                }
            }
        }
        return acts;
    }

    /// True once nothing but sidecars may still run: all mains have ended for good, or an init container failed for
    /// good.
    public static boolean isOver(List<ContainerState> states) {
        boolean initFailed =
                states.stream().anyMatch(s -> s.kind() == Kind.INIT && s.phase() == Phase.ENDED && !s.endedWell());
        return initFailed || states.stream().filter(s -> s.kind() == Kind.MAIN).allMatch(s -> s.phase() == Phase.ENDED);
    }

    private static boolean succeeded(List<ContainerState> states) {
        return states.stream().filter(s -> s.kind() != Kind.SIDECAR).allMatch(ContainerState::endedWell);
    }

    private static boolean mainsBegan(List<ContainerState> states) {
        return states.stream().anyMatch(s -> s.kind() == Kind.MAIN && (s.phase() != Phase.WAITING || s.restarts() > 0));
    }

    private static List<Act> windDown(List<ContainerState> states, boolean succeeded) {
        List<Act> acts = new ArrayList<>();
        for (ContainerState state : states) {
            if (state.phase() == Phase.RUNNING && state.kind() != Kind.SIDECAR) {
                acts.add(new Act.Stop(state.name()));
            }
        }
        if (!acts.isEmpty()) {
            return acts;
        }
        for (ContainerState state : states.reversed()) {
            if (state.phase() == Phase.RUNNING) {
                return List.of(new Act.Stop(state.name()));
            }
        }
        return List.of(new Act.Finish(succeeded));
    }

    private static boolean startWhenDue(ContainerState state, Instant now, List<Act> acts) {
        if (state.phase() != Phase.WAITING) {
            return false;
        }
        if (state.notBefore() == null || !now.isBefore(state.notBefore())) {
            acts.add(new Act.Start(state.name()));
            return true;
        }
        acts.add(new Act.AskAgain(Objects.requireNonNull(state.notBefore())));
        return false;
    }
}
