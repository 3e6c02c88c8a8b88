package io.kumiki.kube.patch;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ApiFault;

/// Bounds what one JSON patch can make of a small body: copies of copies double with each operation, and moves of
/// what was moved can nest without end.
final class CopyBounds {
    /// As the real server has it.
    private static final long MOST_COPIED = 3L * 1024 * 1024;
    private static final long MOST_WALKED = 5_000_000;
    private static final int DEEPEST = 400;

    private long copied;
    private long walked;

    /// @param subject what is copied or moved
    void check(String operation, JsonNode subject, JsonPointer to) {
        if (!subject.isContainerNode() && operation.equals("move")) {
            return;
        }
        long bytes = walk(subject, to.tokens().size());
        copied += operation.equals("copy") ? bytes : 0;
        if (copied > MOST_COPIED) {
            throw tooLarge("its copies make more than " + MOST_COPIED + " bytes together");
        }
    }

    /// About as many bytes as its text has.
    private long walk(JsonNode node, int depth) {
        if (++walked > MOST_WALKED) {
            throw tooLarge("it copies or moves more than " + MOST_WALKED + " values");
        }
        if (depth > DEEPEST) {
            throw tooLarge("it nests more than " + DEEPEST + " levels");
        }
        if (node.isValueNode()) {
            return node.asText().length() + 2L;
        }
        long sum = 2;
        for (var each : node.properties()) {
            sum += each.getKey().length() + 4 + walk(each.getValue(), depth + 1);
        }
        if (node.isArray()) {
            for (JsonNode each : node) {
                sum += 1 + walk(each, depth + 1);
            }
        }
        return sum;
    }

    private static ApiFault tooLarge(String why) {
        return ApiFault.of(413, "RequestEntityTooLarge", "the JSON patch is not carried out: " + why);
    }
}
