package io.kumiki.store.objects;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// S3's rules for names, and the order of keys.
final class Names {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    static final int LONGEST_KEY = 1024;

    private Names() {}

    static void checkBucket(String bucket) {
        if (!BUCKET.matcher(bucket).matches() || bucket.contains("..")) {
            throw new ObjectFault(
                    ObjectFault.Code.INVALID_BUCKET_NAME,
                    "a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, found '" + bucket + "'");
        }
    }

    static void checkKey(String key) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_KEY) {
            throw new ObjectFault(
                    ObjectFault.Code.KEY_TOO_LONG,
                    "a key has at most " + LONGEST_KEY + " bytes in UTF-8, found " + length);
        }
        if (key.isEmpty() || key.indexOf('\0') >= 0) {
            throw new ObjectFault(ObjectFault.Code.KEY_TOO_LONG, "a key has at least one character and no NUL");
        }
    }

    /// As UTF-8 bytes, which is how the index orders them.
    static int compare(String a, String b) {
        return java.util.Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /// The smallest text greater than all that start with the prefix; null when there is none.
    static @Nullable String afterAll(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            int start = end - Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return prefix.substring(0, start) + Character.toString(next);
            }
            end = start;
        }
        return null;
    }
}
