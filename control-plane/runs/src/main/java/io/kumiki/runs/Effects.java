package io.kumiki.runs;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.pipelines.engine.Command;
import io.kumiki.pipelines.engine.RunEvent;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.runs.pod.StepNames;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.runs.pod.Typed;
import io.kumiki.runtime.work.Backoff;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries the engine's commands out. Every one may be repeated; what Kubernetes cannot take now is tried again
/// later.
final class Effects {
    private static final Logger LOG = LoggerFactory.getLogger(Effects.class);
    private static final int AT_ONCE = 16;
    private static final Duration STOP_GRACE = Duration.ofSeconds(30);

    private final Surroundings s;
    private final LiveRun live;
    private final StepWatch watch;
    private final Map<String, Future<?>> alarms = new HashMap<>();
    private final Backoff backoff =
            new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), RandomGenerator.getDefault());
    private boolean ended;

    Effects(Surroundings s, LiveRun live, StepWatch watch) {
        this.s = s;
        this.live = live;
        this.watch = watch;
    }

    void carryOut(List<Command> commands, RunRecord run) {
        var starts =
                commands.stream().filter(Command.StartStep.class::isInstance).toList();
        // Stops and volumes first: a start may be the successor of a stopped attempt and may need the volume.
        for (var c : commands) {
            if (!(c instanceof Command.StartStep)) {
                attempt(c, run, 0);
            }
        }
        if (starts.size() == 1) {
            attempt(starts.getFirst(), run, 0);
        } else if (!starts.isEmpty()) {
            sideBySide(starts, run);
        }
        if (!run.state().terminal()) {
            ended = false;
        }
    }

    private void sideBySide(List<Command> starts, RunRecord run) {
        var gate = new Semaphore(AT_ONCE);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var c : starts) {
                executor.submit(() -> {
                    gate.acquireUninterruptibly();
                    try {
                        attempt(c, run, 0);
                    } finally {
                        gate.release();
                    }
                });
            }
        }
    }

    void again(Command command, int failures) {
        var run = s.store().read(tx -> tx.runs().get(live.id()));
        if (run != null && wanted(command)) {
            attempt(command, run, failures);
        }
    }

    /// A retried start must not outlive its attempt.
    private boolean wanted(Command command) {
        if (!(command instanceof Command.StartStep c)) {
            return true;
        }
        var task = live.task(c.request().taskId());
        return task != null
                && !task.state().terminal()
                && task.attempt() == c.request().attempt();
    }

    private void attempt(Command command, RunRecord run, int failures) {
        try {
            carryOut(command, run, failures);
        } catch (StepPods.Unavailable e) {
            var pause = backoff.after(failures + 1);
            LOG.warn(
                    "run {}: Kubernetes did not take {}, again in {}: {}",
                    run.id(),
                    name(command),
                    pause,
                    e.getMessage());
            s.timers().after(pause, () -> live.post(new Input.Again(command, failures + 1)));
        } catch (StepPods.Refused e) {
            refused(command, new RunFault("Refused", "Kubernetes refused it: " + e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("run {}: {} failed", run.id(), name(command), e);
            refused(command, new RunFault("InternalError", "Kumiki could not prepare it: " + e));
        }
    }

    private void carryOut(Command command, RunRecord run, int failures) {
        switch (command) {
            case Command.StartStep c -> start(c, run, failures);
            case Command.StopStep c -> stop(c, run);
            case Command.WakeAt c -> wake(c);
            case Command.CreateVolume c -> {
                s.pods()
                        .create(claim(
                                c.claim(), run, Typed.of(c.spec(), PersistentVolumeClaimSpec.class), c.annotations()));
                live.happened(new RunEvent.VolumeDone(c.taskId()));
            }
            case Command.DeleteVolume c -> {
                s.pods().deleteClaim(run.namespace(), c.claim());
                live.happened(new RunEvent.VolumeDone(c.taskId()));
            }
            case Command.LookUpCache c -> throw new IllegalStateException("look-ups are no effects");
            case Command.LookUpArtifact c -> throw new IllegalStateException("look-ups are no effects");
        }
    }

    private void start(Command.StartStep c, RunRecord run, int failures) {
        var step = c.request();
        var name = StepNames.pod(run, step.path(), step.name(), step.attempt());
        if (c.started()) {
            if (watch.pod(name) == null) {
                live.happened(new RunEvent.StepLost(
                        step.taskId(),
                        step.attempt(),
                        new RunFault("PodLost", "The step's pod " + name + " disappeared while nobody watched.")));
            }
            return;
        }
        var pod = s.rendering().render(step, run);
        watch.creating(name, failures == 0);
        if (s.pods().create(pod)) {
            s.metrics().podCreated();
        }
    }

    private void stop(Command.StopStep c, RunRecord run) {
        var task = live.task(c.taskId());
        if (task == null) {
            return;
        }
        var name = StepNames.pod(run, task.path(), task.name(), c.attempt());
        var known = watch.pod(name);
        if (known != null) {
            s.keeper().archiveNow(known);
        }
        if (!s.pods().delete(run.namespace(), name, STOP_GRACE)) {
            live.happened(new RunEvent.StepLost(
                    c.taskId(), c.attempt(), new RunFault("Stopped", "The step was stopped before its pod was made.")));
        }
    }

    private synchronized void wake(Command.WakeAt c) {
        var before = alarms.put(c.taskId(), s.timers().at(c.at(), () -> live.happened(new RunEvent.Woke(c.taskId()))));
        if (before != null) {
            before.cancel(false);
        }
    }

    private static PersistentVolumeClaim claim(
            String name,
            RunRecord run,
            PersistentVolumeClaimSpec spec,
            com.fasterxml.jackson.databind.node.ObjectNode annotations) {
        var texts = new HashMap<String, String>();
        annotations.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(run.namespace())
                .addToLabels(StepLabels.RUN, run.id())
                .withAnnotations(texts)
                .endMetadata()
                .withSpec(spec)
                .build();
    }

    private void refused(Command command, RunFault why) {
        switch (command) {
            case Command.StartStep c ->
                live.happened(new RunEvent.StepRefused(
                        c.request().taskId(), c.request().attempt(), why));
            case Command.CreateVolume c -> live.happened(new RunEvent.VolumeRefused(c.taskId(), why));
            case Command.DeleteVolume c -> live.happened(new RunEvent.VolumeRefused(c.taskId(), why));
            case Command.StopStep c -> live.happened(new RunEvent.StepLost(c.taskId(), c.attempt(), why));
            default -> LOG.error("{} failed: {}", name(command), why.message());
        }
    }

    /// Once per end: the pipeline may ask for another time after which its pods go.
    void runEnded(RunRecord run) {
        if (ended) {
            return;
        }
        ended = true;
        var pipeline = live.pipeline();
        if (pipeline == null) {
            return;
        }
        var policy = pipeline.policy();
        var ttl = run.state() == RunState.SUCCEEDED ? policy.ttlOnSuccess() : policy.ttlOnFailure();
        s.keeper().runEnded(run.id(), ttl != null ? ttl : policy.ttlOnCompletion());
    }

    /// The run itself goes: its pods and its workspace with it.
    void removeEverything(@Nullable RunRecord run, Collection<Pod> pods) {
        for (var pod : List.copyOf(pods)) {
            var meta = pod.getMetadata();
            quietly(() -> s.pods().delete(meta.getNamespace(), meta.getName(), STOP_GRACE));
        }
        if (run != null) {
            s.keeper().drop(run.id());
            quietly(() -> s.pods().deleteClaim(run.namespace(), StepNames.workspace(run.id())));
        }
    }

    private static void quietly(Runnable work) {
        try {
            work.run();
        } catch (StepPods.Unavailable | StepPods.Refused e) {
            LOG.warn("could not clean up: {}", e.getMessage());
        }
    }

    private static String name(Command command) {
        return command.getClass().getSimpleName();
    }
}
