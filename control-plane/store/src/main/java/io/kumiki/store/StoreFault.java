package io.kumiki.store;

import io.kumiki.store.sql.SqlFault;

/// A row was not as the caller thought; the transaction is rolled back. (The database's own trouble is a plain
/// `SqlFault`.)
public abstract sealed class StoreFault extends SqlFault {
    private static final long serialVersionUID = 1;

    private StoreFault(String message) {
        super(message);
    }

    /// A row of that name exists already: 409 on every surface.
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
