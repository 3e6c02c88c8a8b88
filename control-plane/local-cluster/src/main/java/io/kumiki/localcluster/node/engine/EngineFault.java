package io.kumiki.localcluster.node.engine;

import java.io.IOException;

/// The engine refused, or did not answer in time. The message is its own where it gave one.
public final class EngineFault extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    /// @param status the HTTP status; 0 when there was no answer
    public EngineFault(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }

    /// Nobody knows whether it was done.
    public boolean unanswered() {
        return status == 0;
    }
}
