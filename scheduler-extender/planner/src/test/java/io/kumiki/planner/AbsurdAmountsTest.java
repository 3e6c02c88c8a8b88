package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever amounts somebody writes: he is told why he waits, and nobody else waits for it.
class AbsurdAmountsTest extends OnePlanner {
    private static final String EXTENDED = "example.com/thing";

    @BeforeEach
    void begin() {
        for (String name : List.of("a", "b")) {
            on(new Event.NodeSeen(new NodeFact(
                    name,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 8L, EXTENDED, 100L))));
        }
        on(new Event.Elected(1));
    }

    private Plan gang(String name, int members, Map<String, String> requests) {
        var of = new Gang.Members("w", members, members, 0, requests, null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, null, null, null);
        on(new Event.GangSeen(new GangFact("ns", name, "uid-" + name, "1", 1, "job", spec, null)));
        return Objects.requireNonNull(planner.state().plans.get("ns/" + name));
    }

    private void othersArePlaced(String name) {
        assertThat(gang(name, 2, Map.of("cpu", "1", GPU, "2")).phase)
                .as("the next one's")
                .isEqualTo(Gang.Phase.Reserved);
    }

    static List<Map<String, String>> mistakes() {
        List<Map<String, String>> all = new ArrayList<>();
        for (String resource : List.of("cpu", "memory", GPU, Shape.MILLI, EXTENDED)) {
            for (String text : List.of(
                    "-1",
                    "-1e-30",
                    "1e30",
                    "9999999999999999999Ei",
                    "9223372036854775808",
                    "1e-99999999",
                    "1e99999999",
                    "1e2147483648",
                    "",
                    "NaN",
                    "1.5.5",
                    "9".repeat(100_000))) {
                all.add(Map.of(resource, text));
            }
        }
        all.add(Map.of("cpu", "999999999999999999"));
        return all;
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aGangWithAMistakeSaysSoAndDelaysNobody(Map<String, String> requests) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            Plan plan = gang("bad", 2, requests);
            assertThat(plan.phase).isEqualTo(Gang.Phase.Waiting);
            assertThat(plan.why).isEqualTo(Why.InvalidSpec);
            assertThat(plan.message()).contains(requests.keySet()).hasSizeLessThan(1_000);
            othersArePlaced("good");
        });
    }

    static List<Map<String, String>> tooMuch() {
        List<Map<String, String>> all = new ArrayList<>();
        for (String resource : List.of("cpu", "memory", GPU, EXTENDED)) {
            for (String text : List.of("999999999999999", "1000000000000", "2147483647000")) {
                all.add(Map.of(resource, text));
            }
        }
        all.add(Map.of("memory", "800Pi"));
        all.add(Map.of(EXTENDED, "999999999999999999"));
        all.add(Map.of(GPU, "536870911"));
        all.add(Map.of(GPU, "2147483647", "amd.com/gpu", "2147483647", "cpu", "2147483647", "memory", "2147483647Mi"));
        return all;
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void whatNoClusterHasIsRefusedWithAReasonAndDelaysNobody(Map<String, String> requests) {
        on(new Event.Tenants(
                List.of(new QuotaNode(
                        "team",
                        null,
                        new Amounts(Map.of(GPU, 100L, "cpu", 100_000L, "memory", 1L << 40, EXTENDED, 50L)),
                        null)),
                Map.of("ns", "team")));
        on(new Event.NamespaceLimit(
                "ns", "quota", Map.of("requests." + EXTENDED, 1000L, "requests.memory", 1L << 50), Map.of()));
        for (int members : new int[] {1, 16, 5000}) {
            Plan plan = gang("huge" + members, members, requests);
            assertThat(plan.phase).isEqualTo(Gang.Phase.Waiting);
            assertThat(plan.message()).isNotEmpty();
        }
        othersArePlaced("good");
        on(new Event.Tick());
        othersArePlaced("better");
    }

    private static PodFact pod(String uid, String node, Map<String, Long> requests) {
        return new PodFact(
                uid, "ns", uid, "1", node, PodFact.Stage.PENDING, false, node.isEmpty(), false, "", requests, null, "");
    }

    @ParameterizedTest
    @ValueSource(longs = {Shape.MOST, 1L << 40})
    void podsThatSomebodyBoundThereThemselvesTakeNoMoreThanTheirNode(long amount) {
        on(new Event.Tenants(
                List.of(new QuotaNode("team", null, Amounts.of(GPU, 16), Amounts.of(GPU, 16))), Map.of("ns", "team")));
        for (int i = 0; i < 30; i++) {
            on(new Event.PodSeen(pod("p" + i, "a", Map.of("cpu", amount, GPU, amount))));
        }
        assertThat(gang("none", 1, Map.of("cpu", "1", GPU, "1")).why)
                .as("a sum that overflows would leave room")
                .isEqualTo(Why.QuotaBorrowing);
        for (int i = 0; i < 30; i++) {
            on(new Event.PodGone("p" + i));
        }
        othersArePlaced("good");
    }

    /// As facts have it, that is: what is more counts as the most.
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "memory", GPU, EXTENDED})
    void aSinglePodOfThatMuchIsToldAndDelaysNobody(String resource) {
        Map<String, Long> asks = new TreeMap<>(Map.of(GPU, 1L));
        asks.put(resource, Shape.MOST);
        Map<String, String> texts = new TreeMap<>();
        asks.forEach((of, amount) -> texts.put(of, of.equals("cpu") ? amount + "m" : amount.toString()));
        var shape = new Gang.Members("pod", 1, 1, 0, texts, null, null, null);
        List<Decision> told = new ArrayList<>(on(new Event.EntryAsked(1, "c", "ns", "", shape, 0, null, false)));
        assertThat(told)
                .singleElement()
                .satisfies(answer ->
                        assertThat(((Decision.AnswerEntry) answer).entry()).isInstanceOf(Decision.Entry.Queued.class));
        told.addAll(on(new Event.SingleSeen(
                new SingleFact(pod("s", "", asks), shape, 0, 1, null, "s", "", false, false, "", null, false))));
        for (int i = 0; i < 5; i++) {
            now += 1_000;
            told.addAll(on(new Event.Tick()));
        }
        assertThat(told)
                .filteredOn(Decision.Touch.class::isInstance)
                .isNotEmpty()
                .allSatisfy(touch -> assertThat(
                                ((Decision.Touch) touch).annotations().get("kumiki.io/why"))
                        .isNotEmpty());
        othersArePlaced("good");
    }
}
