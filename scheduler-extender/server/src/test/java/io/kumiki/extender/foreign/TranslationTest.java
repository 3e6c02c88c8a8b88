package io.kumiki.extender.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.PlaceLevels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TranslationTest {
    private static final List<PlaceLevels.Level> LEVELS = List.of(
            new PlaceLevels.Level("zone", "topology.kubernetes.io/zone"),
            new PlaceLevels.Level("block", "cloud/block"),
            new PlaceLevels.Level("rack", "cloud/rack"));

    private final ObjectNode spec = Json.object().put("priority", 7);

    private List<String> into(Terms terms) {
        return Translation.into(spec, terms, LEVELS, Map.of("PriorityClass high", 1000));
    }

    @Test
    void labelsAreLevelsAndClassesAreNumbers() {
        Terms terms = new Terms(2)
                .withPriority(new Terms.Priority("PriorityClass", "high"))
                .within(new Terms.Place("cloud/block", 0), new Terms.Place("rack", 0));
        assertThat(into(terms)).isEmpty();
        assertThat(spec).isEqualTo(Json.parse("{\"priority\":1000,\"required\":\"block\",\"preferred\":\"rack\"}"));
    }

    @Test
    void tiersCountFromTheTightestLevelAndTheWholeClusterIsNoLimit() {
        into(new Terms(2).within(new Terms.Place("", 1), null));
        assertThat(spec.path("required").asText()).isEqualTo("rack");
        into(new Terms(2).within(new Terms.Place("", 3), null));
        assertThat(spec.path("required").asText()).isEqualTo("zone");
        spec.remove("required");
        assertThat(into(new Terms(2).within(new Terms.Place("", 4), null))).isEmpty();
        assertThat(spec.has("required")).isFalse();
    }

    @Test
    void whatIsNotKnownIsNamed() {
        Terms terms = new Terms(2)
                .withPriority(new Terms.Priority("WorkloadPriorityClass", "gone"))
                .withQueue("research")
                .within(new Terms.Place("cloud/pod", 0), new Terms.Place("cloud/row", 0))
                .unless(false, "subGroups");
        assertThat(into(terms))
                .containsExactly(
                        "there is no WorkloadPriorityClass gone",
                        "the topology has no level cloud/row, which it prefers",
                        "queue research (quota goes by namespace here)",
                        "subGroups");
        // The planner refuses a level that there is not, and says which there are.
        assertThat(spec.path("required").asText()).isEqualTo("cloud/pod");
        assertThat(spec.path("priority").asInt()).isEqualTo(7);
    }
}
