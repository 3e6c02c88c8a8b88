package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Japanese;
import io.kumiki.planner.words.Party;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Sentences are data with words in two languages, and name nobody whom their readers may not know.
class SaidTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private static Clause sample(Class<?> kind) throws ReflectiveOperationException {
        List<Object> values = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        int number = 7;
        for (RecordComponent component : kind.getRecordComponents()) {
            Class<?> type = component.getType();
            types.add(type);
            values.add(
                    type == int.class
                            ? (Object) number
                            : type == long.class
                                    ? (Object) (long) number
                                    : type == Party.class
                                            ? new Party(false, "u-1", "ns-1", "name-1", 64_000)
                                            : "word-" + number);
            number++;
        }
        var make = kind.getDeclaredConstructor(types.toArray(Class[]::new));
        make.setAccessible(true);
        return (Clause) make.newInstance(values.toArray());
    }

    /// Every number and name of a clause is told in both languages, and comes back from an object as it was.
    @Test
    void everyClauseHasItsWordsAndIsReadAsItWasWritten() throws ReflectiveOperationException {
        assertThat(Clause.KINDS).hasSizeGreaterThan(40);
        for (Class<?> kind : Clause.KINDS.values()) {
            Clause clause = sample(kind);
            assertThat(Clause.read(clause.written())).as("%s", kind).isEqualTo(clause);
            boolean names = List.of(kind.getRecordComponents()).stream().anyMatch(c -> c.getType() == Party.class);
            assertThat(clause instanceof Clause.OfParty).as("%s", kind).isEqualTo(names);
            for (String text : List.of(English.of(clause), Japanese.of(clause))) {
                int number = 7;
                for (RecordComponent component : kind.getRecordComponents()) {
                    assertThat(text)
                            .as("%s.%s", kind.getSimpleName(), component.getName())
                            .contains(component.getType() == Party.class ? "ns-1/name-1" : Integer.toString(number));
                    number++;
                }
            }
            if (!(clause instanceof Clause.Quoted)) {
                assertThat(Japanese.of(clause)).as("%s", kind).isNotEqualTo(English.of(clause));
            }
        }
        for (Why why : Why.values()) {
            assertThat(Japanese.of(why.name(), List.of())).doesNotContain(why.name());
        }
    }

    @Test
    void whatIsNotKnownHereIsToldInItsOwnWords() {
        var unknown = new Gang.Because("FromLater", Map.of("x", "1"));
        assertThat(Said.read(List.of(unknown), "as it was said")).containsExactly(new Clause.Quoted("as it was said"));
        var wrong = new Gang.Because("KeptFor", Map.of("nodes", "many"));
        assertThat(Said.read(List.of(wrong), "as it was said")).containsExactly(new Clause.Quoted("as it was said"));
        assertThat(Said.read(null, "before it was data")).containsExactly(new Clause.Quoted("before it was data"));
        assertThat(Said.read(null, "")).isEmpty();
    }

    private static GangFact gang(String namespace, String name, int gpus, int priority, Gang.Status status) {
        var members = new Gang.Members("w", 2, 2, 0, Map.of("nvidia.com/gpu", "" + gpus, "cpu", "1"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(members), null, null, null, priority, null, null, null);
        return new GangFact(
                namespace,
                name,
                "uid-" + name,
                "1",
                NOW.getEpochSecond() - (name.equals("first") ? 100 : 0),
                "",
                spec,
                status);
    }

    private static NodeFact node(String name) {
        return new NodeFact(
                name,
                true,
                Map.of(),
                List.of(),
                Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L));
    }

    private static Event.Tenants tenants() {
        return new Event.Tenants(
                List.of(
                        new QuotaNode("all", null, Amounts.of("nvidia.com/gpu", 32), null),
                        new QuotaNode("red", "all", Amounts.of("nvidia.com/gpu", 8), null),
                        new QuotaNode("blue", "all", Amounts.of("nvidia.com/gpu", 8), null)),
                Map.of("red-1", "red", "red-2", "red", "blue-1", "blue"));
    }

    private final List<Decision.WriteStatus> writes = new ArrayList<>();

    /// A head that waits for both nodes keeps them from the other.
    private Gang.Status behind(String namespace) {
        var planner = new Planner(PlannerOptions.DEFAULT);
        var running = new Gang.Status(
                Gang.Phase.Running,
                1,
                0,
                null,
                List.of(new Gang.Slots("w", List.of("a", "a"), null)),
                "2/2",
                "Started",
                "",
                null,
                NOW.toString());
        List<Event> events = List.of(
                tenants(),
                new Event.NodeSeen(node("a")),
                new Event.NodeSeen(node("b")),
                new Event.GangSeen(gang("blue-1", "runs", 4, 5, running)),
                new Event.Elected(2),
                new Event.GangSeen(gang("blue-1", "first", 8, 5, null)),
                new Event.GangSeen(gang(namespace, "second", 4, 5, null)));
        long now = 0;
        for (Event event : events) {
            tell(planner, event, now++);
        }
        return writes.stream()
                .filter(write -> write.name().equals("second"))
                .reduce((first, last) -> last)
                .orElseThrow()
                .status();
    }

    private void tell(Planner planner, Event event, long now) {
        for (Decision decision : planner.on(event, now, NOW)) {
            if (decision instanceof Decision.WriteStatus write) {
                writes.add(write);
                tell(
                        planner,
                        new Event.Written(write.namespace(), write.name(), write.number(), "v" + writes.size()),
                        now);
            }
        }
    }

    @Test
    void aStatusDoesNotNameAnotherTenantsGang() {
        Gang.Status red = behind("red-1");
        assertThat(red.reason()).isEqualTo("KeptForOlder");
        assertThat(red.message())
                .contains("2 nodes are kept for a gang of another tenant (16 GPUs), which comes before it")
                .doesNotContain("first", "blue");
        assertThat(red.because().toString()).doesNotContain("name=first", "blue");
        assertThat(new Said(red.reason(), Said.read(red.because(), null)).text().ja())
                .startsWith("先に待っているジョブのためにノードが確保されています。")
                .contains("別のテナントのギャング（GPU 16 基）");

        Gang.Status blue = behind("blue-1");
        assertThat(blue.message()).contains("kept for blue-1/first");
    }

    @Test
    void whoMayKnowTheNamespaceIsToldTheName() {
        var mirror = new Mirror(PlannerOptions.DEFAULT);
        mirror.on(tenants(), NOW);
        mirror.on(new Event.NodeSeen(node("a")), NOW);
        mirror.on(new Event.GangSeen(gang("blue-1", "first", 8, 5, null)), NOW);
        Decided row = mirror.on(new Event.GangSeen(gang("red-1", "second", 4, 5, behind("red-1"))), NOW);
        Said said = mirror.scene(NOW).waiting().get(1).said();
        assertThat(said.message()).contains("kept for blue-1/first");
        assertThat(said.knownTo(namespace -> !namespace.startsWith("blue")).message())
                .contains("a gang of another tenant (16 GPUs)")
                .doesNotContain("first", "blue");
        assertThat(row.said().message()).contains("blue-1/first");
        assertThat(row.said().knownTo("red-1"::equals).text().ja()).doesNotContain("first", "blue");
    }
}
