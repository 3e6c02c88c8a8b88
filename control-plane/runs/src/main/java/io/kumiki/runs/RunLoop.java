package io.kumiki.runs;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kumiki.runs.log.PodKeeper;
import io.kumiki.runs.pod.KubernetesPods;
import io.kumiki.runs.pod.PodNews;
import io.kumiki.runs.pod.PodReading;
import io.kumiki.runs.pod.PodRendering;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.store.Change;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.Store;
import io.kumiki.store.objects.ObjectStorage;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives every unfinished run: rows and pod events go to its engine, decisions are committed, then carried out.
/// At the start it adopts what an earlier process left.
public final class RunLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLoop.class);

    private final Surroundings s;
    private final String installation;
    private final Map<String, LiveRun> live = new ConcurrentHashMap<>();
    private final Set<Long> asked = new HashSet<>();
    private final LinkedBlockingQueue<List<Change>> bell = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> following = new ArrayList<>();
    private volatile boolean closing;
    private volatile boolean adopted;
    private final Map<String, Map<String, Pod>> found = new HashMap<>();

    public RunLoop(
            Store store,
            KubernetesClient kubernetes,
            ObjectStorage objects,
            RunSettings settings,
            Clock clock,
            OpenTelemetry telemetry) {
        this(store, new KubernetesPods(kubernetes), objects, settings, clock, telemetry);
    }

    public RunLoop(
            Store store,
            StepPods pods,
            ObjectStorage objects,
            RunSettings settings,
            Clock clock,
            OpenTelemetry telemetry) {
        this.installation = Installation.id(store);
        this.s = new Surroundings(
                store,
                pods,
                objects,
                settings,
                clock,
                new PodRendering(settings, installation),
                new PodKeeper(pods, objects, (task, attempt) -> registered(store, task, attempt), settings, clock),
                new Pipelines(store),
                new ArtifactIdBlocks(store),
                new Timers(clock),
                new RunMetrics(telemetry));
    }

    private static boolean registered(Store store, String taskId, int attempt) {
        var task = store.read(tx -> tx.tasks().get(taskId));
        return task == null || task.state().terminal() || task.attempt() > attempt;
    }

    /// Returns once every unfinished run has been adopted.
    public void start() {
        following.add(s.store().onCommit(bell::add));
        following.add(s.pods().follow(installation, new StepPods.Listener() {
            @Override
            public void seen(Pod pod) {
                podSeen(pod);
            }

            @Override
            public void gone(Pod last) {
                podGone(last);
            }
        }));
        s.keeper().start();
        adopt();
        Thread.ofVirtual().name("run-loop").start(this::attend);
    }

    /// How many runs are being driven.
    public int liveRuns() {
        return live.size();
    }

    private void adopt() {
        var unfinished = s.store().read(tx -> tx.runs().unfinishedIds());
        Map<String, Map<String, Pod>> pods;
        synchronized (found) {
            pods = new HashMap<>(found);
            found.clear();
            adopted = true;
            for (var id : unfinished) {
                open(id, pods.getOrDefault(id, Map.of()));
            }
        }
        intents();
        pods.forEach((id, ofRun) -> {
            if (!live.containsKey(id)) {
                ofRun.values().forEach(this::orphan);
            }
        });
        LOG.info("{} unfinished runs adopted, {} with pods", unfinished.size(), pods.size());
    }

    private void open(String id, Map<String, Pod> pods) {
        var run = live.computeIfAbsent(id, this::newRun);
        run.post(new Input.Open(pods.values()));
    }

    private LiveRun newRun(String id) {
        return new LiveRun(id, s, over -> live.remove(over.id(), over));
    }

    private void podSeen(Pod pod) {
        s.keeper().seen(pod);
        deliver(pod, new Input.Seen(pod));
    }

    private void podGone(Pod pod) {
        s.keeper().gone(pod);
        deliver(pod, new Input.Gone(pod));
    }

    private void deliver(Pod pod, Input input) {
        var id = pod.getMetadata().getLabels().getOrDefault(StepLabels.RUN, "");
        synchronized (found) {
            if (!adopted) {
                var ofRun = found.computeIfAbsent(id, r -> new HashMap<>());
                if (input instanceof Input.Gone) {
                    ofRun.remove(pod.getMetadata().getName());
                } else {
                    ofRun.put(pod.getMetadata().getName(), pod);
                }
                return;
            }
        }
        var run = live.get(id);
        if (run == null || !run.post(input)) {
            if (input instanceof Input.Seen && pod.getMetadata().getDeletionTimestamp() == null) {
                orphan(pod);
            }
        }
    }

    /// A pod that still works for a run that is over or deleted. The row decides, not our memory.
    private void orphan(Pod pod) {
        var news = PodReading.read(pod);
        boolean working = news instanceof PodNews.Waiting
                || news instanceof PodNews.Running
                || news instanceof PodNews.Publishing;
        var id = pod.getMetadata().getLabels().getOrDefault(StepLabels.RUN, "");
        var row = s.store().read(tx -> tx.runs().get(id));
        try {
            if (row == null || working && row.state().terminal()) {
                s.pods()
                        .delete(
                                pod.getMetadata().getNamespace(),
                                pod.getMetadata().getName(),
                                null);
            }
        } catch (StepPods.Unavailable | StepPods.Refused e) {
            LOG.warn(
                    "pod {} of a finished run could not be deleted: {}",
                    pod.getMetadata().getName(),
                    e.getMessage());
        }
    }

    private void attend() {
        try {
            while (!closing) {
                var changes = new ArrayList<>(bell.take());
                for (var more = bell.poll(); more != null; more = bell.poll()) {
                    changes.addAll(more);
                }
                attend(changes);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attend(List<Change> changes) {
        try {
            var runs = new HashSet<String>();
            boolean wishes = false;
            for (var c : changes) {
                if (c.kind().equals(Change.RUN)) {
                    runs.add(c.id());
                } else if (c.kind().equals(Change.INTENT)) {
                    wishes = true;
                }
            }
            runs.stream().filter(id -> !live.containsKey(id)).forEach(this::changed);
            if (wishes) {
                intents();
            }
        } catch (RuntimeException e) {
            if (closing) {
                return;
            }
            LOG.error("changes of the store could not be looked at; trying again", e);
            s.timers().after(java.time.Duration.ofSeconds(1), () -> bell.add(changes));
        }
    }

    private void changed(String id) {
        var row = s.store().read(tx -> tx.runs().get(id));
        if (row == null) {
            s.keeper().drop(id);
        } else if (!row.state().terminal()) {
            open(id, Map.of());
        }
    }

    private void intents() {
        var pending = s.store().read(tx -> tx.intents().pending());
        asked.retainAll(pending.stream().map(IntentRecord::id).toList());
        for (var intent : pending) {
            if (asked.add(intent.id())) {
                ask(intent);
            }
        }
    }

    private void ask(IntentRecord intent) {
        while (true) {
            var run = live.computeIfAbsent(intent.runId(), this::newRun);
            if (run.post(new Input.Open(List.of()), new Input.Asked(intent))) {
                return;
            }
            live.remove(intent.runId(), run);
        }
    }

    /// Stops driving; steps go on, and the next start adopts them.
    @Override
    public void close() {
        halt();
        try {
            for (var run : live.values()) {
                run.join();
            }
            s.keeper().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Takes nothing more and waits for nobody.
    void halt() {
        closing = true;
        bell.add(List.of());
        following.reversed().forEach(RunLoop::end);
        following.clear();
        s.timers().close();
        live.values().forEach(LiveRun::halt);
    }

    private static void end(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("could not stop following: {}", e.toString());
        }
    }
}
