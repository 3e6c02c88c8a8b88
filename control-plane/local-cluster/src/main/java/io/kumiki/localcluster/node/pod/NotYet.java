package io.kumiki.localcluster.node.pod;

import java.time.Duration;

/// A container cannot start yet: the message names what is missing; it is tried again.
public final class NotYet extends Exception {
    private static final long serialVersionUID = 1;

    private static final Duration SOON = Duration.ofSeconds(2);

    private final String reason;
    private final Duration pause;

    /// A ConfigMap or a claim, say: what may come at any time.
    public NotYet(String message) {
        this("CreateContainerConfigError", message, SOON);
    }

    /// @param reason as the kubelet shows it for a waiting container
    /// @param pause after which it is tried again
    public NotYet(String reason, String message, Duration pause) {
        super(message);
        this.reason = reason;
        this.pause = pause;
    }

    public String reason() {
        return reason;
    }

    public Duration pause() {
        return pause;
    }
}
