package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.fact.Shape;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z",
                "2024-02-29T23:59:59Z",
                "2026-11-30T08:45:07Z",
                "2026-11-30T08:45:07.123456Z",
                "2026-11-30T08:45:07+09:00",
                "2026-06-30T23:59:60Z",
                "2026-11-30T24:00:00Z"
            })
    void secondsAreThoseOfTheCalendar(String time) {
        assertThat(Facts.second(time)).isEqualTo(Instant.parse(time).getEpochSecond());
    }

    @Test
    void whatIsNoTimeIsRefused() {
        for (String none : new String[] {"", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T00:60:00Z"}) {
            assertThatThrownBy(() -> Facts.second(none)).as(none).isInstanceOf(DateTimeException.class);
        }
    }

    private static ObjectNode pod(String... amounts) {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("name", "p").put("namespace", "ns").put("uid", "u");
        ArrayNode containers = pod.putObject("spec").putArray("containers");
        for (String amount : amounts) {
            containers.addObject().putObject("resources").putObject("requests").put("memory", amount);
        }
        return pod;
    }

    /// Thousands of them are added up. Less than nothing, which no API server takes, gives nobody room.
    @ParameterizedTest
    @ValueSource(strings = {"1e30", "9999999999999999999Ei", "9223372036854775807", "8Ei", "-1"})
    void aPodThatAsksForMoreThanThereIsAsksForTheMost(String amount) {
        assertThat(Facts.pod(pod(amount, amount)).requests()).isEqualTo(Map.of("memory", Shape.MOST));
    }

    @Test
    void aNodeWithOneAbsurdAmountIsANodeStill() {
        ObjectNode node = Json.object();
        node.putObject("metadata").put("name", "n");
        node.putObject("status")
                .putObject("allocatable")
                .put("cpu", "64")
                .put("example.com/endless", "9223372036854775807")
                .put("example.com/more", "1e30")
                .put("example.com/broken", "-5");
        assertThat(Facts.node(node).allocatable())
                .isEqualTo(Map.of(
                        "cpu",
                        64_000L,
                        "example.com/endless",
                        Shape.MOST,
                        "example.com/more",
                        Shape.MOST,
                        "example.com/broken",
                        0L));
    }
}
