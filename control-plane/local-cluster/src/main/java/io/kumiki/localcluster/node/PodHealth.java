package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.health.ContainerHealth;
import io.kumiki.localcluster.node.health.Handlers;
import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.PodPlan;
import io.kumiki.localcluster.node.pod.Probe;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a pod's running containers are asked (postStart hooks, probes), and what follows from an answer. Used by the
/// pod's own thread.
final class PodHealth {
    private final NodeCluster cluster;
    private final PodPlan plan;
    private final String address;
    private final Consumer<PodSignal> signals;
    private final Map<String, ContainerHealth> asked = new HashMap<>();

    /// @param address the pod's
    /// @param signals takes, on any thread, what was answered
    PodHealth(NodeCluster cluster, PodPlan plan, String address, Consumer<PodSignal> signals) {
        this.cluster = cluster;
        this.plan = plan;
        this.address = address;
        this.signals = signals;
    }

    /// What follows from the answer to a probe.
    sealed interface Reaction {
        record None() implements Reaction {}

        record Now(ContainerState state) implements Reaction {}

        /// The container is to be ended, and perhaps started again.
        record End() implements Reaction {}
    }

    /// Begins to ask a container that runs how it is; after a crash of the agent it goes on where it was.
    void ask(JsonNode pod, ContainerState state, RunningContainer started) {
        JsonNode container = Objects.requireNonNull(PodPlan.container(pod, state.name()));
        boolean hook = !state.health().begun();
        if (!hook && Probe.of(container).isEmpty()) {
            return;
        }
        String name = state.name();
        int number = state.restarts();
        ContainerHealth health = new ContainerHealth(
                container,
                new Handlers.Target(address, started),
                Objects.requireNonNull(state.startedAt()),
                new ContainerHealth.Listener() {
                    @Override
                    public void begun(Outcome outcome) {
                        signals.accept(new PodSignal.Begun(name, number, outcome));
                    }

                    @Override
                    public void asked(Probe probe, Outcome outcome, Probe.Verdict verdict) {
                        signals.accept(new PodSignal.Asked(name, number, probe, outcome, verdict));
                    }
                });
        asked.put(name, health);
        if (hook) {
            health.postStart();
        } else {
            probe(pod, state);
        }
    }

    /// Begins to probe: only the startup probe until that has passed.
    void probe(JsonNode pod, ContainerState state) {
        boolean startup =
                PodPlan.container(pod, state.name()) instanceof JsonNode container && container.has("startupProbe");
        Objects.requireNonNull(asked.get(state.name())).probe(state.health().started() || !startup);
    }

    /// The state after its postStart hook; null when that failed and the container must end.
    @Nullable
    ContainerState begun(JsonNode pod, ContainerState state, Outcome outcome) {
        if (!outcome.passed()) {
            cluster.event(pod, "Warning", "FailedPostStartHook", "PostStartHook failed: " + outcome.message());
            return null;
        }
        return state.with(plan.health(state.name(), true, false));
    }

    Reaction asked(JsonNode pod, ContainerState state, PodSignal.Asked answer) {
        Probe probe = answer.probe();
        String title = probe.kind().title() + " probe";
        if (!answer.outcome().passed()) {
            cluster.event(
                    pod,
                    "Warning",
                    "Unhealthy",
                    title + " failed: " + answer.outcome().message());
        }
        boolean passed = answer.verdict() == Probe.Verdict.PASSED;
        if (answer.verdict() == Probe.Verdict.UNDECIDED) {
            return new Reaction.None();
        }
        if (probe.kind() == Probe.Kind.READINESS) {
            ContainerState.Health now = state.health();
            return now.ready() == passed
                    ? new Reaction.None()
                    : new Reaction.Now(state.with(new ContainerState.Health(now.begun(), now.started(), passed)));
        }
        if (!passed) {
            cluster.event(
                    pod,
                    "Normal",
                    "Killing",
                    "Container " + state.name() + " failed " + title.toLowerCase(Locale.ROOT) + ", will be restarted");
            return new Reaction.End();
        }
        return probe.kind() == Probe.Kind.STARTUP
                ? new Reaction.Now(state.with(plan.health(state.name(), true, true)))
                : new Reaction.None();
    }

    /// The new state is saved: after the startup probe come the others.
    void goOn(ContainerState state, Probe answered) {
        if (answered.kind() == Probe.Kind.STARTUP) {
            Objects.requireNonNull(asked.get(state.name())).probe(true);
        }
    }

    void ended(String container) {
        ContainerHealth health = asked.remove(container);
        if (health != null) {
            health.close();
        }
    }

    /// The agent goes: nobody is asked any more.
    void leave() {
        asked.values().forEach(ContainerHealth::close);
    }
}
