package io.kumiki.agent.s3;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 4, header form (docs.aws.amazon.com, "Create a signed AWS API request").
public final class SigV4 {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private SigV4() {}

    /// The headers to send for this request: the given ones plus date, payload hash and Authorization.
    ///
    /// @param headers must hold `host`; names in lower case
    /// @param query decoded names and values
    public static Map<String, String> sign(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String payloadSha256,
            S3Keys keys,
            Instant now) {
        var stamp = STAMP.format(now);
        var day = stamp.substring(0, 8);
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("x-amz-content-sha256", payloadSha256);
        signed.put("x-amz-date", stamp);
        var names = String.join(";", signed.keySet());
        var canonical = method + "\n" + encodePath(path) + "\n" + encodeQuery(query) + "\n"
                + signed.entrySet().stream()
                        .map(h -> h.getKey() + ":" + h.getValue().strip() + "\n")
                        .collect(Collectors.joining())
                + "\n" + names + "\n" + payloadSha256;
        var scope = day + "/" + keys.region() + "/s3/aws4_request";
        var toSign =
                "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + sha256(canonical.getBytes(StandardCharsets.UTF_8));
        byte[] key = hmac(("AWS4" + keys.secret()).getBytes(StandardCharsets.UTF_8), day);
        key = hmac(hmac(hmac(key, keys.region()), "s3"), "aws4_request");
        var signature = HexFormat.of().formatHex(hmac(key, toSign));
        signed.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + keys.access() + "/" + scope + ", SignedHeaders=" + names
                        + ", Signature=" + signature);
        return signed;
    }

    public static String encodeQuery(Map<String, String> query) {
        return new TreeMap<>(query)
                .entrySet().stream()
                        .map(q -> encode(q.getKey(), "") + "=" + encode(q.getValue(), ""))
                        .collect(Collectors.joining("&"));
    }

    public static String encodePath(String path) {
        return encode(path, "/");
    }

    private static String encode(String text, String keep) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (UNRESERVED.indexOf(c) >= 0 || keep.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
