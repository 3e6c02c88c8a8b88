package io.kumiki.store.s3;

import io.kumiki.store.objects.Attributes;
import io.kumiki.store.objects.ObjectHead;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Headers that are kept with an object, both ways.
final class Stored {
    static final List<String> KEPT = List.of(
            "content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires");
    private static final String META = "x-amz-meta-";
    private static final int LARGEST_METADATA = 8 * 1024;
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    /// Each would change what is stored or who may read it: honoured or refused, never ignored.
    private static final List<String> REFUSED = List.of(
            "x-amz-server-side-encryption",
            "x-amz-tagging",
            "x-amz-object-lock",
            "x-amz-website-redirect-location",
            "x-amz-grant-",
            "x-amz-write-offset-bytes");

    private Stored() {}

    static Attributes attributes(Asked asked) throws S3Fault {
        var headers = new HashMap<String, String>();
        var metadata = new HashMap<String, String>();
        int size = 0;
        for (String name : asked.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            String value = asked.header(name, "");
            if (KEPT.contains(lower)) {
                headers.put(lower, value);
            } else if (lower.startsWith(META)) {
                metadata.put(lower.substring(META.length()), value);
                size += lower.length() + value.length();
            } else {
                refuse(lower, value);
            }
        }
        if (size > LARGEST_METADATA) {
            throw new S3Fault(
                    400, "MetadataTooLarge", "user metadata has at most " + LARGEST_METADATA + " bytes, found " + size);
        }
        withoutChunking(headers);
        return new Attributes(headers, metadata);
    }

    private static void refuse(String name, String value) throws S3Fault {
        if (REFUSED.stream().anyMatch(name::startsWith)) {
            throw S3Fault.notImplemented("the header " + name);
        }
        if (name.equals("x-amz-storage-class") && !value.equals("STANDARD")) {
            throw new S3Fault(
                    400, "InvalidStorageClass", "the only storage class here is STANDARD, found '" + value + "'");
        }
        if (name.equals("x-amz-acl") && !value.equals("private") && !value.equals("bucket-owner-full-control")) {
            throw S3Fault.notImplemented("x-amz-acl " + value);
        }
    }

    /// `aws-chunked` belongs to the transfer, not to the object.
    private static void withoutChunking(HashMap<String, String> headers) {
        String encoding = headers.get("content-encoding");
        if (encoding != null) {
            String rest = Arrays.stream(encoding.split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty() && !part.equalsIgnoreCase("aws-chunked"))
                    .collect(Collectors.joining(","));
            if (rest.isEmpty()) {
                headers.remove("content-encoding");
            } else {
                headers.put("content-encoding", rest);
            }
        }
    }

    /// @param checksums when the client asked for them and the whole object is sent
    static void show(Exchange exchange, ObjectHead head, boolean checksums) {
        exchange.header("ETag", quoted(head.etag()))
                .header("Last-Modified", HTTP_DATE.format(head.modified()))
                .header("Accept-Ranges", "bytes")
                // What users stored is theirs: a browser must not run it as if it were ours.
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "sandbox");
        for (String name : KEPT) {
            String override = exchange.asked.target().parameter("response-" + name);
            String fallback = name.equals("content-type") ? "binary/octet-stream" : null;
            String kept = head.headers().get(name);
            exchange.header(name, override != null ? override : kept != null ? kept : fallback);
        }
        head.metadata().forEach((name, value) -> exchange.header(META + name, value));
        if (checksums) {
            head.checksums().forEach((name, value) -> exchange.header(CheckedBody.PREFIX + name, value));
        }
    }

    static String quoted(String etag) {
        return "\"" + etag + "\"";
    }

    static String unquoted(String etag) {
        String bare = etag.strip();
        return bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")
                ? bare.substring(1, bare.length() - 1)
                : bare;
    }

    static String iso(Instant time) {
        return ISO.format(time);
    }
}
