package io.kumiki.runtime.settings;

import java.util.Locale;
import java.util.Map;

/// A number of bytes: `512`, `64KiB`, `10 GiB`.
public record ByteSize(long bytes) {
    private static final Map<String, Long> UNITS =
            Map.of("", 1L, "b", 1L, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30, "tib", 1L << 40);

    public static ByteSize parse(String text) {
        String plain = text.trim().toLowerCase(Locale.ROOT);
        int end = 0;
        while (end < plain.length() && Character.isDigit(plain.charAt(end))) {
            end++;
        }
        Long unit = UNITS.get(plain.substring(end).trim());
        if (end == 0 || unit == null) {
            throw new IllegalArgumentException("a size such as 64KiB, 512MiB or 10GiB is wanted");
        }
        return new ByteSize(Math.multiplyExact(Long.parseLong(plain.substring(0, end)), unit));
    }
}
