package io.kumiki.web.dashboard.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The logs of living pods.
@FunctionalInterface
public interface LiveLogs {
    /// From the first byte on; empty when the pod is gone or its step has not begun.
    ///
    /// @param follow the stream ends when the container has
    Optional<InputStream> open(String namespace, String pod, boolean follow) throws IOException;
}
