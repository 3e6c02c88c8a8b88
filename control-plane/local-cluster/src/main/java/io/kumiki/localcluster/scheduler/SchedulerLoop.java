package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.scheduling.Attempt;
import io.kumiki.kube.scheduling.PodEntry;
import io.kumiki.kube.scheduling.Preemption;
import io.kumiki.kube.scheduling.Scheduler;
import io.kumiki.kube.scheduling.VolumePlan;
import io.kumiki.localcluster.node.LocalApi;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The scheduler's shell: one thread owns the pure [Scheduler] and does what comes in, one pod at a time; extenders
/// are asked on it, binds run beside it with the node's resources taken.
public final class SchedulerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulerLoop.class);
    private static final ResourceType BUDGETS = new ResourceType("policy", "v1", "poddisruptionbudgets");
    /// What happened comes before what is decided, but not for ever.
    private static final int MOST_NEWS = 1_024;

    private final LocalApi api;
    private final Clock clock;
    private final Scheduler scheduler;
    private final SchedulerSettings settings;
    private final List<Extender> extenders;
    private final ExtenderRound round;
    private final PodBinding binding;
    private final PodReports reports;
    private final LinkedBlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final ExecutorService binds = Executors.newVirtualThreadPerTaskExecutor();
    private final List<AutoCloseable> watches = new ArrayList<>();
    private @Nullable Thread thread;

    public SchedulerLoop(LocalApi api, SchedulerSettings settings, Clock clock) {
        this.api = api;
        this.clock = clock;
        this.settings = settings;
        this.extenders = settings.extenders().stream().map(Extender::new).toList();
        Set<String> ignored = settings.extenders().stream()
                .flatMap(each -> each.managedResources().stream())
                .filter(ExtenderSettings.Managed::ignoredByScheduler)
                .map(ExtenderSettings.Managed::name)
                .collect(Collectors.toSet());
        this.scheduler = new Scheduler(
                settings.rules(),
                ignored,
                pod -> settings.extenders().stream().anyMatch(each -> each.interestedIn(pod)));
        this.round = new ExtenderRound(extenders, new FullObjects(), scheduler::podOn);
        this.binding = new PodBinding(api, extenders);
        this.reports = new PodReports(api);
    }

    private final class FullObjects implements Extender.Objects {
        @Override
        public @Nullable JsonNode node(String name) {
            return api.get(ResourceType.NODES, "", name);
        }

        @Override
        public @Nullable JsonNode pod(PodEntry pod) {
            return api.get(ResourceType.PODS, pod.namespace(), pod.name());
        }
    }

    public void start() {
        thread = Thread.ofPlatform().daemon().name("scheduler").start(this::run);
        follow(ResourceType.NAMESPACES, (gone, object) -> scheduler.namespace(object, gone, now()));
        follow(ResourceType.NODES, (gone, object) -> {
            if (gone) {
                scheduler.nodeGone(object.path("metadata").path("name").asText(), now());
            } else {
                scheduler.node(object, now());
            }
        });
        follow(ResourceType.STORAGE_CLASSES, (gone, object) -> scheduler.storageClass(object, gone, now()));
        follow(ResourceType.VOLUMES, (gone, object) -> scheduler.volume(object, gone, now()));
        follow(ResourceType.CLAIMS, (gone, object) -> scheduler.claim(object, gone, now()));
        follow(BUDGETS, (gone, object) -> scheduler.budget(object, gone));
        // Pods are many: they stay bytes until their turn comes.
        watches.add(api.cluster()
                .watch(ResourceType.PODS, "", Selection.ALL, 0, event -> mailbox.add(() -> guarded(() -> pod(event)))));
    }

    private interface Change {
        void happened(boolean gone, ObjectNode object);
    }

    private void follow(ResourceType type, Change change) {
        watches.add(api.follow(
                type,
                Selection.ALL,
                (how, object) ->
                        mailbox.add(() -> guarded(() -> change.happened(how == WatchEvent.Type.DELETED, object)))));
    }

    /// One object that cannot be read must not stop the others.
    private static void guarded(Runnable change) {
        try {
            change.run();
        } catch (RejectedExecutionException closed) {
            LOG.debug("a change came after the end");
        } catch (RuntimeException e) {
            LOG.error("a change cannot be followed by the scheduler", e);
        }
    }

    private Instant now() {
        return clock.instant();
    }

    @Override
    public void close() {
        for (AutoCloseable watch : watches) {
            try {
                watch.close();
            } catch (Exception e) {
                throw new IllegalStateException("a watch of the cluster did not close", e);
            }
        }
        if (thread != null) {
            thread.interrupt();
        }
        binds.shutdownNow();
        reports.close();
        extenders.forEach(Extender::close);
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Instant due = scheduler.nextDue();
                Runnable first = due == null
                        ? mailbox.take()
                        : mailbox.poll(Math.max(0, Duration.between(now(), due).toMillis()), TimeUnit.MILLISECONDS);
                int news = 0;
                for (Runnable next = first; next != null; next = ++news < MOST_NEWS ? mailbox.poll() : null) {
                    next.run();
                }
                Attempt attempt = scheduler.next(now());
                if (attempt != null) {
                    attempt(attempt);
                }
            }
        } catch (RejectedExecutionException closed) {
            LOG.debug("closed in the middle of a decision");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pod(WatchEvent event) {
        ObjectNode pod = event.object();
        if (event.type() == WatchEvent.Type.DELETED) {
            scheduler.podGone(pod.path("metadata").path("uid").asText(), now());
        } else if (scheduler.pod(pod, now()) == Scheduler.Seen.GATED) {
            reports.refused(new PodReports.Report(
                    scheduler.read(pod),
                    "SchedulingGated",
                    "Scheduling is blocked due to non-empty scheduling gates",
                    null));
        }
    }

    private void attempt(Attempt attempt) throws InterruptedException {
        PodEntry pod = attempt.pod();
        try {
            JsonNode object = attempt.decidedOutside() ? api.get(ResourceType.PODS, pod.namespace(), pod.name()) : null;
            if (attempt.decidedOutside() && object == null) {
                scheduler.podGone(pod.uid(), now());
                return;
            }
            if (fits(attempt, object)) {
                place(attempt, object, attempt.best(round.scores(attempt, object)));
            } else {
                unschedulable(attempt, object);
            }
        } catch (Extender.Failed error) {
            again(attempt, String.valueOf(error.getMessage()));
        } catch (RejectedExecutionException closed) {
            // Nobody binds or reports any more; the next scheduler decides about the pod anew.
            throw closed;
        } catch (RuntimeException e) {
            LOG.error("pod {}/{} cannot be scheduled", pod.namespace(), pod.name(), e);
            again(attempt, e.toString());
        }
    }

    /// The node that is being cleared for the pod first, then all.
    private boolean fits(Attempt attempt, @Nullable JsonNode object) throws Extender.Failed, InterruptedException {
        if (attempt.onNominatedNode()) {
            round.filter(attempt, object);
            if (attempt.feasible() > 0) {
                return true;
            }
        }
        if (attempt.filter()) {
            round.filter(attempt, object);
        }
        return attempt.feasible() > 0;
    }

    private void place(Attempt attempt, @Nullable JsonNode object, String node) {
        PodEntry pod = attempt.pod();
        VolumePlan plan = scheduler.assume(attempt, node, now());
        binds.execute(() -> {
            try {
                binding.bind(pod, object, node, plan);
                reports.scheduled(pod, node);
            } catch (PodBinding.Rejected rejected) {
                mailbox.add(() -> guarded(() -> bindFailed(pod, String.valueOf(rejected.getMessage()))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("pod {}/{} cannot be bound", pod.namespace(), pod.name(), e);
                mailbox.add(() -> guarded(() -> bindFailed(pod, e.toString())));
            }
        });
    }

    private void bindFailed(PodEntry pod, String why) {
        JsonNode object = api.get(ResourceType.PODS, pod.namespace(), pod.name());
        boolean same =
                object != null && object.path("metadata").path("uid").asText().equals(pod.uid());
        scheduler.bindFailed(pod.uid(), same ? object : null, now());
        if (same) {
            reports.refused(new PodReports.Report(pod, "SchedulerError", why, null));
        }
    }

    private void unschedulable(Attempt attempt, @Nullable JsonNode object)
            throws Extender.Failed, InterruptedException {
        switch (attempt.preempt()) {
            case Preemption.Hopeless hopeless -> hopeless(attempt, hopeless);
            case Preemption.Candidates found -> {
                List<Preemption.Candidate> left = round.preempt(attempt, object, found.candidates());
                if (left.isEmpty()) {
                    hopeless(attempt, new Preemption.Hopeless("no candidate node for preemption", false));
                } else {
                    preempt(attempt, Preemption.choose(left));
                }
            }
        }
    }

    private void hopeless(Attempt attempt, Preemption.Hopeless hopeless) {
        String message = attempt.message(hopeless.message());
        scheduler.unschedulable(attempt, hopeless.clears(), now());
        reports.refused(new PodReports.Report(attempt.pod(), "Unschedulable", message, hopeless.clears() ? "" : null));
    }

    private void preempt(Attempt attempt, Preemption.Candidate candidate) {
        PodEntry pod = attempt.pod();
        String message = attempt.message("");
        for (PodEntry loser : scheduler.nominate(attempt, candidate.node(), now())) {
            reports.lost(loser);
        }
        reports.refused(new PodReports.Report(pod, "Unschedulable", message, candidate.node()));
        String name = settings.rules().names().stream().sorted().findFirst().orElse("default-scheduler");
        candidate.victims().forEach(victim -> reports.evict(victim, pod, name, candidate.node()));
    }

    private void again(Attempt attempt, String why) {
        scheduler.retry(attempt, now());
        reports.refused(new PodReports.Report(attempt.pod(), "SchedulerError", why, null));
    }
}
