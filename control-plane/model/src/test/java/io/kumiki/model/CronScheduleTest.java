package io.kumiki.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/5 * * * *          | 2026-01-01T00:00:00Z | 2026-01-01T00:05:00Z",
                "*/5 * * * *          | 2026-01-01T00:04:59Z | 2026-01-01T00:05:00Z",
                "0 0 * * *            | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "30 4 1,15 * *        | 2026-01-02T00:00:00Z | 2026-01-15T04:30:00Z",
                "0 12 * * MON-FRI     | 2026-01-02T12:00:00Z | 2026-01-05T12:00:00Z",
                "0 0 13 * FRI         | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "0 0 */10 * FRI       | 2026-01-03T00:00:00Z | 2026-01-09T00:00:00Z",
                "0 0 29 2 *           | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z",
                "5/20 1-3 * jan,jul ? | 2026-01-01T03:45:00Z | 2026-01-02T01:05:00Z",
                "@hourly              | 2026-01-01T00:30:00Z | 2026-01-01T01:00:00Z",
                "@weekly              | 2026-01-01T00:30:00Z | 2026-01-04T00:00:00Z",
                "@every 1h30m         | 2026-01-01T00:30:15Z | 2026-01-01T02:00:15Z"
            })
    void theNextTime(String schedule, Instant after, Instant next) {
        assertThat(CronSchedule.parse(schedule).next(after, ZoneOffset.UTC)).isEqualTo(next);
    }

    /// The clocks of New York skip 02:00 to 03:00 on 2026-03-08 and repeat 01:00 to 02:00 on 2026-11-01.
    @ParameterizedTest
    @CsvSource({
        "30 2 * * *, 2026-03-07T12:00:00-05:00, 2026-03-09T02:30:00-04:00",
        "0 * * * *,  2026-03-08T01:00:00-05:00, 2026-03-08T03:00:00-04:00",
        "30 1 * * *, 2026-11-01T00:00:00-04:00, 2026-11-01T01:30:00-04:00",
        "30 1 * * *, 2026-11-01T01:30:00-04:00, 2026-11-01T01:30:00-05:00",
        "0 9 * * *,  2026-07-01T00:00:00-04:00, 2026-07-01T09:00:00-04:00"
    })
    void clocksThatChange(String schedule, String after, String next) {
        assertThat(CronSchedule.parse(schedule)
                        .next(OffsetDateTime.parse(after).toInstant(), ZoneId.of("America/New_York")))
                .isEqualTo(OffsetDateTime.parse(next).toInstant());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 7",
                "*/0 * * * *",
                "5-1 * * * *",
                "a * * * *",
                "1-2-3 * * * *",
                "@often",
                "@every soon",
                "* * * * mo",
                ", * * * *"
            })
    void nonsenseIsRefused(String schedule) {
        assertThatThrownBy(() -> CronSchedule.parse(schedule)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatNeverHappensHasNoNext() {
        assertThat(CronSchedule.parse("0 0 31 2 *").next(Instant.EPOCH, ZoneOffset.UTC))
                .isNull();
    }

    @Test
    void timesBetweenAreBounded() {
        var schedule = CronSchedule.parse("* * * * *");
        assertThat(schedule.between(Instant.EPOCH, Instant.EPOCH.plusSeconds(180), ZoneOffset.UTC, 10))
                .hasSize(3);
        assertThat(schedule.between(Instant.EPOCH, Instant.EPOCH.plusSeconds(1800), ZoneOffset.UTC, 10))
                .hasSize(10);
    }
}
