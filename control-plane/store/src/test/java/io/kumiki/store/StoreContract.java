package io.kumiki.store;

import static io.kumiki.store.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import io.kumiki.store.list.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every database behind the store has to do.
abstract class StoreContract {
    private static final Map<String, String> KUBEFLOW = Map.of("namespace", "kubeflow");

    protected Store store;

    protected abstract Store open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void write(java.util.function.Consumer<Tx> work) {
        store.write(tx -> {
            work.accept(tx);
            return null;
        });
    }

    @Test
    void runsComeBackAsTheyWere() {
        RunRecord run = Samples.run("r1", 0);
        write(tx -> tx.runs().insert(run));
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r1"))).isEqualTo(run);
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("other"))).isNull();
    }

    @Test
    void progressChangesWhatTheEngineOwnsAndNothingElse() {
        RunRecord run = Samples.run("r1", 0);
        write(tx -> tx.runs().insert(run));
        write(tx -> tx.runs().archive("r1", true));
        RunRecord failed = run.moved(RunState.RUNNING, START.plusSeconds(1), null)
                .moved(RunState.FAILED, START.plusSeconds(2), new RunFault("StepFailed", "train exited 1"));
        write(tx -> tx.runs().progress(failed));
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r1"))).isEqualTo(failed.archived(true));
    }

    @Test
    void progressOfAnUnknownRunIsRefused() {
        assertThatThrownBy(() -> write(tx -> tx.runs().progress(Samples.run("nobody", 0))))
                .isInstanceOf(StoreFault.NotFound.class);
    }

    @Test
    void tasksAreInsertedThenReplacedByIdAndAllFieldsRoundTrip() {
        TaskRecord first = Samples.task("t1", "r1", TaskState.WAITING);
        TaskRecord full = new TaskRecord(
                "t1",
                "r1",
                "root",
                first.path(),
                "train",
                "Train",
                first.kind(),
                TaskState.FAILED,
                3,
                7,
                12,
                Json.object().put("a", 1),
                Json.object().put("b", "x"),
                "pod",
                "fp",
                "t0",
                new RunFault("Oom", "memory"),
                START,
                START.plusSeconds(1),
                START.plusSeconds(2),
                START.plusSeconds(3),
                Json.object().put("Simulated", true),
                first.history());
        write(tx -> tx.tasks().put(List.of(first, Samples.task("t2", "r1", TaskState.RUNNING))));
        write(tx -> tx.tasks().put(List.of(full)));
        assertThat(store.<List<TaskRecord>>read(tx -> tx.tasks().ofRun("r1")))
                .containsExactly(full, Samples.task("t2", "r1", TaskState.RUNNING));
        assertThat(store.<TaskRecord>read(tx -> tx.tasks().get("t1"))).isEqualTo(full);
    }

    @Test
    void aFunctionThatThrowsLeavesNothingBehind() {
        assertThatThrownBy(() -> write(tx -> {
                    tx.runs().insert(Samples.run("r1", 0));
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r1"))).isNull();
        assertThat(store.seq()).isZero();
    }

    @Test
    void oneFailureInAGroupRollsBackThatOneAlone() throws Exception {
        var gate = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<?>>();
            answers.add(threads.submit(() -> write(tx -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            })));
            for (int i = 0; i < 20; i++) {
                int n = i;
                answers.add(threads.submit(() -> write(tx -> {
                    tx.runs().insert(Samples.run("r" + n, n));
                    if (n % 2 == 1) {
                        throw new IllegalArgumentException("odd");
                    }
                })));
            }
            gate.countDown();
            int failed = 0;
            for (Future<?> answer : answers) {
                try {
                    answer.get(20, TimeUnit.SECONDS);
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e.getCause()).hasMessage("odd");
                    failed++;
                }
            }
            assertThat(failed).isEqualTo(10);
        }
        Page<RunRecord> page = store.read(tx -> tx.runs().list(ListQuery.newest(KUBEFLOW, 100)));
        assertThat(page.rows())
                .extracting(RunRecord::id)
                .hasSize(10)
                .allMatch(id -> Integer.parseInt(id.substring(1)) % 2 == 0);
        assertThat(page.total()).isEqualTo(10);
    }

    @Test
    void writingInsideAWriteIsRefusedInsteadOfHanging() {
        assertThatThrownBy(() -> write(tx -> write(inner -> {}))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> write(tx -> store.read(inner -> inner.runs().get("x"))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void listenersHearEveryCommitInOrder() throws Exception {
        var heard = new LinkedBlockingQueue<Change>();
        var subscription = store.onCommit(heard::addAll);
        write(tx -> {
            tx.experiments().insert(Samples.experiment("e1", "One"));
            tx.runs().insert(Samples.run("r1", 0));
        });
        write(tx -> tx.tasks().put(List.of(Samples.task("t1", "r1", TaskState.WAITING))));
        long id = store.write(tx -> tx.intents().add("r1", IntentRecord.Kind.STOP, START));
        var all = new ArrayList<Change>();
        for (int i = 0; i < 4; i++) {
            all.add(heard.poll(10, TimeUnit.SECONDS));
        }
        assertThat(all)
                .containsExactly(
                        new Change(Change.EXPERIMENT, "e1", null, 1),
                        new Change(Change.RUN, "r1", "r1", 2),
                        new Change(Change.TASK, "t1", "r1", 3),
                        new Change(Change.INTENT, Long.toString(id), "r1", 4));
        assertThat(store.seq()).isEqualTo(4);
        subscription.close();
        var done = new CompletableFuture<List<Change>>();
        store.onCommit(done::complete);
        write(tx -> tx.runs().archive("r1", true));
        assertThat(done.get(10, TimeUnit.SECONDS)).containsExactly(new Change(Change.RUN, "r1", "r1", 5));
        assertThat(heard).isEmpty();
    }

    @Test
    void experimentNamesAreUniqueInTheirNamespace() {
        write(tx -> tx.experiments().insert(Samples.experiment("e1", "One")));
        assertThatThrownBy(() -> write(tx -> tx.experiments().insert(Samples.experiment("e2", "One"))))
                .isInstanceOf(StoreFault.AlreadyExists.class)
                .hasMessageContaining("One");
        assertThat(store.<ExperimentRecord>read(tx -> tx.experiments().byName("kubeflow", "One"))
                        .id())
                .isEqualTo("e1");
    }

    @Test
    void archivingAnExperimentArchivesItsRunsAndUnarchivingLeavesThem() {
        write(tx -> {
            tx.experiments().insert(Samples.experiment("exp-1", "One"));
            tx.runs().insert(Samples.run("r1", 5));
            tx.runs().insert(Samples.run("r2", "exp-2", "other", 6));
        });
        write(tx -> tx.experiments().archive("exp-1", true));
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r1")).archived()).isTrue();
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r2")).archived()).isFalse();
        write(tx -> tx.experiments().archive("exp-1", false));
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r1")).archived()).isTrue();
        ExperimentRecord experiment = store.read(tx -> tx.experiments().get("exp-1"));
        assertThat(experiment.archived()).isFalse();
        assertThat(experiment.lastRunAt()).isEqualTo(START.plusSeconds(5));
    }

    @Test
    void deletingAnExperimentKeepsItsRuns() {
        write(tx -> {
            tx.experiments().insert(Samples.experiment("exp-1", "One"));
            tx.runs().insert(Samples.run("r1", 0));
        });
        assertThat(store.<Boolean>write(tx -> tx.experiments().delete("exp-1"))).isTrue();
        assertThat(store.<Boolean>write(tx -> tx.experiments().delete("exp-1"))).isFalse();
        assertThat(store.<RunRecord>read(tx -> tx.runs().get("r1"))).isNotNull();
    }

    @Test
    void pipelinesAndVersions() {
        write(tx -> {
            tx.pipelines().insert(Samples.pipeline("p1", "train", Map.of("team", "vision")));
            tx.versions().insert(Samples.version("v1", "p1", "first", 1));
            tx.versions().insert(Samples.version("v2", "p1", "second", 2));
        });
        assertThatThrownBy(() -> write(tx -> tx.pipelines().insert(Samples.pipeline("p2", "train", Map.of()))))
                .isInstanceOf(StoreFault.AlreadyExists.class);
        assertThatThrownBy(() -> write(tx -> tx.versions().insert(Samples.version("v3", "p1", "first", 3))))
                .isInstanceOf(StoreFault.AlreadyExists.class);
        assertThat(store.<VersionRecord>read(tx -> tx.versions().latest("p1")).id())
                .isEqualTo("v2");
        assertThat(store.<Long>read(tx -> tx.versions().count("p1"))).isEqualTo(2);
        var renamed = new PipelineRecord("p1", "kubeflow", "train", "New", "about", START, Map.of("team", "speech"));
        write(tx -> tx.pipelines().update(renamed));
        assertThat(store.<PipelineRecord>read(tx -> tx.pipelines().byName("kubeflow", "train")))
                .isEqualTo(renamed);
        write(tx -> tx.pipelines().delete("p1"));
        assertThat(store.<VersionRecord>read(tx -> tx.versions().get("v1"))).isNull();
        assertThat(store.<Page<VersionRecord>>read(
                                tx -> tx.versions().list(ListQuery.newest(Map.of("pipeline_id", "p1"), 10)))
                        .total())
                .isZero();
    }

    @Test
    void specsKeepKeyOrderAndNumbersAndAreAddressedByContent() {
        JsonNode spec = Json.parse("{\"z\":1,\"a\":1.0,\"big\":12345678901234567890,\"e\":1e400,\"s\":\"\\u00e9\"}");
        SpecRecord record = SpecRecord.of(spec, Json.parse("{\"platforms\":{}}"));
        write(tx -> tx.specs().put(record));
        write(tx -> tx.specs().put(record));
        SpecRecord back = store.read(tx -> tx.specs().get(record.id()));
        assertThat(Json.write(back.pipelineSpec())).isEqualTo(Json.write(spec)).startsWith("{\"z\":1,\"a\":1.0,");
        assertThat(back.platformSpec()).isEqualTo(record.platformSpec());
        assertThat(SpecRecord.of(Json.parse("{\"a\":1.0,\"z\":1}"), null).id())
                .isNotEqualTo(
                        SpecRecord.of(Json.parse("{\"z\":1,\"a\":1.0}"), null).id());
    }

    @Test
    void deletingARunTakesItsTasksCacheEntriesAndIntentsAndKeepsArtifacts() {
        write(tx -> {
            tx.runs().insert(Samples.run("r1", 0));
            tx.tasks().put(List.of(Samples.task("t1", "r1", TaskState.SUCCEEDED)));
            tx.cache().put("kubeflow", "train", "fp", "t1", START);
            tx.intents().add("r1", IntentRecord.Kind.DELETE, START);
            tx.artifacts().insert(List.of(Samples.artifact(1, "r1", "system.Model")));
        });
        assertThat(store.<Boolean>write(tx -> tx.runs().delete("r1"))).isTrue();
        assertThat(store.<Boolean>write(tx -> tx.runs().delete("r1"))).isFalse();
        assertThat(store.<List<TaskRecord>>read(tx -> tx.tasks().ofRun("r1"))).isEmpty();
        assertThat(store.<List<CacheEntry>>read(tx -> tx.cache().find("kubeflow", "train", "fp")))
                .isEmpty();
        assertThat(store.<List<IntentRecord>>read(tx -> tx.intents().pending())).isEmpty();
        assertThat(store.<List<?>>read(tx -> tx.artifacts().ofRun("r1"))).hasSize(1);
        assertThat(store.<Page<RunRecord>>read(tx -> tx.runs().list(ListQuery.newest(KUBEFLOW, 5)))
                        .total())
                .isZero();
    }

    @Test
    void cacheAnswersNewestFirst() {
        write(tx -> {
            for (int i = 0; i < 12; i++) {
                tx.tasks().put(List.of(Samples.task("t" + i, "r1", TaskState.SUCCEEDED)));
                tx.cache().put("kubeflow", "train", "fp", "t" + i, START.plusSeconds(i));
            }
            tx.cache().put("kubeflow", "train", "fp", "vanished", START.plusSeconds(99));
        });
        List<CacheEntry> found = store.read(tx -> tx.cache().find("kubeflow", "train", "fp"));
        assertThat(found).hasSize(10).first().isEqualTo(new CacheEntry("t11", START.plusSeconds(11)));
        assertThat(store.<List<CacheEntry>>read(tx -> tx.cache().find("kubeflow", "other", "fp")))
                .isEmpty();
        assertThat(store.<Integer>write(tx -> tx.cache().purge("kubeflow", ""))).isEqualTo(13);
    }

    @Test
    void intentsStayUntilDone() {
        long first = store.write(tx -> tx.intents().add("r1", IntentRecord.Kind.STOP, START));
        long second = store.write(tx -> tx.intents().add("r2", IntentRecord.Kind.RETRY, START));
        write(tx -> tx.intents().done(first));
        assertThat(store.<List<IntentRecord>>read(tx -> tx.intents().pending()))
                .containsExactly(new IntentRecord(second, "r2", IntentRecord.Kind.RETRY, START));
    }

    @Test
    void artifactsAreFoundByIdRunAndUriAndIdsNeverRepeat() {
        long first = store.write(tx -> tx.artifacts().nextIds(5));
        long next = store.write(tx -> tx.artifacts().nextIds(1));
        assertThat(next).isEqualTo(first + 5);
        write(tx -> tx.artifacts()
                .insert(List.of(
                        Samples.artifact(1, "r1", "system.Model"), Samples.artifact(2, "r1", "system.Metrics"))));
        write(tx -> tx.artifacts().insert(List.of(Samples.artifact(1, "r1", "system.Model"))));
        assertThat(store.<Object>read(tx -> tx.artifacts().get(2)))
                .isEqualTo(Samples.artifact(2, "r1", "system.Metrics"));
        assertThat(store.<List<?>>read(tx -> tx.artifacts().get(List.of(2L, 9L, 1L))))
                .hasSize(2);
        assertThat(store.<List<?>>read(tx -> tx.artifacts().byUri("kubeflow", "minio://mlpipeline/x/1")))
                .hasSize(1);
        assertThat(store.<Map<String, Map<String, Double>>>read(tx -> tx.runs().metrics(List.of("r1", "r2"))))
                .isEqualTo(Map.of("r1", Map.of("accuracy", 0.5)));
        assertThat(store.<Page<?>>read(tx -> tx.artifacts()
                                .list(new ListQuery(KUBEFLOW, List.of(), new Sort("type", false), 1, null)))
                        .total())
                .isEqualTo(2);
    }

    @Test
    void settingsAreReplacedAndDeleted() {
        write(tx -> tx.settings().put("installation", Json.parse("{\"id\":\"a\"}")));
        write(tx -> tx.settings().put("installation", Json.parse("{\"id\":\"b\"}")));
        assertThat(store.<JsonNode>read(tx -> tx.settings().get("installation")))
                .isEqualTo(Json.parse("{\"id\":\"b\"}"));
        assertThat(store.<Boolean>write(tx -> tx.settings().delete("installation")))
                .isTrue();
        assertThat(store.<JsonNode>read(tx -> tx.settings().get("installation")))
                .isNull();
    }

    @Test
    void unfinishedRunsOldestFirst() {
        write(tx -> {
            tx.runs().insert(Samples.run("r2", 2));
            tx.runs().insert(Samples.run("r1", 1));
            tx.runs().insert(Samples.run("r3", 3));
            tx.runs().progress(Samples.run("r3", 3).moved(RunState.SUCCEEDED, START, null));
        });
        assertThat(store.<List<String>>read(tx -> tx.runs().unfinishedIds())).containsExactly("r1", "r2");
    }
}
