package io.kumiki.app;

import io.kumiki.extender.DecisionLog;
import io.kumiki.extender.Extender;
import io.kumiki.extender.QuotaView;
import io.kumiki.extender.SchedulingView;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Past;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.quota.Standing;
import io.kumiki.web.dashboard.Scheduling;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The dashboard's questions, put to the extender of this process once there is one.
final class OwnScheduling implements Scheduling {
    private volatile @Nullable SchedulingView view;
    private volatile @Nullable QuotaView quotas;
    private final Map<Runnable, AutoCloseable> listening = new IdentityHashMap<>();

    synchronized void use(Extender extender) {
        view = extender.view();
        quotas = extender.quotas();
        listening.replaceAll((listener, none) -> listen(listener));
    }

    @Override
    public synchronized AutoCloseable onChange(Runnable changed) {
        listening.put(changed, listen(changed));
        return () -> forget(changed);
    }

    private AutoCloseable listen(Runnable changed) {
        SchedulingView there = view;
        QuotaView told = quotas;
        if (there == null || told == null) {
            return () -> {};
        }
        AutoCloseable scenes = there.onChange(changed);
        AutoCloseable sums = told.onChange(changed);
        return () -> {
            scenes.close();
            sums.close();
        };
    }

    private synchronized void forget(Runnable changed) throws Exception {
        AutoCloseable there = listening.remove(changed);
        if (there != null) {
            there.close();
        }
    }

    @Override
    public Optional<Scene> scene() {
        SchedulingView there = view;
        return there == null ? Optional.empty() : there.scene();
    }

    @Override
    public List<Standing> quotas() {
        QuotaView there = quotas;
        return there == null ? List.of() : there.standings();
    }

    @Override
    public Optional<Decision.Publish> usage(String tree) {
        QuotaView there = quotas;
        return there == null ? Optional.empty() : there.usage(tree);
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
        return log().map(log -> log.decisions(wanted, token));
    }

    @Override
    public Optional<Past> at(Instant time) {
        return log().flatMap(log -> log.at(time));
    }

    @Override
    public Optional<Instant> reach() {
        return log().flatMap(DecisionLog::reach);
    }

    private Optional<DecisionLog> log() {
        SchedulingView there = view;
        return there == null ? Optional.empty() : Optional.ofNullable(there.log());
    }
}
