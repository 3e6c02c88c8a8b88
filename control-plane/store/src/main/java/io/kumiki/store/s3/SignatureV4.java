package io.kumiki.store.s3;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// AWS Signature Version 4, in the Authorization header or in the query.
final class SignatureV4 {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final Duration SKEW = Duration.ofMinutes(15);
    private static final long LONGEST_SECONDS = 7 * 24 * 3600;
    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    private record Credential(String accessKey, String date, String region, String service) {
        static Credential parse(@Nullable String text) throws S3Fault {
            String[] parts = text == null ? new String[0] : text.split("/");
            if (parts.length < 5 || !parts[parts.length - 1].equals("aws4_request")) {
                throw malformed("Credential is <access key>/<date>/<region>/s3/aws4_request, found '" + text + "'");
            }
            int n = parts.length;
            if (!parts[n - 2].equals("s3")) {
                throw malformed("the credential is for the service '" + parts[n - 2] + "', wanted s3");
            }
            return new Credential(
                    String.join("/", Arrays.copyOf(parts, n - 4)), parts[n - 4], parts[n - 3], parts[n - 2]);
        }

        String scope() {
            return date + "/" + region + "/" + service + "/aws4_request";
        }
    }

    /// What a request says of its signature.
    private record Claim(
            Credential credential,
            String time,
            String signedHeaders,
            String payload,
            String signature,
            boolean inQuery) {}

    private SignatureV4() {}

    static Verified header(Asked asked, S3Credentials credentials, Instant now) throws S3Fault {
        String authorization = asked.header("Authorization", "").substring(ALGORITHM.length());
        String given = "";
        String signedHeaders = "";
        String credentialText = null;
        for (String part : authorization.split(",")) {
            String[] pair = part.strip().split("=", 2);
            switch (pair[0]) {
                case "Credential" -> credentialText = pair[pair.length - 1];
                case "SignedHeaders" -> signedHeaders = pair[pair.length - 1];
                case "Signature" -> given = pair[pair.length - 1];
                default -> throw malformed("unknown part '" + pair[0] + "'");
            }
        }
        Credential credential = Credential.parse(credentialText);
        String time = time(asked);
        Instant at = instant(time);
        if (Duration.between(at, now).abs().compareTo(SKEW) > 0) {
            throw new S3Fault(
                    403,
                    "RequestTimeTooSkewed",
                    "the request was signed at " + at + ", here it is " + now + "; set the clock");
        }
        String payload = asked.header("x-amz-content-sha256");
        if (payload == null) {
            throw S3Fault.badRequest("a request signed in its header carries x-amz-content-sha256");
        }
        byte[] key = check(asked, credentials, new Claim(credential, time, signedHeaders, payload, given, false));
        return new Verified(payload, new Chunks(key, time, credential.scope(), given));
    }

    static Verified query(Asked asked, S3Credentials credentials, Instant now) throws S3Fault {
        Target target = asked.target();
        if (!ALGORITHM.equals(target.parameter("X-Amz-Algorithm"))) {
            throw queryFault("X-Amz-Algorithm is " + ALGORITHM);
        }
        Credential credential = Credential.parse(target.parameter("X-Amz-Credential"));
        String time = orEmpty(target.parameter("X-Amz-Date"));
        Instant at = instant(time);
        long seconds;
        try {
            seconds = Long.parseLong(orEmpty(target.parameter("X-Amz-Expires")));
        } catch (NumberFormatException e) {
            throw queryFault("X-Amz-Expires is a number of seconds");
        }
        if (seconds < 1 || seconds > LONGEST_SECONDS) {
            throw queryFault("X-Amz-Expires is between 1 and " + LONGEST_SECONDS + ", found " + seconds);
        }
        if (at.isAfter(now.plus(SKEW))) {
            throw S3Fault.denied("the URL is signed for the future (" + at + ")");
        }
        if (at.plusSeconds(seconds).isBefore(now)) {
            throw S3Fault.denied("the URL expired at " + at.plusSeconds(seconds));
        }
        String payload = asked.header("x-amz-content-sha256", orEmpty(target.parameter("X-Amz-Content-Sha256")));
        if (payload.isEmpty()) {
            payload = UNSIGNED;
        }
        var claim = new Claim(
                credential,
                time,
                orEmpty(target.parameter("X-Amz-SignedHeaders")),
                payload,
                orEmpty(target.parameter("X-Amz-Signature")),
                true);
        byte[] key = check(asked, credentials, claim);
        return new Verified(payload, new Chunks(key, time, credential.scope(), claim.signature));
    }

