package io.kumiki.runtime.http;

import io.kumiki.model.Violation;
import java.util.List;
import java.util.stream.Collectors;

/// Ends a request with an error. The message says what was wanted, what was found, what to do; the surface chooses
/// the format.
public final class HttpFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final transient List<Violation> violations;

    public HttpFault(int status, String code, String message, List<Violation> violations) {
        super(message);
        this.status = status;
        this.code = code;
        this.violations = List.copyOf(violations);
    }

    public HttpFault(int status, String code, String message) {
        this(status, code, message, List.of());
    }

    public static HttpFault badRequest(String message) {
        return new HttpFault(400, "BadRequest", message);
    }

    /// All the mistakes at once.
    public static HttpFault invalid(List<Violation> violations) {
        String all = violations.stream().map(Violation::toString).collect(Collectors.joining("; "));
        return new HttpFault(400, "Invalid", all, violations);
    }

    public static HttpFault unauthorized(String message) {
        return new HttpFault(401, "Unauthorized", message);
    }

    public static HttpFault forbidden(String message) {
        return new HttpFault(403, "Forbidden", message);
    }

    public static HttpFault notFound(String message) {
        return new HttpFault(404, "NotFound", message);
    }

    public static HttpFault conflict(String message) {
        return new HttpFault(409, "Conflict", message);
    }

    public static HttpFault tooLarge(String message) {
        return new HttpFault(413, "TooLarge", message);
    }

    public static HttpFault unavailable(String message) {
        return new HttpFault(503, "Unavailable", message);
    }

    public int status() {
        return status;
    }

    /// A stable UpperCamel word for programs.
    public String code() {
        return code;
    }

    public List<Violation> violations() {
        return violations;
    }

    public String message() {
        String message = getMessage();
        return message == null ? code : message;
    }
}
