package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How things stood at one moment. Never changed: any thread may read it, and whoever wants to know what would be if
/// takes a changed copy.
public final class Scene {
    /// The order in which waiting gangs are looked at.
    static final Comparator<Plan> ORDER = Comparator.comparingInt(
                    (Plan plan) -> -plan.fact.spec().priority())
            .thenComparingLong(plan -> plan.fact.created())
            .thenComparing(plan -> plan.fact.key());

    final State state;
    private final long version;
    private final Room room;

    /// @param state nobody else's
    Scene(State state, long version) {
        this.state = state;
        this.version = version;
        this.room = Room.now(state, "");
    }

    /// Seconds since 1970.
    public long second() {
        return state.second;
    }

    /// Rises with every event.
    public long version() {
        return version;
    }

    public List<String> levels() {
        return state.levels.stream().map(PlaceLevels.Level::name).toList();
    }

    public List<NodePicture> nodes() {
        return new Pictures(this).nodes();
    }

    /// Gangs that wait, in order.
    public List<Entry> waiting() {
        List<Plan> queue = queue();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < queue.size(); i++) {
            entries.add(Entry.of(queue.get(i), this, i + 1));
        }
        return entries;
    }

    /// Gangs that hold slots, by name.
    public List<Entry> running() {
        return state.plans.values().stream()
                .filter(plan -> plan.phase.holds())
                .map(plan -> Entry.of(plan, this, null))
                .toList();
    }

    /// Null where there is no such gang.
    public @Nullable GangPicture gang(String namespace, String name) {
        Plan plan = state.plans.get(namespace + "/" + name);
        if (plan == null) {
            return null;
        }
        int position = queue().indexOf(plan);
        return GangPicture.of(plan, this, position < 0 ? null : position + 1);
    }

    List<Plan> queue() {
        return state.plans.values().stream()
                .filter(plan -> plan.phase == Gang.Phase.Waiting && !plan.ended)
                .sorted(ORDER)
                .toList();
    }

    /// The caller does not change it; whoever wants to place takes a copy of its view.
    Room room() {
        return room;
    }

    @Nullable
    String tenant(String namespace) {
        return state.tenantOf.get(namespace);
    }
}
