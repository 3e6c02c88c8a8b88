package io.kumiki.store;

/// The database could not do what was asked: disk full, file damaged, closed, or written by a newer version.
public class StoreFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean retryable;

    public StoreFault(String message, boolean retryable, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
    }

    public StoreFault(String message) {
        super(message);
        this.retryable = false;
    }

    public boolean retryable() {
        return retryable;
    }

    /// A row of that name exists already: 409 on every surface. The transaction it happened in is rolled back.
    public static final class AlreadyExists extends StoreFault {
        private static final long serialVersionUID = 1;

        public AlreadyExists(String message) {
            super(message);
        }
    }

    /// The row to change does not exist: 404 on every surface.
    public static final class NotFound extends StoreFault {
        private static final long serialVersionUID = 1;

        public NotFound(String message) {
            super(message);
        }
    }
}
