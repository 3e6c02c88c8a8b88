package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z",
                "2024-02-29T23:59:59Z",
                "2026-11-29T23:40:03Z",
                "2026-11-29T23:40:03.123456Z",
                "1969-12-31T23:59:59Z"
            })
    void timesAreReadAsTheGeneralReaderReadsThem(String time) {
        assertThat(Timestamps.second(time)).isEqualTo(Instant.parse(time).getEpochSecond());
    }

    @Test
    void whatIsNoTimeIsRefused() {
        for (String text :
                new String[] {"", "soon", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-0x-01T00:00:00Z"}) {
            assertThatThrownBy(() -> Timestamps.second(text)).as(text).isInstanceOf(DateTimeException.class);
        }
    }
}
