package io.kumiki.runtime.telemetry;

import ch.qos.logback.classic.pattern.TargetLengthBasedClassNameAbbreviator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;

/// `12:03:04.005 WARN  i.k.localcluster.X message`, and below it the stack of what went wrong, in UTF-8.
final class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final int LOGGER_LENGTH = 20;

    private final TargetLengthBasedClassNameAbbreviator names =
            new TargetLengthBasedClassNameAbbreviator(LOGGER_LENGTH);

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(128);
        time(line, LocalTime.ofInstant(Instant.ofEpochMilli(event.getTimeStamp()), ZoneId.systemDefault()));
        String level = event.getLevel().toString();
        line.append(' ').append(level).repeat(' ', Math.max(0, 5 - level.length()));
        line.append(' ').append(names.abbreviate(event.getLoggerName()));
        line.append(' ').append(event.getFormattedMessage()).append(System.lineSeparator());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.append(ThrowableProxyUtil.asString(thrown));
        }
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void time(StringBuilder line, LocalTime time) {
        digits(line, 10, time.getHour());
        digits(line.append(':'), 10, time.getMinute());
        digits(line.append(':'), 10, time.getSecond());
        digits(line.append('.'), 100, time.getNano() / 1_000_000);
    }

    /// @param highest the value of the first digit
    private static void digits(StringBuilder line, int highest, int number) {
        for (int value = highest; value > 0; value /= 10) {
            line.append((char) ('0' + number / value % 10));
        }
    }
}
