package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
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
}
