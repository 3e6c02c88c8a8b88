package io.kumiki.app;

import io.kumiki.extender.DecisionLog;
import io.kumiki.extender.SchedulingView;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.web.dashboard.Scheduling;
import java.time.Instant;
import java.util.List;
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

    @Override
    public Optional<Scene> forecast() {
        SchedulingView there = view;
        return there == null ? Optional.empty() : there.forecast();
    }

    @Override
    public List<Sample> history(long from, long to, int points) {
        SchedulingView there = view;
        return there == null ? List.of() : there.history().points(from, to, points);
    }

    @Override
    public Optional<Decided.Page> decisions(Decided.Wanted wanted, @Nullable String token) {
        SchedulingView there = view;
        DecisionLog log = there == null ? null : there.log();
        return log == null ? Optional.empty() : Optional.of(log.decisions(wanted, token));
    }

    @Override
    public Optional<Scene> at(Instant time) {
        SchedulingView there = view;
        DecisionLog log = there == null ? null : there.log();
        return log == null ? Optional.empty() : log.at(time);
    }
}
