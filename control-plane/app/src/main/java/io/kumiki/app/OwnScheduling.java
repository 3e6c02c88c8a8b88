package io.kumiki.app;

import io.kumiki.extender.SchedulingView;
import io.kumiki.planner.Scene;
import io.kumiki.web.dashboard.Scheduling;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The dashboard's questions, put to the extender of this process once there is one.
final class OwnScheduling implements Scheduling {
    private volatile @Nullable SchedulingView view;

    void use(SchedulingView extenders) {
        view = extenders;
    }

    @Override
    public Optional<Scene> scene() {
        SchedulingView there = view;
        return there == null ? Optional.empty() : there.scene();
    }
}
