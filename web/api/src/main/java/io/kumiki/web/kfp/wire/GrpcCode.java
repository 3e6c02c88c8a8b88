package io.kumiki.web.kfp.wire;

/// gRPC status codes with the HTTP status that grpc-gateway gives each.
public enum GrpcCode {
    CANCELLED(1, 499),
    UNKNOWN(2, 500),
    INVALID_ARGUMENT(3, 400),
    DEADLINE_EXCEEDED(4, 504),
    NOT_FOUND(5, 404),
    ALREADY_EXISTS(6, 409),
    PERMISSION_DENIED(7, 403),
    RESOURCE_EXHAUSTED(8, 429),
    FAILED_PRECONDITION(9, 400),
    ABORTED(10, 409),
    OUT_OF_RANGE(11, 400),
    UNIMPLEMENTED(12, 501),
    INTERNAL(13, 500),
    UNAVAILABLE(14, 503),
    DATA_LOSS(15, 500),
    UNAUTHENTICATED(16, 401);

    private final int number;
    private final int http;

    GrpcCode(int number, int http) {
        this.number = number;
        this.http = http;
    }

    public int number() {
        return number;
    }

    public int http() {
        return http;
    }

    /// The code that says best what an HTTP status of the kit (host check, body limit, authentication) means.
    public static GrpcCode ofHttp(int status) {
        return switch (status) {
            case 401 -> UNAUTHENTICATED;
            case 403, 421 -> PERMISSION_DENIED;
            case 404 -> NOT_FOUND;
            case 409 -> ALREADY_EXISTS;
            case 429, 507 -> RESOURCE_EXHAUSTED;
            case 501, 405 -> UNIMPLEMENTED;
            case 503 -> UNAVAILABLE;
            case 504 -> DEADLINE_EXCEEDED;
            default -> status >= 500 ? INTERNAL : INVALID_ARGUMENT;
        };
    }
}
