package io.kumiki.kube.scheduling;

import static io.kumiki.kube.scheduling.World.T;
import static io.kumiki.kube.scheduling.World.cpu;
import static io.kumiki.kube.scheduling.World.node;
import static io.kumiki.kube.scheduling.World.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The queue: order, groups, pauses, and which events wake whom.
class WaitingPodsTest {
    private final PodShape.Known shapes = new PodShape.Known(Set.of());
    private final WaitingPods waiting = new WaitingPods(Duration.ofSeconds(1), Duration.ofSeconds(10));

    private PodEntry entry(ObjectNode pod) {
        return PodEntry.read(pod, shapes);
    }

    private String next(Instant now) {
        PodEntry pod = waiting.next(now);
        return pod == null ? "none" : pod.name();
    }

    private void fail(String name, Instant now) {
        waiting.failed("u-" + name, Set.of(Cause.RESOURCES), now);
    }

    private void roomOn(String cpu, Instant now) {
        NodeTable table = new NodeTable();
        ClusterEvent event = table.putNode(node("n", "{'cpu':'" + cpu + "'}", "{}"));
        waiting.happened(event, namespace -> java.util.Map.of(), now);
    }

    @Test
    void higherPriorityFirstThenOlder() {
        for (ObjectNode pod : List.of(cpu("a", "1", 0), cpu("b", "1", 5), cpu("c", "1", 0))) {
            waiting.put(entry(pod), false);
        }
        StringBuilder order = new StringBuilder();
        for (String name = next(T); !name.equals("none"); name = next(T)) {
            order.append(name);
            waiting.remove("u-" + name);
        }
        assertThat(order).hasToString("bac");
    }

    @Test
    void everyPodIsTriedOnceThenItsGroupWaitsForAnEventThatHelps() {
        for (int i = 0; i < 20; i++) {
            waiting.put(entry(cpu("p" + i, "2", 0)), false);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(next(T)).isEqualTo("p" + i);
            fail("p" + i, T);
        }
        assertThat(next(T.plusSeconds(200))).isEqualTo("none");
        roomOn("1", T.plusSeconds(1));
        assertThat(next(T.plusSeconds(1))).as("too small a node helps nobody").isEqualTo("none");
        roomOn("2", T.plusSeconds(1));
        assertThat(next(T.plusSeconds(1))).isEqualTo("p0");
        waiting.remove("u-p0");
        assertThat(next(T.plusSeconds(1))).as("the next of the group follows").isEqualTo("p1");
        fail("p1", T.plusSeconds(1));
        assertThat(next(T.plusSeconds(200))).as("one failure speaks for all").isEqualTo("none");
    }

    @Test
    void ofManyKindsTheFirstAreTriedAtOnceTheOthersAfterTheirPause() {
        for (int i = 10; i < 30; i++) {
            waiting.put(entry(cpu("p" + i, "1" + i + "m", 0)), false);
        }
        for (int i = 10; i < 30; i++) {
            next(T);
            fail("p" + i, T);
        }
        roomOn("8", T);
        StringBuilder tried = new StringBuilder();
        for (String name = next(T); !name.equals("none"); name = next(T)) {
            tried.append(name).append(' ');
            fail(name, T);
        }
        assertThat(tried).hasToString("p10 p11 p12 p13 p14 p15 p16 p17 ");
        assertThat(waiting.nextDue()).isEqualTo(T.plusSeconds(1));
        assertThat(next(T.plusSeconds(1))).isEqualTo("p18");
    }

    @Test
    void pausesDoubleToTenSeconds() {
        waiting.put(entry(cpu("a", "1", 0)), true);
        Instant now = T;
        StringBuilder pauses = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            assertThat(next(now)).isEqualTo("a");
            waiting.retry("u-a", now);
            Instant due = waiting.nextDue();
            pauses.append(Duration.between(now, due).toSeconds()).append(' ');
            assertThat(next(due.minusMillis(1))).isEqualTo("none");
            now = due;
        }
        assertThat(pauses).hasToString("1 2 4 8 10 10 ");
    }

    @Test
    void nobodyWaitsLongerThanFiveMinutes() {
        waiting.put(entry(cpu("a", "1", 0)), false);
        next(T);
        fail("a", T);
        assertThat(waiting.nextDue()).isEqualTo(T.plusSeconds(300));
        assertThat(next(T.plusSeconds(299))).isEqualTo("none");
        assertThat(next(T.plusSeconds(300))).isEqualTo("a");
    }

    @Test
    void aChangeOfThePodItselfIsTriedAtOnce() {
        waiting.put(entry(cpu("a", "9", 0)), false);
        next(T);
        fail("a", T);
        waiting.put(entry(cpu("a", "9", 0)), false);
        assertThat(next(T)).as("its own condition coming back is no change").isEqualTo("none");
        ObjectNode tolerant = pod(
                "a",
                "{}",
                "{'priority':0,'tolerations':[{'operator':'Exists'}],'containers':[{'name':'c','resources':{'requests':{'cpu':'9'}}}]}");
        waiting.put(entry(tolerant), false);
        assertThat(next(T)).isEqualTo("a");
    }

    @Test
    void whatAnExtenderRefusedWaitsItsPauseButAnAnnotationPokesIt() {
        ObjectNode pod = cpu("a", "1", 0);
        waiting.put(entry(pod), true);
        next(T);
        waiting.failed("u-a", Set.of(Cause.EXTENDER), T);
        roomOn("1", T);
        assertThat(next(T)).isEqualTo("none");
        assertThat(next(T.plusSeconds(1))).as("any event may have helped").isEqualTo("a");
        waiting.failed("u-a", Set.of(Cause.EXTENDER), T.plusSeconds(1));
        pod.withObject("/metadata/annotations").put("poke", "1");
        waiting.put(entry(pod), true);
        assertThat(next(T.plusSeconds(1))).isEqualTo("a");
    }
}
