package io.kumiki.store.s3;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One range of bytes of an object of known size.
record ByteRange(long from, long length) {
    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /// Null when there is none, or none that we must honour: several ranges and other units give the whole object.
    static @Nullable ByteRange of(@Nullable String header, long size) throws S3Fault {
        Matcher range = header == null ? null : ONE.matcher(header.strip());
        if (range == null
                || !range.matches()
                || range.group(1).isEmpty() && range.group(2).isEmpty()) {
            return null;
        }
        long from;
        long end;
        if (range.group(1).isEmpty()) {
            long last = Long.parseLong(range.group(2));
            from = Math.max(0, size - last);
            end = last == 0 ? -1 : size - 1;
        } else {
            from = Long.parseLong(range.group(1));
            end = range.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
            if (!range.group(2).isEmpty() && Long.parseLong(range.group(2)) < from) {
                return null;
            }
        }
        if (from >= size || end < from) {
            throw new S3Fault(
                    416, "InvalidRange", "the range " + header + " lies outside an object of " + size + " bytes");
        }
        return new ByteRange(from, end - from + 1);
    }

    String contentRange(long size) {
        return "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
}
