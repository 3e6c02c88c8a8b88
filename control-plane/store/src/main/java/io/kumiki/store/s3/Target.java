package io.kumiki.store.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request's path and query: as they came (signatures need that), and decoded.
final class Target {
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    record Parameter(String name, String value) {}

    final String rawPath;
    final String path;
    final List<Parameter> query;
    /// Empty for the service itself.
    final String bucket;
    /// Empty for a bucket.
    final String key;

    private Target(String rawPath, String path, List<Parameter> query, String bucket, String key) {
        this.rawPath = rawPath;
        this.path = path;
        this.query = query;
        this.bucket = bucket;
        this.key = key;
    }

    static Target parse(String uri) throws S3Fault {
        int question = uri.indexOf('?');
        String rawPath = question < 0 ? uri : uri.substring(0, question);
        if (!rawPath.startsWith("/")) {
            throw S3Fault.badRequest("a request names a path, found '" + rawPath + "'");
        }
        String path = decode(rawPath, false);
        int slash = path.indexOf('/', 1);
        String bucket = slash < 0 ? path.substring(1) : path.substring(1, slash);
        String key = slash < 0 ? "" : path.substring(slash + 1);
        return new Target(
                rawPath, path, question < 0 ? List.of() : parameters(uri.substring(question + 1)), bucket, key);
    }

    @Nullable
    String parameter(String name) {
        for (Parameter parameter : query) {
            if (parameter.name.equals(name)) {
                return parameter.value;
            }
        }
        return null;
    }

    boolean has(String name) {
        return parameter(name) != null;
    }

    /// AWS's own percent encoding: only unreserved characters stay.
    static String encode(String text, boolean keepSlash) {
        var out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (UNRESERVED.indexOf(c) >= 0 || keepSlash && c == '/') {
                out.append(c);
            } else {
                out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }

    static String decode(String text, boolean plusIsSpace) throws S3Fault {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new S3Fault(
                            400, "InvalidURI", "a % is followed by two hexadecimal digits, found '" + text + "'");
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                bytes.write(' ');
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static List<Parameter> parameters(String raw) throws S3Fault {
        var all = new ArrayList<Parameter>();
        for (String pair : raw.split("&")) {
            if (!pair.isEmpty()) {
                int equal = pair.indexOf('=');
                all.add(
                        equal < 0
                                ? new Parameter(decode(pair, true), "")
                                : new Parameter(
                                        decode(pair.substring(0, equal), true),
                                        decode(pair.substring(equal + 1), true)));
            }
        }
        return all;
    }
}
