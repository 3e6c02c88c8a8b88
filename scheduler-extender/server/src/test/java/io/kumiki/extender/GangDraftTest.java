package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
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

    @Test
    void aMinimumAndAlternativesAreWrittenIntoTheSpec() {
        JsonNode spec = spec(
                pod(
                        "a",
                        "kumiki.io/gang-size",
                        "4",
                        "kumiki.io/min-members",
                        "3",
                        "kumiki.io/gpu-alternatives",
                        "NVIDIA-H100=1.5, NVIDIA-A100"),
                pod("b"));
        assertThat(spec.at("/classes/0/min").asInt()).isEqualTo(3);
        assertThat(spec.at("/classes/0/max").asInt()).isEqualTo(4);
        assertThat(spec.path("alternatives"))
                .isEqualTo(Json.parse(
                        "[{\"type\":\"NVIDIA-H100\",\"speed\":1.5},{\"type\":\"NVIDIA-A100\",\"speed\":1.0}]"));
        ObjectNode launcher = pod("l", "kumiki.io/gang-class-sizes", "launcher=1,worker=4");
        ObjectNode worker = pod("w");
        launcher.withObject("/metadata/annotations").put("kumiki.io/min-members", "worker=2");
        launcher.withObject("/metadata/labels").put("kumiki.io/gang-class", "launcher");
        worker.withObject("/metadata/labels").put("kumiki.io/gang-class", "worker");
        JsonNode classes = spec(launcher, worker).path("classes");
        assertThat(classes)
                .extracting(of -> of.path("name").asText() + " "
                        + of.path("min").asInt() + ".." + of.path("max").asInt())
                .containsExactly("launcher 1..1", "worker 2..4");
    }
}
