package io.kumiki.runs.log;

import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.runs.RunSettings;
import io.kumiki.runs.pod.PodNews;
import io.kumiki.runs.pod.PodReading;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.runtime.work.ObjectKey;
import io.kumiki.runtime.work.WorkQueue;
import io.kumiki.store.objects.Attributes;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.ObjectUri;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Archives the log of every ended pod, keeps the pod readable for a while, then deletes it. All of it may be
/// repeated after a crash:
/// an archived log is recognised by its object.
public final class PodKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodKeeper.class);
    private static final int WORKERS = 2;
    private static final Duration CLOSING = Duration.ofSeconds(5);
    /// The pod still has its log: what the end brings about comes first.
    private static final Duration STEPS_FIRST = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofSeconds(15);

    /// Whether the rows know how this attempt ended. Until then its pod is the only witness.
    @FunctionalInterface
    public interface Registered {
        boolean test(String taskId, int attempt);
    }

    private final StepPods pods;
    private final ObjectStorage objects;
    private final Registered registered;
    private final RunSettings settings;
    private final Clock clock;
    private final List<Thread> workers = new ArrayList<>();
    private final WorkQueue<ObjectKey> queue = new WorkQueue<>();
    /// What is needed of an ended pod; the pod itself is large.
    private record Ended(
            String run, String task, int attempt, @Nullable String log, Instant at, boolean deleting) {}

    private final Map<ObjectKey, Ended> ended = new ConcurrentHashMap<>();
    /// In the order of archiving.
    private final ConcurrentLinkedDeque<ObjectKey> put = new ConcurrentLinkedDeque<>();
    private final Map<String, Duration> ttls = new ConcurrentHashMap<>();

    public PodKeeper(StepPods pods, ObjectStorage objects, Registered registered, RunSettings settings, Clock clock) {
        this.pods = pods;
        this.objects = objects;
        this.registered = registered;
        this.settings = settings;
        this.clock = clock;
    }

    public void start() {
        for (int i = 0; i < WORKERS; i++) {
            workers.add(Thread.ofVirtual().name("pod-keeper-" + i).start(this::work));
        }
    }

    public void seen(Pod pod) {
        var news = PodReading.read(pod);
        if (news instanceof PodNews.Ended || news instanceof PodNews.Refused || news instanceof PodNews.Lost) {
            var key = ObjectKey.of(pod);
            if (ended.put(key, ended(pod, news)) == null) {
                queue.addAfter(key, STEPS_FIRST);
            }
        }
    }

    private boolean simulated(Pod pod) {
        var node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node != null && pods.simulated(node);
    }

    /// The pipeline may ask for its pods to go sooner or later than usual.
    public void runEnded(String runId, @Nullable Duration ttl) {
        if (ttl != null) {
            ttls.put(runId, ttl);
            ended.forEach((key, pod) -> {
                if (runId.equals(pod.run())) {
                    queue.add(key);
                }
            });
        }
    }

    /// The run has been deleted: so are its pods, with their logs.
    public void drop(String runId) {
        ttls.put(runId, Duration.ZERO);
        runEnded(runId, Duration.ZERO);
    }

    private Ended ended(Pod pod, PodNews news) {
        var meta = pod.getMetadata();
        return new Ended(
                meta.getLabels().getOrDefault(StepLabels.RUN, ""),
                meta.getLabels().getOrDefault(StepLabels.TASK, ""),
                Integer.parseInt(meta.getAnnotations().getOrDefault(StepLabels.ATTEMPT, "0")),
                simulated(pod) ? null : meta.getAnnotations().get(StepLabels.LOG),
                news instanceof PodNews.Ended e ? e.at() : clock.instant(),
                meta.getDeletionTimestamp() != null);
    }

    public void gone(Pod pod) {
        ended.remove(ObjectKey.of(pod));
        put.remove(ObjectKey.of(pod));
    }

    /// Keeps what the log holds so far; for a pod that is about to be deleted. A log that cannot be had is not
    /// worth failing for.
    public void archiveNow(Pod pod) {
        try {
            archive(ObjectKey.of(pod), ended(pod, PodReading.read(pod)), true);
        } catch (IOException | RuntimeException e) {
            LOG.warn("the log of pod {} could not be archived: {}", ObjectKey.of(pod), e.getMessage());
        }
    }

    private void work() {
        try {
            for (var key = queue.take(); key.isPresent(); key = queue.take()) {
                one(key.get());
                queue.done(key.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void one(ObjectKey key) {
        var pod = ended.get(key);
        if (pod == null) {
            return;
        }
        try {
            // What was kept when a deletion began lacks the last words.
            archive(key, pod, pod.deleting());
            tidy(key);
            var left =
                    Duration.between(clock.instant(), pod.at().plus(ttls.getOrDefault(pod.run(), settings.podTtl())));
            if (left.isPositive()) {
                queue.addAfter(key, left);
            } else if (registered.test(pod.task(), pod.attempt())) {
                pods.delete(key.namespace(), key.name(), Duration.ZERO);
                ended.remove(key);
            } else {
                queue.addAfter(key, SOON);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("pod {} could not be put away, trying again: {}", key, e.getMessage());
            queue.addAfter(key, AGAIN);
        }
    }

    private void archive(ObjectKey key, Ended pod, boolean replace) throws IOException {
        if (pod.log() == null) {
            return;
        }
        var to = ObjectUri.parse(pod.log());
        if (!replace && objects.head(to.bucket(), to.key()) != null) {
            return;
        }
        var stream = pods.log(key.namespace(), key.name(), StepLabels.MAIN);
        if (stream == null) {
            return;
        }
        try (var log = new CappedLog(stream, settings.logLimit())) {
            objects.put(to.bucket(), to.key(), log.open(), Attributes.contentType("text/plain; charset=utf-8"));
        } catch (ObjectFault e) {
            if (e.code() == ObjectFault.Code.NO_SUCH_BUCKET) {
                objects.createBucket(to.bucket());
            }
            throw e;
        }
    }

    /// However long pods may stay, there are never more than a number of them; the oldest go first.
    private void tidy(ObjectKey archived) {
        if (!put.contains(archived)) {
            put.add(archived);
        }
        while (put.size() > settings.podsKept()) {
            var oldest = put.pollFirst();
            var pod = oldest == null ? null : ended.get(oldest);
            if (oldest == null || pod == null) {
                continue;
            }
            if (!registered.test(pod.task(), pod.attempt())) {
                put.add(oldest);
                return;
            }
            ended.remove(oldest);
            pods.delete(oldest.namespace(), oldest.name(), Duration.ZERO);
        }
    }

    @Override
    public void close() {
        queue.close();
        try {
            for (var worker : workers) {
                worker.join(CLOSING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
