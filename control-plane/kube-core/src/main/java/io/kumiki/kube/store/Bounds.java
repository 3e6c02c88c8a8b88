package io.kumiki.kube.store;

import io.kumiki.kube.ApiFault;

/// What an object may be at most when it is stored. A body is bounded before it is parsed, but patches and applies
/// can make more of an object, step by step, than any single body holds.
final class Bounds {
    /// etcd's own limit for one request.
    static final int BYTES = 1_572_864;
    /// Below what the parser takes, so that whatever is stored can be read again.
    static final int DEPTH = 180;

    private Bounds() {}

    static void check(ObjectKey key, byte[] json) {
        if (json.length > BYTES) {
            throw ApiFault.of(
                    413,
                    "RequestEntityTooLarge",
                    key + " would have " + json.length + " bytes; at most " + BYTES + " are stored");
        }
        int depth = depth(json);
        if (depth > DEPTH) {
            throw ApiFault.badRequest(
                    key + " would be nested " + depth + " deep; at most " + DEPTH + " levels are stored");
        }
    }

    /// Of JSON that is known to be well-formed.
    private static int depth(byte[] json) {
        int deepest = 0;
        int depth = 0;
        boolean text = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (text) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    text = false;
                }
            } else if (b == '"') {
                text = true;
            } else if (b == '{' || b == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
        return deepest;
    }
}
