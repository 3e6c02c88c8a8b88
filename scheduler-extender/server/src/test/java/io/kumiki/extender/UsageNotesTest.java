package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UsageNotesTest {
    private static final String GPU = "nvidia.com/gpu";
    private static final long SECOND = 1_000_000_000L;

    private final UsageNotes notes = new UsageNotes();
    private final Map<String, JsonNode> objects = new TreeMap<>();

    private void seen(String name, String status) {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", name);
        quota.set("status", Json.parse(status));
        objects.put(name, quota);
    }

    private void told(long epoch, long sequence, long gpus) {
        var usage = new TreeMap<>(Map.of("all", Amounts.of(GPU, gpus), "team", Amounts.of(GPU, gpus)));
        notes.tell(new Decision.Publish("all", epoch, sequence, usage, List.of()));
    }

    private void tree() {
        notes.hold(List.of(
                new QuotaNode("all", null, Amounts.of(GPU, 16), null),
                new QuotaNode("team", "all", Amounts.of(GPU, 8), null)));
        seen("all", "{\"conditions\":[{}]}");
        seen("team", "{\"conditions\":[{}]}");
    }

    private List<String> changes(long second) {
        return notes.due(objects, second * SECOND).notes().stream()
                .map(note -> note.name() + " " + note.changes())
                .toList();
    }

    /// The API server takes each.
    private void write(long second) {
        for (UsageNotes.Note note : notes.due(objects, second * SECOND).notes()) {
            seen(note.name(), "{\"conditions\":[{}]}");
            ObjectNode status = (ObjectNode) objects.get(note.name()).get("status");
            status.set("used", Json.mapper().valueToTree(note.use().used()));
            status.set("borrowed", Json.mapper().valueToTree(note.use().borrowed()));
            notes.wrote(note, second * SECOND, true, objects.get(note.name()));
        }
    }

    @Test
    void whatIsUsedIsWrittenOnceAndByItsPace() {
        tree();
        assertThat(changes(0)).as("nothing is known yet").isEmpty();
        told(3, 1, 12);
        assertThat(changes(0))
                .containsExactly(
                        "all {\"used\":{\"nvidia.com/gpu\":\"12\"}}",
                        "team {\"used\":{\"nvidia.com/gpu\":\"12\"},\"borrowed\":{\"nvidia.com/gpu\":\"4\"}}");
        write(0);
        assertThat(changes(100)).as("it is there").isEmpty();
        told(3, 2, 4);
        assertThat(changes(4)).as("too soon").isEmpty();
        assertThat(notes.due(objects, 4 * SECOND).pause()).hasSeconds(1);
        assertThat(changes(5))
                .containsExactly(
                        "all {\"used\":{\"nvidia.com/gpu\":\"4\"}}",
                        "team {\"used\":{\"nvidia.com/gpu\":\"4\"},\"borrowed\":null}");
        write(5);
        assertThat(notes.due(objects, 6 * SECOND).pause()).isNull();
    }

    @Test
    void anOlderWordNeverReplacesANewerOne() {
        tree();
        told(3, 2, 4);
        told(3, 1, 12);
        told(2, 9, 13);
        assertThat(changes(0)).first().asString().contains("\"4\"");
        assertThat(notes.due(objects, 0).epoch()).isEqualTo(3);
        told(4, 1, 5);
        assertThat(changes(0)).first().asString().contains("\"5\"");
    }

    @Test
    void aFaultIsTriedAgainAndWhatTheServerDoesNotKnowIsNot() {
        tree();
        told(1, 1, 2);
        notes.due(objects, 0).notes().forEach(note -> notes.wrote(note, 0, true, null));
        assertThat(changes(4)).isEmpty();
        assertThat(changes(5)).hasSize(2);
        notes.due(objects, 5 * SECOND).notes().forEach(note -> notes.wrote(note, 5 * SECOND, false, null));
        assertThat(changes(60)).as("refused").isEmpty();
        told(1, 2, 3);
        assertThat(changes(60)).as("another amount").hasSize(2);
        notes.due(objects, 60 * SECOND).notes().forEach(note -> notes.wrote(note, 60 * SECOND, true, note.quota()));
        assertThat(changes(120)).as("taken, and not kept").isEmpty();
    }

    @Test
    void whoeverLeavesTheTreeTellsOfNoUsage() {
        tree();
        told(1, 1, 12);
        write(0);
        notes.hold(List.of(new QuotaNode("all", null, Amounts.of("cpu", 1000), null)));
        assertThat(changes(10))
                .containsExactly(
                        "all {\"used\":{\"cpu\":\"0\",\"nvidia.com/gpu\":\"12\"},\"borrowed\":{\"nvidia.com/gpu\":\"12\"}}",
                        "team {\"used\":null,\"borrowed\":null}");
        objects.clear();
        seen("all", "{}");
        assertThat(changes(20)).as("its condition comes first").isEmpty();
    }

    @Test
    void aResourceThatIsNotNamedAnyMoreIsTakenAway() {
        tree();
        told(1, 1, 0);
        seen("all", "{\"conditions\":[{}],\"used\":{\"nvidia.com/gpu\":\"0\"}}");
        seen("team", "{\"conditions\":[{}],\"used\":{\"nvidia.com/gpu\":\"0\",\"cpu\":\"1\"}}");
        assertThat(changes(0)).containsExactly("team {\"used\":{\"cpu\":null,\"nvidia.com/gpu\":\"0\"}}");
    }
}
