package io.kumiki.store.sql;

/// A database could not do what was asked: disk full, file damaged, closed, or written by a newer version.
public class SqlFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean retryable;
    private final boolean duplicate;

    public SqlFault(String message) {
        super(message);
        this.retryable = false;
        this.duplicate = false;
    }

    SqlFault(String message, boolean retryable, boolean duplicate, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
        this.duplicate = duplicate;
    }

    public boolean retryable() {
        return retryable;
    }

    /// A unique or primary key refused the row.
    public boolean duplicate() {
        return duplicate;
    }
}
