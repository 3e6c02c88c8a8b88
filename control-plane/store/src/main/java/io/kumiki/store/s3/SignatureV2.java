package io.kumiki.store.s3;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Signature Version 2 in the query: what boto3 still makes for presigned URLs of a custom endpoint.
final class SignatureV2 {
    private static final Set<String> SIGNED_PARAMETERS = new TreeSet<>(Set.of(
            "acl",
            "cors",
            "delete",
            "lifecycle",
            "location",
            "logging",
            "notification",
            "partNumber",
            "policy",
            "requestPayment",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "restore",
            "tagging",
            "torrent",
            "uploadId",
            "uploads",
            "versionId",
            "versioning",
            "versions",
            "website"));

    private SignatureV2() {}

    static Verified query(Asked asked, S3Credentials credentials, Instant now) throws S3Fault {
        Target target = asked.target();
        if (!Hmac.same(orEmpty(target.parameter("AWSAccessKeyId")), credentials.accessKey())) {
            throw new S3Fault(
                    403,
                    "InvalidAccessKeyId",
                    "the access key is unknown here; the keys are in s3.env of the data folder");
        }
        String expires = orEmpty(target.parameter("Expires"));
        Instant end;
        try {
            end = Instant.ofEpochSecond(Long.parseLong(expires));
        } catch (NumberFormatException | java.time.DateTimeException e) {
            throw S3Fault.denied("Expires is a time in unix seconds, found '" + expires + "'");
        }
        if (end.isBefore(now)) {
            throw S3Fault.denied("the URL expired at " + end);
        }
        String toSign = asked.method() + "\n" + asked.header("Content-MD5", "") + "\n"
                + asked.header("Content-Type", "") + "\n" + expires + "\n" + amzHeaders(asked) + resource(target);
        byte[] signature = Hmac.sign("HmacSHA1", credentials.secretKey().getBytes(StandardCharsets.UTF_8), toSign);
        if (!Hmac.same(Base64.getEncoder().encodeToString(signature), orEmpty(target.parameter("Signature")))) {
            throw new S3Fault(
                    403, "SignatureDoesNotMatch", "the signature is not the one computed here; check the secret key");
        }
        return new Verified(SignatureV4.UNSIGNED, null);
    }

    private static String amzHeaders(Asked asked) {
        var sorted = new TreeMap<String, String>();
        for (String name : asked.headers().names()) {
            if (asked.isAmz(name)) {
                sorted.put(name.toLowerCase(Locale.ROOT), asked.signedHeader(name));
            }
        }
        return sorted.entrySet().stream()
                .map(h -> h.getKey() + ":" + h.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String resource(Target target) {
        String parameters = SIGNED_PARAMETERS.stream()
                .filter(target::has)
                .map(name -> orEmpty(target.parameter(name)).isEmpty() ? name : name + "=" + target.parameter(name))
                .collect(Collectors.joining("&"));
        return parameters.isEmpty() ? target.rawPath : target.rawPath + "?" + parameters;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
