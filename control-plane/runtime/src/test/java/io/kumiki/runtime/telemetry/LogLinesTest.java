package io.kumiki.runtime.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(String logger, Level level, Throwable thrown) {
        LoggingEvent event = new LoggingEvent(
                "caller", context.getLogger(logger), level, "{} of {}", thrown, new Object[] {"günstig", 2});
        event.setTimeStamp(1_790_000_000_007L);
        return event;
    }

    @Test
    void aLineIsWhatThePatternWouldWrite() {
        var pattern = new PatternLayoutEncoder();
        pattern.setContext(context);
        pattern.setCharset(StandardCharsets.UTF_8);
        pattern.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n");
        pattern.start();
        var ours = new LineEncoder();
        var thrown = new IllegalStateException("outer", new IllegalArgumentException("inner"));
        for (var event : List.of(
                event("io.kumiki.localcluster.api.SqliteJournal", Level.WARN, null),
                event("x", Level.ERROR, thrown),
                event(Logger.ROOT_LOGGER_NAME, Level.DEBUG, null))) {
            assertThat(new String(ours.encode(event), StandardCharsets.UTF_8))
                    .isEqualTo(new String(pattern.encode(event), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aFileOfSomebodyElsesIsPreferred() {
        // This module's tests have one.
        assertThat(new LogLines().configure(context))
                .isEqualTo(ch.qos.logback.classic.spi.Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
    }

    @Test
    void levels() {
        assertThat(LogLines.level(null)).isEqualTo(Level.INFO);
        assertThat(LogLines.level("debug")).isEqualTo(Level.DEBUG);
        assertThat(LogLines.level("loud")).isEqualTo(Level.INFO);
    }
}
