package io.kumiki.agent.s3;

/// Object storage refused or did not answer.
public final class S3Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /// @param status the HTTP status that says it
    public S3Failure(int status, String message) {
        super(message);
        this.status = status;
    }

    /// No answer: another attempt may succeed.
    public S3Failure(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
    }

    /// The HTTP status, 0 when there was no answer.
    public int status() {
        return status;
    }

    public boolean retryable() {
        return status == 0 || status == 408 || status == 429 || status >= 500;
    }
}
