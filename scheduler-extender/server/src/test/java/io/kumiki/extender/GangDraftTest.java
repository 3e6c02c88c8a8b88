package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class GangDraftTest {
    private static ObjectNode pod(String name, String... annotations) {
        ObjectNode pod = Ground.pod(name, 1);
        ObjectNode noted = pod.withObject("/metadata/annotations").put("kumiki.io/gang-size", "2");
        for (int a = 0; a < annotations.length; a += 2) {
            noted.put(annotations[a], annotations[a + 1]);
        }
        return pod;
    }

    private static JsonNode spec(ObjectNode... pods) {
        return GangDraft.own("team", "g", List.of(pods)).path("spec");
    }

    @Test
    void theNewestCheckpointAndTheDearestRestartOfItsPodsCount() {
        JsonNode spec = spec(
                pod("a", "kumiki.io/last-checkpoint", "2026-11-30T08:00:00Z", "kumiki.io/restart-seconds", "300"),
                pod("b", "kumiki.io/last-checkpoint", "2026-11-30T10:30:00+02:00"));
        assertThat(spec.path("lastCheckpoint").asText()).isEqualTo("2026-11-30T08:30:00Z");
        assertThat(spec.path("restartSeconds").asLong()).isEqualTo(300);
        JsonNode silent = spec(pod("a"), pod("b"));
        assertThat(silent.has("lastCheckpoint") || silent.has("restartSeconds")).isFalse();
    }
}
