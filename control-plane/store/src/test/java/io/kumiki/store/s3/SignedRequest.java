package io.kumiki.store.s3;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// A request as text, signed in its header; written here a second time so that the server is not checked with its
/// own code.
record SignedRequest(String method, String path, TreeMap<String, String> headers) {
    static SignedRequest of(
            S3Credentials keys, String method, String path, String payload, int port, Map<String, String> more) {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(Instant.now());
        String date = time.substring(0, 8);
        var headers = new TreeMap<String, String>(more);
        headers.put("host", "127.0.0.1:" + port);
        headers.put("x-amz-content-sha256", payload);
        headers.put("x-amz-date", time);
        String names = String.join(";", headers.keySet());
        var canonical = new StringBuilder(method + "\n" + path + "\n\n");
        headers.forEach((name, value) ->
                canonical.append(name).append(':').append(value).append('\n'));
        canonical.append('\n').append(names).append('\n').append(payload);
        String scope = date + "/eu/s3/aws4_request";
        String text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n"
                + HexFormat.of()
                        .formatHex(Checksum.sha256().digest(canonical.toString().getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + keys.secretKey()).getBytes(StandardCharsets.UTF_8);
        for (String step : new String[] {date, "eu", "s3", "aws4_request", text}) {
            key = Hmac.sign("HmacSHA256", key, step);
        }
        headers.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + keys.accessKey() + "/" + scope + ", SignedHeaders=" + names
                        + ", Signature=" + HexFormat.of().formatHex(key));
        return new SignedRequest(method, path, headers);
    }

    SignedRequest with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    byte[] head() {
        var text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }
}
