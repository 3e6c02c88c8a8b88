package io.kumiki.runtime.http.identity;

import io.kumiki.runtime.http.Caller;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Known tokens in the Authorization header, compared in constant time.
public final class BearerToken implements Identity {
    private final Map<String, Caller> callers;

    public BearerToken(Map<String, Caller> callers) {
        this.callers = Map.copyOf(callers);
    }

    public BearerToken(String token, Caller caller) {
        this(Map.of(token, caller));
    }

    @Override
    public @Nullable Caller identify(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return null;
        }
        byte[] given = header.substring(7).trim().getBytes(StandardCharsets.UTF_8);
        Caller found = null;
        for (var known : callers.entrySet()) {
            if (MessageDigest.isEqual(known.getKey().getBytes(StandardCharsets.UTF_8), given)) {
                found = known.getValue();
            }
        }
        return found;
    }
}
