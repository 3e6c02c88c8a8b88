package io.kumiki.kube;

import java.time.Duration;

/// Reaches admission webhooks; sockets and certificates are the shell's.
@FunctionalInterface
public interface WebhookCaller {
    /// Where a webhook listens.
    ///
    /// @param url `https` always; its host is the name that the certificate must show
    /// @param address what to connect to, `host:port`; empty for the URL's own
    /// @param authority the CA that signed the webhook's certificate, as PEM; empty for the system's
    record Target(String url, String address, String authority, Duration timeout) {}

    /// Why no answer came: shown to the client whose request needed it.
    final class Unreachable extends Exception {
        private static final long serialVersionUID = 1;

        public Unreachable(String message) {
            super(message);
        }
    }

    /// Posts a review and gives the answer's body, bounded; blocks no longer than the target's timeout.
    byte[] call(Target target, byte[] review) throws Unreachable;

    /// For clusters that reach nothing outside.
    static WebhookCaller none() {
        return (target, review) -> {
            throw new Unreachable("this cluster calls no webhooks");
        };
    }
}
