package io.kumiki.extender;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Times as Kubernetes writes them.
final class Timestamps {
    private static final String FORM = "2006-01-02T15:04:05Z";

    private Timestamps() {}

    /// Epoch seconds. The API server's own form is read here: the general reader took a sixth of the time that an event
    /// of a pod takes. Throws [DateTimeException] for what is no time.
    static long second(String time) {
        if (!isUsual(time)) {
            return Instant.parse(time).getEpochSecond();
        }
        return LocalDateTime.of(
                        number(time, 0, 4),
                        number(time, 5, 7),
                        number(time, 8, 10),
                        number(time, 11, 13),
                        number(time, 14, 16),
                        number(time, 17, 19))
                .toEpochSecond(ZoneOffset.UTC);
    }

    private static boolean isUsual(String time) {
        boolean usual = time.length() == FORM.length();
        for (int i = 0; usual && i < FORM.length(); i++) {
            char wanted = FORM.charAt(i);
            char found = time.charAt(i);
            usual = wanted >= '0' && wanted <= '9' ? found >= '0' && found <= '9' : found == wanted;
        }
        return usual;
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }
}
