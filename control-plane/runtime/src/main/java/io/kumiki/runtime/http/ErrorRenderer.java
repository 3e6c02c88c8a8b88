package io.kumiki.runtime.http;

import org.jspecify.annotations.Nullable;

/// How a surface words its errors: problem documents here, `google.rpc.Status` for KFP, Kubernetes `Status`
/// elsewhere.
@FunctionalInterface
public interface ErrorRenderer {
    /// @param language the caller's Accept-Language header
    Answer render(HttpFault fault, String traceId, @Nullable String language);
}
