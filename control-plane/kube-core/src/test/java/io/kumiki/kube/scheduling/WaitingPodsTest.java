package io.kumiki.kube.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WaitingPodsTest {
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
    private final WaitingPods waiting = new WaitingPods();

    private static ObjectNode pod(String uid, int priority) {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("uid", uid);
        pod.putObject("spec").put("priority", priority);
        return pod;
    }

    private String next(Instant now) {
        JsonNode pod = waiting.next(now);
        return pod == null ? "none" : pod.path("metadata").path("uid").asText();
    }

    @Test
    void higherPriorityFirstThenOlder() {
        waiting.put(pod("a", 0));
        waiting.put(pod("b", 5));
        waiting.put(pod("c", 0));
        assertThat(next(T) + next(T) + next(T) + next(T)).isEqualTo("bacnone");
    }

    @Test
    void aParkedPodWaitsForAChange() {
        waiting.put(pod("a", 0));
        next(T);
        waiting.park("a", T, false);
        assertThat(next(T.plusSeconds(60))).isEqualTo("none");
        waiting.clusterChanged();
        assertThat(next(T)).as("freed room is used at once").isEqualTo("a");
    }

    @Test
    void ofManyTheFirstAreTriedAtOnceTheOthersAfterTheirPause() {
        for (int i = 0; i < 20; i++) {
            waiting.put(pod("p" + i, 0));
        }
        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < 20; i++) {
                next(T.plusSeconds(100 * round));
            }
            for (int i = 0; i < 20; i++) {
                waiting.park("p" + i, T.plusSeconds(100 * round), false);
            }
            waiting.clusterChanged();
        }
        StringBuilder tried = new StringBuilder();
        for (String pod = next(T.plusSeconds(200)); !pod.equals("none"); pod = next(T.plusSeconds(200))) {
            tried.append(pod).append(' ');
        }
        assertThat(tried).hasToString("p0 p1 p2 p3 p4 p5 p6 p7 ");
        assertThat(waiting.nextDue()).as("a second failure waits longer").isEqualTo(T.plusSeconds(202));
    }

    @Test
    void aChangeDuringTheAttemptIsNotLost() {
        waiting.put(pod("a", 0));
        next(T);
        waiting.clusterChanged();
        waiting.park("a", T, false);
        assertThat(next(T.plusSeconds(1))).isEqualTo("a");
    }

    @Test
    void anErrorIsRetriedByTime() {
        waiting.put(pod("a", 0));
        next(T);
        waiting.park("a", T, true);
        assertThat(next(T.plusSeconds(1))).isEqualTo("a");
    }
}
