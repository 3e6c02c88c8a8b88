package io.kumiki.runtime.http;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Runs on the event loop and may not wait for anything: no thread is woken for what is known already, and none waits
/// for what comes soon.
@FunctionalInterface
public interface QuickHandler {
    /// @param body the whole of it
    /// @return null where the route's {@link RouteHandler} is to answer, or to say what is wrong; any thread
    ///     may complete it
    @Nullable
    CompletionStage<Answer> handle(byte[] body);
}
