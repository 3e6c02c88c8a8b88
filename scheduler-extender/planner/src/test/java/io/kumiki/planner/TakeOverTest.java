package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Two nodes of one GPU each; the leader before gave a gang of one a slot on the first.
class TakeOverTest extends OnePlanner {
    private static PodFact pod(String version) {
        return new PodFact(
                "p",
                "ns",
                "p",
                version,
                "",
                PodFact.Stage.PENDING,
                false,
                false,
                false,
                "job",
                Map.of("cpu", 1_000L, GPU, 1L),
                new PodFact.Member("g", "w", 0, "uid-g.0", false),
                "");
    }

    private String slot() {
        Plan plan = Objects.requireNonNull(planner.state().plans.get("ns/g"));
        return plan.rows.getFirst().nodes.getFirst();
    }

    @Test
    void nothingIsChangedBeforeLateWritesOfTheLeaderBeforeMustFail() {
        for (String name : List.of("a", "b")) {
            on(new Event.NodeSeen(new NodeFact(
                    name,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
        }
        on(new Event.PodSeen(pod("5")));
        var of = new Gang.Members("w", 1, 1, 0, Map.of("cpu", "1", GPU, "1"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, null, null, null);
        var slots = List.of(new Gang.Slots("w", List.of("a"), null));
        var status = new Gang.Status(
                Gang.Phase.Starting, 1, 0, null, slots, "0/1", "Placed", "", null, "2026-01-01T00:00:00Z");
        on(new Event.GangSeen(new GangFact("ns", "g", "uid-g", "1", 1, "job", spec, status)));
        assertThat(on(new Event.Elected(2)))
                .anySatisfy(decision -> assertThat(decision).isInstanceOf(Decision.WriteStatus.class))
                .anySatisfy(decision -> assertThat(decision)
                        .isInstanceOfSatisfying(
                                Decision.Touch.class,
                                touch -> assertThat(touch.pod().uid()).isEqualTo("p")));
        on(new Event.NodeGone("a"));
        assertThat(slot()).as("a binding to it may be on its way").isEqualTo("a");
        on(new Event.PodSeen(pod("6")));
        assertThat(slot()).isEqualTo("b");
    }

    private GangFact gang(String version, long epoch) {
        var of = new Gang.Members("w", 1, 1, 0, Map.of("cpu", "1", GPU, "1"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, null, null, null);
        var status = new Gang.Status(Gang.Phase.Waiting, epoch, 0, null, null, null, "NoRoom", "no room", null, null);
        return new GangFact("ns", "g", "uid-g", version, 1, "job", spec, status);
    }

    /// Its writes would be refused: nobody's gang could be placed.
    @Test
    void aTermThatIsNotAboveWhatGangsCarryIsNone() {
        on(new Event.GangSeen(gang("1", 7)));
        for (long epoch : new long[] {1, 7}) {
            assertThat(on(new Event.Elected(epoch))).containsExactly(new Decision.Outdone(7));
            assertThat(planner.state().leading).isFalse();
        }
        assertThat(on(new Event.Elected(8)))
                .anySatisfy(decision -> assertThat(decision)
                        .isInstanceOfSatisfying(
                                Decision.WriteStatus.class,
                                write -> assertThat(write.status().epoch()).isEqualTo(8)));
    }

    @Test
    void whoHearsOfALaterEpochWhileHeLeadsAsksForATermAboveIt() {
        on(new Event.GangSeen(gang("1", 7)));
        on(new Event.Elected(8));
        assertThat(on(new Event.GangSeen(gang("900", 9)))).containsExactly(new Decision.Outdone(9));
        assertThat(on(new Event.GangSeen(gang("901", 9))))
                .as("it does not lead any more")
                .isEmpty();
        assertThat(on(new Event.Elected(10))).anyMatch(Decision.WriteStatus.class::isInstance);
    }

    private List<Decision.WriteStatus> writes(Event event) {
        return planner.on(event, now, java.time.Instant.ofEpochSecond(1_000_000 + now / 1000)).stream()
                .filter(Decision.WriteStatus.class::isInstance)
                .map(Decision.WriteStatus.class::cast)
                .toList();
    }

    /// Nobody would place anything: all must be written once before anything is changed.
    @Test
    void aGangWhoseStatusIsRefusedForWhatItSaysDoesNotStopTheOthers() {
        on(new Event.NodeSeen(new NodeFact(
                "a", true, Map.of(), List.of(), Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
        on(new Event.GangSeen(gang("1", 1)));
        List<Decision.WriteStatus> tries = writes(new Event.Elected(2));
        GangFact other = gang("1", 1);
        on(new Event.GangSeen(new GangFact("ns", "other", "uid-other", "1", 2, "job-other", other.spec(), null)));
        Plan placed = Objects.requireNonNull(planner.state().plans.get("ns/other"));
        for (int i = 0; i < 3; i++) {
            assertThat(placed.phase).isEqualTo(Gang.Phase.Waiting);
            assertThat(tries).hasSize(1);
            var next = new ArrayList<>(
                    writes(new Event.Written("ns", "g", tries.getFirst().number(), "", true)));
            now += 1000;
            next.addAll(writes(new Event.Tick()));
            tries = next;
        }
        assertThat(tries).extracting(Decision.WriteStatus::name).containsExactly("other");
        assertThat(placed.phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(Objects.requireNonNull(planner.state().plans.get("ns/g")).phase)
                .isEqualTo(Gang.Phase.Waiting);
        now += 10_000;
        assertThat(writes(new Event.Tick()))
                .as("it is tried again")
                .extracting(Decision.WriteStatus::name)
                .contains("g");
    }
}
