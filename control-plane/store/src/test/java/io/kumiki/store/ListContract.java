package io.kumiki.store;

import static io.kumiki.store.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.ListRefused;
import io.kumiki.store.list.Page;
import io.kumiki.store.list.PageKey;
import io.kumiki.store.list.Predicate;
import io.kumiki.store.list.Predicate.Operation;
import io.kumiki.store.list.Sort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Filters, sorting and paging, for every database behind the store.
abstract class ListContract {
    private static final Map<String, String> KUBEFLOW = Map.of("namespace", "kubeflow");
    private static final long SECOND = START.getEpochSecond();

    protected Store store;

    protected abstract Store open() throws Exception;

    @BeforeEach
    void fill() throws Exception {
        store = open();
        store.write(tx -> {
            for (int i = 0; i < 10; i++) {
                RunRecord run =
                        Samples.run("r" + i, i < 5 ? "exp-1" : "exp-2", i % 2 == 0 ? "Train 50%_" + i : "eval " + i, i);
                tx.runs().insert(run);
                if (i % 3 == 0) {
                    tx.runs().progress(run.moved(RunState.SUCCEEDED, START.plusSeconds(100 + i), null));
                }
                if (i == 9) {
                    tx.runs().archive("r9", true);
                }
            }
            tx.artifacts()
                    .insert(List.of(
                            Samples.artifact(3, "r4", "system.Metrics"), Samples.artifact(2, "r5", "system.Metrics")));
            tx.pipelines().insert(Samples.pipeline("p1", "a", Map.of("team", "vision")));
            tx.pipelines().insert(Samples.pipeline("p2", "b", Map.of("team", "speech")));
            tx.pipelines().insert(Samples.pipeline("p3", "c", Map.of()));
            return null;
        });
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private List<String> ids(Predicate... predicates) {
        Page<RunRecord> page = page(new ListQuery(KUBEFLOW, List.of(predicates), Sort.OLDEST_FIRST, 50, null));
        assertThat(page.total()).as("total").isEqualTo(page.rows().size());
        return page.rows().stream().map(RunRecord::id).toList();
    }

    private Page<RunRecord> page(ListQuery query) {
        return store.read(tx -> tx.runs().list(query));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "display_name | EQUALS        | eval 3    | r3",
                "name         | EQUALS        | EVAL 3    | ''",
                "display_name | NOT_EQUALS    | eval 3    | r0 r1 r2 r4 r5 r6 r7 r8 r9",
                "display_name | IS_SUBSTRING  | TRAIN     | r0 r2 r4 r6 r8",
                "display_name | IS_SUBSTRING  | 0%_6      | r6",
                "display_name | IS_SUBSTRING  | 5_%       | ''",
                "display_name | GREATER_THAN  | eval 5    | r7 r9",
                "state        | EQUALS        | SUCCEEDED | r0 r3 r6 r9",
                "status       | NOT_EQUALS    | PENDING   | r0 r3 r6 r9",
                "storage_state| EQUALS        | ARCHIVED  | r9",
                "storage_state| NOT_EQUALS    | ARCHIVED  | r0 r1 r2 r3 r4 r5 r6 r7 r8",
                "storage_state| EQUALS        | NONSENSE  | ''",
                "storage_state| IS_SUBSTRING  | ARCH      | r9",
                "experiment_id| EQUALS        | exp-2     | r5 r6 r7 r8 r9",
                "state_history| IS_SUBSTRING  | SUCCEEDED | r0 r3 r6 r9",
                "run_id       | EQUALS        | r4        | r4",
                "id           | LESS_THAN_EQUALS | r1     | r0 r1",
            })
    void textPredicates(String key, Operation operation, String value, String expected) {
        assertThat(ids(new Predicate(key, operation, List.of(value)))).containsExactlyElementsOf(words(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "created_at  | EQUALS              | 3   | r3",
                "created_at  | NOT_EQUALS          | 3   | r0 r1 r2 r4 r5 r6 r7 r8 r9",
                "created_at  | GREATER_THAN        | 7   | r8 r9",
                "created_at  | GREATER_THAN_EQUALS | 7   | r7 r8 r9",
                "created_at  | LESS_THAN           | 2   | r0 r1",
                "scheduled_at| LESS_THAN_EQUALS    | 2   | r0 r1 r2",
                "finished_at | EQUALS              | 103 | r3",
            })
    void timesAreComparedAsWholeSeconds(String key, Operation operation, int second, String expected) {
        assertThat(ids(new Predicate(key, operation, List.of(SECOND + second))))
                .containsExactlyElementsOf(words(expected));
        assertThat(ids(new Predicate(key, operation, List.of(START.plusSeconds(second)))))
                .containsExactlyElementsOf(words(expected));
    }

    @Test
    void anUnfinishedRunFinishedAtZeroAsInKfp() {
        assertThat(ids(new Predicate("finished_at", Operation.EQUALS, List.of(0L))))
                .containsExactly("r1", "r2", "r4", "r5", "r7", "r8");
    }

    @Test
    void inTakesMany() {
        assertThat(ids(Predicate.in("state", List.of("SUCCEEDED", "FAILED")))).containsExactly("r0", "r3", "r6", "r9");
        assertThat(ids(Predicate.in("run_id", List.of("r1", "r2", "nobody")))).containsExactly("r1", "r2");
        assertThat(ids(Predicate.in("run_id", List.of()))).isEmpty();
        assertThat(ids(new Predicate("created_at", Operation.IN, List.of(SECOND + 1, SECOND + 4))))
                .containsExactly("r1", "r4");
    }

    @Test
    void predicatesAreAnded() {
        assertThat(ids(Predicate.equal("state", "SUCCEEDED"), Predicate.substring("display_name", "train")))
                .containsExactly("r0", "r6");
    }

    @Test
    void everyMistakeIsNamedAtOnce() {
        var query = new ListQuery(
                KUBEFLOW,
                List.of(
                        Predicate.equal("colour", "red"),
                        Predicate.equal("created_at", "yesterday"),
                        new Predicate("state", Operation.EQUALS, List.of(3L)),
                        new Predicate("created_at", Operation.IS_SUBSTRING, List.of(3L))),
                new Sort("shape", true),
                10,
                null);
        assertThatThrownBy(() -> page(query)).isInstanceOfSatisfying(ListRefused.class, refused -> {
            assertThat(refused.violations()).hasSize(5);
            assertThat(refused)
                    .hasMessageContaining("colour")
                    .hasMessageContaining("shape")
                    .hasMessageContaining("timestamp_value");
        });
    }

    @Test
    void sqlInAKeyOrValueIsOnlyText() {
        assertThatThrownBy(() -> ids(Predicate.equal("id; DROP TABLE runs", "x")))
                .isInstanceOf(ListRefused.class);
        assertThat(ids(Predicate.equal("display_name", "' OR 1=1 --"))).isEmpty();
        assertThat(ids(Predicate.substring("display_name", "!' OR '1'='1"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "created_at,true",
        "created_at,false",
        "display_name,true",
        "state,false",
        "finished_at,true",
        "storage_state,true",
        "run_id,true",
        "metric:accuracy,true",
        "metric:accuracy,false",
        "state_history,false",
        "description,true"
    })
    void pagesCoverEverythingOnceInOrder(String key, boolean descending) {
        var sort = new Sort(key, descending);
        List<String> whole = page(new ListQuery(KUBEFLOW, List.of(), sort, 50, null)).rows().stream()
                .map(RunRecord::id)
                .toList();
        for (int size : new int[] {1, 3, 9, 10}) {
            var seen = new ArrayList<String>();
            PageKey after = null;
            do {
                Page<RunRecord> page = page(new ListQuery(KUBEFLOW, List.of(), sort, size, after));
                assertThat(page.total()).isEqualTo(10);
                page.rows().forEach(run -> seen.add(run.id()));
                after = page.next();
            } while (after != null);
            assertThat(seen).as("page size %d", size).isEqualTo(whole);
        }
        assertThat(new HashSet<>(whole)).hasSize(10);
    }

    @Test
    void runsSortByAMetric() {
        var query = new ListQuery(KUBEFLOW, List.of(), new Sort("metric:accuracy", true), 2, null);
        assertThat(page(query).rows()).extracting(RunRecord::id).containsExactly("r4", "r5");
    }

    @Test
    void aPageTokenOfAnotherSortIsRefused() {
        var query = new ListQuery(KUBEFLOW, List.of(), Sort.NEWEST_FIRST, 2, new PageKey("eval 3", "r3", 10));
        assertThatThrownBy(() -> page(query)).isInstanceOf(ListRefused.class);
    }

    @Test
    void lightRowsLeaveOutDocumentsAndFullOnesHaveThem() {
        RunRecord light = page(ListQuery.newest(KUBEFLOW, 1)).rows().getFirst();
        assertThat(light.parameters()).isEmpty();
        assertThat(light.history()).isEmpty();
        RunRecord full = store.<Page<RunRecord>>read(tx -> tx.runs().listFull(ListQuery.newest(KUBEFLOW, 1)))
                .rows()
                .getFirst();
        assertThat(full).isEqualTo(store.<RunRecord>read(tx -> tx.runs().get("r9")));
    }

    @Test
    void totalsFollowEveryChange() {
        assertThat(page(ListQuery.newest(KUBEFLOW, 1)).total()).isEqualTo(10);
        store.write(tx -> tx.runs().delete("r0"));
        assertThat(page(ListQuery.newest(KUBEFLOW, 1)).total()).isEqualTo(9);
        assertThat(page(ListQuery.newest(Map.of("experiment_id", "exp-1"), 1)).total())
                .isEqualTo(4);
        assertThat(page(ListQuery.newest(KUBEFLOW, 1).where(Predicate.equal("state", "SUCCEEDED")))
                        .total())
                .isEqualTo(3);
        assertThat(page(ListQuery.newest(Map.of("namespace", "nowhere"), 1)).total())
                .isZero();
    }

    @Test
    void pipelinesFilterAndSortByTag() {
        Page<PipelineRecord> vision = store.read(
                tx -> tx.pipelines().list(ListQuery.newest(KUBEFLOW, 9).where(Predicate.equal("tags.team", "vision"))));
        assertThat(vision.rows()).extracting(PipelineRecord::id).containsExactly("p1");
        Page<PipelineRecord> sorted = store.read(
                tx -> tx.pipelines().list(ListQuery.newest(KUBEFLOW, 9).sorted(new Sort("tags.team", false))));
        assertThat(sorted.rows()).extracting(PipelineRecord::id).containsExactly("p3", "p2", "p1");
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }
}
