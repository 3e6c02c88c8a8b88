package io.kumiki.store.s3;

import io.kumiki.store.objects.ObjectHead;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// If-Match and its kin, in the order of RFC 9110 §13.2.2.
final class Conditions {
    private Conditions() {}

    /// True when the answer is 304.
    static boolean notModified(Asked asked, ObjectHead head) throws S3Fault {
        check(asked, head, "");
        String noneMatch = asked.header("If-None-Match");
        if (noneMatch != null) {
            return matches(noneMatch, head);
        }
        Instant since = time(asked.header("If-Modified-Since"));
        return since != null && !seconds(head).isAfter(since);
    }

    /// The same conditions on the source of a copy, where not modified is a failure too.
    static void copySource(Asked asked, ObjectHead head) throws S3Fault {
        check(asked, head, "x-amz-copy-source-");
        String noneMatch = asked.header("x-amz-copy-source-if-none-match");
        Instant since = time(asked.header("x-amz-copy-source-if-modified-since"));
        if (noneMatch != null
                ? matches(noneMatch, head)
                : since != null && !seconds(head).isAfter(since)) {
            throw failed(noneMatch != null ? "x-amz-copy-source-if-none-match" : "x-amz-copy-source-if-modified-since");
        }
    }

    private static void check(Asked asked, ObjectHead head, String prefix) throws S3Fault {
        String match = asked.header(prefix + "If-Match");
        if (match != null) {
            if (!matches(match, head)) {
                throw failed(prefix + "If-Match");
            }
            return;
        }
        Instant unmodified = time(asked.header(prefix + "If-Unmodified-Since"));
        if (unmodified != null && seconds(head).isAfter(unmodified)) {
            throw failed(prefix + "If-Unmodified-Since");
        }
    }

    private static boolean matches(String tags, ObjectHead head) {
        return Arrays.stream(tags.split(","))
                .anyMatch(tag -> tag.strip().equals("*") || Stored.unquoted(tag).equals(head.etag()));
    }

    private static Instant seconds(ObjectHead head) {
        return head.modified().truncatedTo(ChronoUnit.SECONDS);
    }

    /// A date that cannot be read is ignored, as RFC 9110 wants.
    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null
                    ? null
                    : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static S3Fault failed(String condition) {
        return new S3Fault(412, "PreconditionFailed", "the condition " + condition + " did not hold");
    }
}
