package io.kumiki.runtime.http;

import org.jspecify.annotations.Nullable;

/// Runs on the event loop and may not wait for anything: no thread is woken for what is known already.
@FunctionalInterface
public interface QuickHandler {
    /// @param body the whole of it
    /// @return null where the route's {@link RouteHandler} is to answer, or to say what is wrong
    @Nullable
    Answer handle(byte[] body);
}
