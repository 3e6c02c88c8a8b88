package io.kumiki.runtime.http.identity;

import io.kumiki.runtime.http.Caller;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks at a request and says who sent it, or `null` when this way of proving identity was not used. May block.
@FunctionalInterface
public interface Identity {
    @Nullable
    Caller identify(HttpServerRequest request);

    /// Whether all requests of a connection are one caller's: what the first was allowed the others are.
    default boolean isOfConnection() {
        return false;
    }

    /// The first that knows the caller wins.
    static Identity firstOf(Identity... ways) {
        List<Identity> all = List.of(ways);
        return request -> {
            for (Identity way : all) {
                Caller caller = way.identify(request);
                if (caller != null) {
                    return caller;
                }
            }
            return null;
        };
    }
}
