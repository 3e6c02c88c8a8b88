package io.kumiki.pipelines.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.Pipeline;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Laws over random pipelines. A failure names the seed; `-Dkumiki.seed=N` runs that one alone.
class RunEngineLawTest {
    private static final int SEEDS = Integer.getInteger("kumiki.seeds", 400);

    private interface Law {
        void hold(long seed);
    }

    private static void forAllSeeds(Law law) {
        Long only = Long.getLong("kumiki.seed");
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            try {
                law.hold(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
    }

    /// Success and failure depend on the path and on how often the user's policy has let it try; `failing` of a
    /// hundred fail.
    private static FakeWorld.Script script(int failing) {
        return (r, task) -> {
            int fate = Math.floorMod((r.path() + "#" + r.retry()).hashCode() * 31, 100);
            if (fate < failing) {
                return FakeWorld.failure();
            }
            int n = Math.floorMod(r.path().hashCode(), 7);
            ObjectNode values = Json.object().put("s", n % 2 == 0 ? "heads" : "tails");
            for (int i = 0; i < n % 4; i++) {
                values.withArrayProperty("l").add("i" + i);
            }
            if (!values.has("l")) {
                values.putArray("l");
            }
            return FakeWorld.success(r, values);
        };
    }

    private static FakeWorld world(Pipeline pipeline, long seed, int failing, FailurePolicy policy) {
        var world = new FakeWorld(pipeline, Json.object(), seed).script(script(failing));
        world.caching = false;
        world.policy = policy;
        return world;
    }

    @Test
    void crashesLossesDuplicatesAndOrderDoNotChangeTheEnd() {
        forAllSeeds(seed -> {
            Pipeline pipeline = RandomPipeline.of(seed);
            var calm = world(pipeline, seed, 15, FailurePolicy.SLOW);
            calm.finish();
            var wild = world(pipeline, seed * 31 + 7, 15, FailurePolicy.SLOW);
            wild.crashes = seed % 5 == 0 ? 1 : 0.2;
            wild.duplicates = 0.2;
            wild.losses = 0.05;
            wild.finish();
            assertThat(wild.ends()).isEqualTo(calm.ends());
            invariants(calm);
            invariants(wild);
        });
    }

    @Test
    void failFastAlwaysComesToAnEnd() {
        forAllSeeds(seed -> {
            var world = world(RandomPipeline.of(seed), seed, 30, FailurePolicy.FAST);
            world.crashes = 0.1;
            world.duplicates = 0.1;
            world.finish();
            invariants(world);
            boolean failed = world.tasks.values().stream().anyMatch(t -> t.state() == TaskState.FAILED);
            assertThat(world.run.state()).isEqualTo(failed ? RunState.FAILED : RunState.SUCCEEDED);
        });
    }

    @Test
    void aStoppedRunEndsAndStartsNothingNew() {
        forAllSeeds(seed -> {
            var world = world(RandomPipeline.of(seed), seed, 10, FailurePolicy.FAST);
            world.crashes = 0.1;
            world.boot();
            for (long n = seed % 40; n > 0 && !world.run.state().terminal(); n--) {
                world.step();
            }
            boolean stopped = !world.run.state().terminal();
            int pods = world.made.size();
            world.deliver(new RunEvent.StopRequested());
            world.drain();
            invariants(world);
            if (stopped) {
                assertThat(world.run.state()).isEqualTo(RunState.CANCELED);
                assertThat(world.made).hasSize(pods);
            }
        });
    }

    @Test
    void aRetriedRunKeepsItsSuccessesAndReachesTheEndOfOneThatNeverFailed() {
        forAllSeeds(seed -> {
            Pipeline pipeline = RandomPipeline.of(seed);
            var world = world(pipeline, seed, 25, FailurePolicy.FAST);
            world.crashes = 0.1;
            world.finish();
            var never = world(pipeline, seed, 0, FailurePolicy.FAST);
            if (world.run.state() != RunState.FAILED || never.finish() == RunState.FAILED) {
                return;
            }
            var before = new HashMap<>(world.tasks);
            world.script = script(0);
            int pods = world.made.size();
            world.boot();
            world.deliver(new RunEvent.RetryRequested());
            assertThat(world.run.state()).isNotEqualTo(RunState.FAILED);
            assertThat(world.drain()).isEqualTo(RunState.SUCCEEDED);
            invariants(world);
            assertThat(world.ends()).isEqualTo(never.ends());
            world.made.subList(pods, world.made.size()).forEach(r -> {
                TaskRecord was = before.get(r.taskId());
                boolean kept = was != null
                        && was.state() == TaskState.SUCCEEDED
                        && !followsCompletion(world, pipeline, r.path());
                assertThat(kept)
                        .as("%s ran again though it had succeeded", r.path())
                        .isFalse();
            });
        });
    }

    /// Whether a task, or a DAG around it, waits for others however they end: such a one sees new facts after a
    /// retry.
    private static boolean followsCompletion(FakeWorld world, Pipeline pipeline, String path) {
        var dag = pipeline.dag();
        for (String segment : path.split("/", -1)) {
            for (var task : dag.tasks()) {
                if (task.name().equals(segment)) {
                    if (reaches(dag, task)) {
                        return true;
                    }
                    dag = task.component().body() instanceof io.kumiki.pipelines.ir.Dag d ? d : dag;
                    break;
                }
            }
        }
        return false;
    }

    private static boolean reaches(io.kumiki.pipelines.ir.Dag dag, io.kumiki.pipelines.ir.Task task) {
        return task.onCompletion()
                || task.upstreams().stream()
                        .anyMatch(u -> reaches(dag, dag.tasks().get(u)));
    }

    private static void invariants(FakeWorld world) {
        Map<String, TaskRecord> tasks = world.tasks;
        var paths = new HashSet<String>();
        tasks.values().forEach(t -> {
            assertThat(t.state().terminal()).as("%s is %s", t.path(), t.state()).isTrue();
            assertThat(paths.add(t.path())).as("path %s twice", t.path()).isTrue();
            assertThat(t.finishedAt()).as(t.path()).isNotNull();
            assertThat(t.parentId() == null).isEqualTo(t.kind() == TaskKind.ROOT);
            assertThat(t.history().getLast().state()).isEqualTo(t.state().name());
            if (t.parentId() != null) {
                assertThat(tasks).containsKey(t.parentId());
            }
        });
        var pods = new HashSet<String>();
        world.made.forEach(r -> assertThat(pods.add(r.taskId() + "#" + r.attempt()))
                .as("two pods of one attempt: %s", r.path())
                .isTrue());
        assertThat(world.run.finishedAt()).isNotNull();
        assertThat(world.run.history().getLast().state())
                .isEqualTo(world.run.state().name());
    }
}
