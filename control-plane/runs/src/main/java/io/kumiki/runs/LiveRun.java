package io.kumiki.runs;

import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.engine.Command;
import io.kumiki.pipelines.engine.RunEngine;
import io.kumiki.pipelines.engine.RunEvent;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.StoreFault;
import io.kumiki.store.objects.ObjectFault;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One unfinished run: a mailbox, its engine, and the order of writes. Whatever thread posts, one thread at a time
/// works on it.
final class LiveRun {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRun.class);
    /// A long chain of decisions without effects (cached steps) is committed now and then, so that people see it
    /// move.
    private static final int MOST_DECISIONS = 200;
    private static final Duration LONGEST_BATCH = Duration.ofMillis(50);
    private static final Duration STORE_PAUSE = Duration.ofMillis(500);

    private final String id;
    private final Surroundings s;
    private final CacheLookUp lookUp;
    private final Mailbox<Input> box;
    private int postponed;

    private @Nullable RunEngine engine;
    private @Nullable Pipeline pipeline;
    private @Nullable RunRecord run;
    private final Map<String, TaskRecord> tasks = new HashMap<>();
    private final StepWatch watch;
    private final Effects effects;
    private Batch batch = new Batch();
    private long batchSince;

    LiveRun(String id, Surroundings s, Consumer<LiveRun> retired) {
        this.id = id;
        this.s = s;
        this.box =
                new Mailbox<>("run-" + id, this::work, () -> finished() && postponed == 0, () -> retired.accept(this));
        this.lookUp = new CacheLookUp(s);
        this.watch = new StepWatch(s);
        this.effects = new Effects(s, this, watch);
    }

    String id() {
        return id;
    }

    @Nullable
    Pipeline pipeline() {
        return pipeline;
    }

    @Nullable
    TaskRecord task(String taskId) {
        return tasks.get(taskId);
    }

    /// False when the run has just been put away: the caller takes a new LiveRun.
    boolean post(Input... inputs) {
        return box.post(List.of(inputs));
    }

    void happened(RunEvent event) {
        post(new Input.Happened(event));
    }

    /// Takes nothing more.
    void halt() {
        box.halt();
    }

    /// Waits until what is being done is done.
    void join() throws InterruptedException {
        box.join();
    }

    private void work(List<Input> inputs) {
        inputs.forEach(this::handle);
        flush();
    }

    private boolean finished() {
        return run == null || run.state().terminal();
    }

    private void handle(Input input) {
        try {
            switch (input) {
                case Input.Open o -> open(o);
                case Input.Happened h -> feed(h.event());
                case Input.Seen p -> watch.seen(p.pod(), this).forEach(this::feed);
                case Input.Gone g -> watch.gone(g.last(), this).forEach(this::feed);
                case Input.Asked a -> asked(a.intent());
                case Input.Again a -> again(a);
                case Input.Later l -> {
                    postponed--;
                    handle(l.input());
                }
            }
        } catch (StoreFault.NotFound e) {
            deleted();
        } catch (StepPods.Unavailable | StoreFault | UncheckedIOException | ObjectFault e) {
            LOG.warn(
                    "run {} could not handle {}, trying again: {}",
                    id,
                    input.getClass().getSimpleName(),
                    e.getMessage());
            later(input);
        } catch (Pipelines.Unusable e) {
            fail(new RunFault("PipelineUnusable", String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("run {} met an error of Kumiki's own", id, e);
            fail(new RunFault("InternalError", "Kumiki itself failed while it worked on this run: " + e));
        }
    }

    private void later(Input input) {
        postponed++;
        s.timers().after(STORE_PAUSE, () -> post(new Input.Later(input)));
    }

    private void again(Input.Again a) {
        switch (a.command()) {
            case Command.LookUpCache c -> lookUp(c);
            case Command.LookUpArtifact c -> lookUp(c);
            default -> effects.again(a.command(), a.failures());
        }
    }

    private void lookUp(Command command) {
        var answer = answer(command);
        if (answer != null) {
            feed(answer);
        }
    }

    /// Null when the answer cannot be had now; the question is asked again later.
    private @Nullable RunEvent answer(Command command) {
        try {
            return run == null ? null : lookUp.answer(run, command);
        } catch (StoreFault | ObjectFault e) {
            LOG.warn("run {}: a look-up failed and is tried again: {}", id, e.getMessage());
            later(new Input.Again(command, 1));
            return null;
        }
    }

    private void open(Input.Open open) {
        if (engine != null) {
            return;
        }
        run = s.store().read(tx -> tx.runs().get(id));
        if (run == null
                || run.state().terminal()
                        && s.store().read(tx -> tx.intents().pending()).stream().noneMatch(this::mine)) {
            return;
        }
        var rows = s.store().read(tx -> tx.tasks().ofRun(id));
        rows.forEach(t -> tasks.put(t.id(), t));
        pipeline = s.pipelines().get(run.specId());
        var artifacts = s.store().read(tx -> tx.artifacts().get(RunEngine.artifactsOf(rows)));
        engine = RunEngine.of(pipeline, run, rows, artifacts, s.settings().layout(), s.ids());
        if (rows.isEmpty() && !run.state().terminal()) {
            feed(new RunEvent.Begin());
            return;
        }
        // First what the pods say, then what is still to be done: a step that has ended meanwhile must not be
        // started again.
        for (var pod : open.pods()) {
            watch.seen(pod, this).forEach(this::feed);
        }
        feed(new RunEvent.Resumed());
    }

    private boolean mine(IntentRecord intent) {
        return intent.runId().equals(id);
    }

    private void asked(IntentRecord intent) {
        switch (intent.kind()) {
            case STOP -> feed(new RunEvent.StopRequested());
            case RETRY -> feed(new RunEvent.RetryRequested());
            case DELETE -> {
                effects.removeEverything(run, watch.pods());
                s.store().write(tx -> {
                    tx.runs().delete(id);
                    tx.intents().done(intent.id());
                    return true;
                });
                abandon();
                return;
            }
        }
        batch.intentDone(intent.id());
    }

    /// Lets the engine decide, answers at once what needs no outside effect, and goes on with those answers.
    private void feed(RunEvent first) {
        if (engine == null || run == null) {
            return;
        }
        Deque<RunEvent> events = new ArrayDeque<>();
        events.add(first);
        while (!events.isEmpty()) {
            if (batch.decisions() == 0) {
                batchSince = System.nanoTime();
            }
            var decision = engine.on(events.poll(), s.clock().instant());
            batch.add(decision);
            decision.tasks().forEach(t -> tasks.put(t.id(), t));
            run = engine.run();
            for (var command : decision.commands()) {
                if (!(command instanceof Command.LookUpCache || command instanceof Command.LookUpArtifact)) {
                    batch.effects.add(command);
                    continue;
                }
                if (batch.resultsPending()) {
                    commit();
                }
                var answer = answer(command);
                if (answer != null) {
                    events.add(answer);
                }
            }
            if (batch.decisions() >= MOST_DECISIONS || System.nanoTime() - batchSince > LONGEST_BATCH.toNanos()) {
                flush();
            }
        }
    }

    /// Rows first, then effects.
    private void flush() {
        try {
            commit();
        } catch (StoreFault e) {
            LOG.info("run {} cannot be written any more: {}", id, e.getMessage());
            deleted();
            return;
        }
        if (!batch.effects.isEmpty() && run != null) {
            var todo = List.copyOf(batch.effects);
            batch.effects.clear();
            effects.carryOut(todo, run);
        }
        watch.settled();
        if (finished() && run != null && engine != null) {
            effects.runEnded(run);
        }
    }

    /// Comes back only when the rows are on disk: the engine is ahead of them, so nothing may happen before.
    private void commit() {
        if (!batch.rowsPending() || run == null) {
            return;
        }
        long from = System.nanoTime();
        var of = run;
        while (true) {
            try {
                s.store().write(tx -> {
                    batch.write(tx, of, s.clock().instant());
                    return true;
                });
                break;
            } catch (StoreFault e) {
                if (!e.retryable()) {
                    throw e;
                }
                LOG.error("run {} waits for its database: {}", id, e.getMessage());
                pause();
            }
        }
        batch.written();
        s.metrics().commit((System.nanoTime() - from) / 1e9);
    }

    private static void pause() {
        try {
            Thread.sleep(STORE_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(RunFault why) {
        var broken = run != null ? run : s.store().read(tx -> tx.runs().get(id));
        if (broken == null || broken.state().terminal()) {
            abandon();
            return;
        }
        var failed = broken.moved(RunState.FAILED, s.clock().instant(), why);
        s.store().write(tx -> {
            tx.runs().progress(failed);
            return true;
        });
        effects.removeEverything(failed, watch.pods());
        abandon();
    }

    /// Somebody removed the rows while it ran.
    private void deleted() {
        LOG.info("run {} was deleted while it ran", id);
        effects.removeEverything(run, watch.pods());
        abandon();
    }

    /// Forgets everything: the run has been deleted or given up.
    private void abandon() {
        engine = null;
        run = null;
        batch = new Batch();
        tasks.clear();
    }
}
