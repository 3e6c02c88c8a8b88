package io.kumiki.web.dashboard;

import io.kumiki.planner.Decided;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Past;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.quota.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the dashboard asks of the scheduler extender. Times are seconds since 1970 where nothing else is said.
public interface Scheduling {
    /// How the planner's world stands; empty until it has been read.
    Optional<Scene> scene();

    /// TenantQuotas as they were applied; empty where none is, or none has been read.
    List<Standing> quotas();

    /// What was told last of the use of the tree with that root; empty where nothing was.
    Optional<Decision.Publish> usage(String tree);

    /// Calls back once {@link #scene()}, {@link #quotas()} or {@link #usage} has something new to tell, and every ten
    /// seconds because times move; until closed. Several changes are one call. Whoever is called must not block.
    AutoCloseable onChange(Runnable changed);

    /// A picture some seconds old, whose queue has been run ahead already where that is possible.
    Optional<Scene> forecast();

    /// At most so many samples, in order.
    List<Sample> history(long from, long to, int points);

    /// Newest first; empty where no log is kept. Throws [IllegalArgumentException] for a token that is none.
    Optional<Decided.Page> decisions(Decided.Wanted wanted, @Nullable String token);

    /// How things stood at a time; empty where no log reaches so far.
    Optional<Past> at(Instant time);

    /// The earliest time that {@link #at} can tell of; empty where there is none.
    Optional<Instant> reach();
}
