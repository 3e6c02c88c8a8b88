package io.kumiki.web.kfp.wire;

import io.kumiki.model.Violation;
import io.kumiki.runtime.http.HttpFault;
import java.util.List;
import java.util.stream.Collectors;

/// Faults that carry the gRPC code KFP's clients know; {@link KfpErrors} writes them.
public final class Refusal {
    private static final int LONGEST_QUOTE = 120;

    private Refusal() {}

    public static HttpFault of(GrpcCode code, String message) {
        return new HttpFault(code.http(), code.name(), message);
    }

    public static HttpFault invalid(String message) {
        return of(GrpcCode.INVALID_ARGUMENT, message);
    }

    /// All mistakes at once: one sentence, then one line each.
    public static HttpFault invalid(String what, List<Violation> violations) {
        String lines = violations.stream().map(Violation::toString).collect(Collectors.joining("\n  "));
        String count = violations.size() == 1 ? "1 problem" : violations.size() + " problems";
        GrpcCode code = GrpcCode.INVALID_ARGUMENT;
        return new HttpFault(code.http(), code.name(), what + ": " + count + "\n  " + lines, violations);
    }

    public static HttpFault notFound(String kind, String id) {
        return of(GrpcCode.NOT_FOUND, kind + " " + quoted(id) + " not found");
    }

    public static HttpFault exists(String message) {
        return of(GrpcCode.ALREADY_EXISTS, message);
    }

    public static HttpFault precondition(String message) {
        return of(GrpcCode.FAILED_PRECONDITION, message);
    }

    public static HttpFault notOffered(String message) {
        return of(GrpcCode.UNIMPLEMENTED, message);
    }

    /// A user's text inside a message: bounded, and without control characters.
    public static String quoted(String text) {
        String shown = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text;
        var out = new StringBuilder("'");
        shown.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
        return out.append('\'').toString();
    }
}
