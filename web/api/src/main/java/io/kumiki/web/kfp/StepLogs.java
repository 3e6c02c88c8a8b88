package io.kumiki.web.kfp;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Where a step's log comes from: the live pod while it runs, the archived object afterwards.
@FunctionalInterface
public interface StepLogs {
    /// @param follow keep reading until the step has ended
    Optional<InputStream> open(String runId, String taskId, boolean follow) throws IOException;
}
