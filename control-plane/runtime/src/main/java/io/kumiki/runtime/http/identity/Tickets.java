package io.kumiki.runtime.http.identity;

import io.kumiki.runtime.http.Caller;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One-time words that stand for a caller for a short while: in the printed URL, and where a browser cannot send a
/// header (a WebSocket).
/// As an Identity it takes them from the query parameter `ticket` of an upgrade only: loading the printed URL must
/// not use it up.
public final class Tickets implements Identity {
    private record Ticket(Caller caller, long until) {}

    private static final int MOST = 10_000;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Ticket> open = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    public Tickets() {
        this(System::nanoTime);
    }

    public Tickets(LongSupplier nanos) {
        this.nanos = nanos;
    }

    public String issue(Caller caller, Duration life) {
        long now = nanos.getAsLong();
        open.values().removeIf(t -> t.until() - now < 0);
        if (open.size() >= MOST) {
            throw new IllegalStateException("too many unused tickets");
        }
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String word = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        open.put(word, new Ticket(caller, now + life.toNanos()));
        return word;
    }

    /// Works once.
    public @Nullable Caller redeem(String word) {
        Ticket ticket = open.remove(word);
        return ticket == null || ticket.until() - nanos.getAsLong() < 0 ? null : ticket.caller();
    }

    @Override
    public @Nullable Caller identify(HttpServerRequest request) {
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            return null;
        }
        String word = request.params().get("ticket");
        return word == null ? null : redeem(word);
    }
}