    private static byte[] check(Asked asked, S3Credentials credentials, Claim claim) throws S3Fault {
        Credential credential = claim.credential;
        if (!Hmac.same(credential.accessKey, credentials.accessKey())) {
            throw new S3Fault(
                    403,
                    "InvalidAccessKeyId",
                    "the access key is unknown here; the keys are in s3.env of the data folder");
        }
        if (!claim.time.startsWith(credential.date)) {
            throw malformed("the credential's date differs from the request's");
        }
        List<String> signed = List.of(claim.signedHeaders.split(";"));
        refuseUnsigned(asked, signed);
        String canonical = asked.method() + "\n" + Target.encode(asked.target().path, true) + "\n"
                + query(asked.target(), claim.inQuery) + "\n"
                + signed.stream()
                        .map(h -> h + ":" + asked.signedHeader(h) + "\n")
                        .collect(Collectors.joining())
                + "\n" + claim.signedHeaders + "\n" + claim.payload;
        String toSign = ALGORITHM + "\n" + claim.time + "\n" + credential.scope() + "\n" + Hmac.hexSha256(canonical);
        byte[] key = key(credentials.secretKey(), credential);
        if (!Hmac.same(HexFormat.of().formatHex(Hmac.sha256(key, toSign)), claim.signature)) {
            throw new S3Fault(
                    403,
                    "SignatureDoesNotMatch",
                    "the signature is not the one computed here; check the secret key and that nothing between changes headers or path");
        }
        return key;
    }

    /// What a signature does not cover, somebody on the way could have added.
    private static void refuseUnsigned(Asked asked, List<String> signed) throws S3Fault {
        if (!signed.contains("host")) {
            throw S3Fault.denied("the header host must be signed");
        }
        for (String name : asked.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (asked.isAmz(lower) && !lower.equals("x-amz-content-sha256") && !signed.contains(lower)) {
                throw S3Fault.denied("the header " + lower + " is not signed");
            }
        }
    }

    private static String query(Target target, boolean inQuery) {
        return target.query.stream()
                .filter(p -> !inQuery || !p.name().equals("X-Amz-Signature"))
                .map(p -> Target.encode(p.name(), false) + "=" + Target.encode(p.value(), false))
                .sorted(SignatureV4::byNameThenValue)
                .collect(Collectors.joining("&"));
    }

    /// By code point of the encoded text: `=` must not take part in comparing names.
    private static int byNameThenValue(String a, String b) {
        String[] left = a.split("=", 2);
        String[] right = b.split("=", 2);
        int byName = left[0].compareTo(right[0]);
        return byName != 0 ? byName : left[1].compareTo(right[1]);
    }

    private static byte[] key(String secret, Credential credential) {
        byte[] date = Hmac.sha256(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), credential.date);
        return Hmac.sha256(Hmac.sha256(Hmac.sha256(date, credential.region), credential.service), "aws4_request");
    }

    private static String time(Asked asked) throws S3Fault {
        String time = asked.header("x-amz-date");
        if (time != null) {
            return time;
        }
        try {
            return LocalDateTime.parse(asked.header("Date", ""), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .format(TIME);
        } catch (DateTimeParseException e) {
            throw S3Fault.denied("a signed request carries x-amz-date (or Date)");
        }
    }

    private static Instant instant(String time) throws S3Fault {
        try {
            return LocalDateTime.parse(time, TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw malformed("a time is 20261124T100000Z, found '" + time + "'");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static S3Fault malformed(String what) {
        return new S3Fault(400, "AuthorizationHeaderMalformed", what);
    }

    private static S3Fault queryFault(String what) {
        return new S3Fault(400, "AuthorizationQueryParametersError", what);
    }

    /// Each chunk signs the one before.
    private static final class Chunks implements ChunkSigner {
        private final byte[] key;
        private final String time;
        private final String scope;
        private String previous;

        Chunks(byte[] key, String time, String scope, String seed) {
            this.key = key;
            this.time = time;
            this.scope = scope;
            this.previous = seed;
        }

        @Override
        public void chunk(String signature, String sha256Hex) throws S3Fault {
            verify(
                    signature,
                    ALGORITHM + "-PAYLOAD\n" + time + "\n" + scope + "\n" + previous + "\n" + EMPTY_SHA256 + "\n"
                            + sha256Hex);
        }

        @Override
        public void trailer(String signature, String sha256Hex) throws S3Fault {
            verify(signature, "AWS4-HMAC-SHA256-TRAILER\n" + time + "\n" + scope + "\n" + previous + "\n" + sha256Hex);
        }

        private void verify(String signature, String toSign) throws S3Fault {
            String expected = HexFormat.of().formatHex(Hmac.sha256(key, toSign));
            if (!Hmac.same(expected, signature)) {
                throw new S3Fault(
                        403, "SignatureDoesNotMatch", "the signature of a chunk is not the one computed here");
            }
            previous = signature;
        }
    }
}
