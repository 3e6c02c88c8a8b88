package io.kumiki.web.dashboard;

import io.kumiki.planner.Scene;
import java.util.Optional;

/// What the dashboard asks of the scheduler extender.
public interface Scheduling {
    /// How the planner's world stands; empty until it has been read.
    Optional<Scene> scene();
}
