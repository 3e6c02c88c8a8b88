package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.learned.Calibration;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the objects say, for those who only read: fed with the same events as the planner, decides nothing. A Gang's
/// status is taken as it stands, so the state is the same whether it comes from watches or from a log.
/// Owned by one thread; what it gives away is never changed again.
public final class Mirror {
    private static final int TIMELINE = 50;

    private final Planner planner;
    private final RunTimes runTimes;
    private final Calibration calibration = new Calibration();
    private final Map<String, Origin> origins = new HashMap<>();
    private final Map<String, List<Decided>> timelines = new HashMap<>();
    private final AloneLog alone = new AloneLog();
    private long version;

    public Mirror(PlannerOptions options) {
        planner = new Planner(options);
        runTimes = new RunTimes(options.usualSeconds());
    }

    /// Whether the event tells of objects; calls and answers are seen in what they do to objects.
    public static boolean tells(Event event) {
        return switch (event) {
            case Event.NodeSeen ignored -> true;
            case Event.NodeGone ignored -> true;
            case Event.DaemonSeen ignored -> true;
            case Event.DaemonGone ignored -> true;
            case Event.BudgetSeen ignored -> true;
            case Event.BudgetGone ignored -> true;
            case Event.ClaimSeen ignored -> true;
            case Event.ClaimGone ignored -> true;
            case Event.PodSeen ignored -> true;
            case Event.PodGone ignored -> true;
            case Event.SingleSeen ignored -> true;
            case Event.SingleRuns ignored -> true;
            case Event.GangSeen ignored -> true;
            case Event.GangOrigin ignored -> true;
            case Event.GangGone ignored -> true;
            case Event.Levels ignored -> true;
            case Event.Tenants ignored -> true;
            case Event.NamespaceLimit ignored -> true;
            default -> false;
        };
    }

    /// Whether the event tells of something that is not known yet: nodes are told again with every heartbeat.
    public boolean news(Event event) {
        return tells(event)
                && !(event instanceof Event.NodeSeen(NodeFact node)
                        && node.equals(planner.state().nodes.get(node.name())))
                && !(event instanceof Event.GangOrigin(String namespace, String name, Origin origin)
                        && origin.equals(origins.get(namespace + "/" + name)));
    }

    /// A row for the decision log, where the event is one; null otherwise.
    public @Nullable Decided on(Event event, Instant wall) {
        if (!tells(event)) {
            return null;
        }
        version++;
        Decided decided = null;
        if (event instanceof Event.GangSeen(GangFact gang)) {
            Plan before = planner.state().plans.remove(gang.key());
            planner.on(event, wall.toEpochMilli(), wall);
            decided = changed(before, planner.state().plans.get(gang.key()), wall);
        } else if (event instanceof Event.GangGone(String namespace, String name)) {
            decided = gone(planner.state().plans.get(namespace + "/" + name), wall);
            origins.remove(namespace + "/" + name);
            planner.on(event, wall.toEpochMilli(), wall);
        } else if (event instanceof Event.GangOrigin(String namespace, String name, Origin origin)) {
            origins.put(namespace + "/" + name, origin);
        } else {
            decided = alone(event, wall);
            planner.on(event, wall.toEpochMilli(), wall);
        }
        return decided;
    }

    private @Nullable Decided alone(Event event, Instant wall) {
        Decided decided = alone.on(event, planner.state(), wall);
        if (decided == null) {
            return null;
        }
        String key = decided.namespace() + "/" + Alone.named(decided.name());
        remember(key, decided);
        if (event instanceof Event.PodGone) {
            timelines.remove(key);
            origins.remove(key);
        }
        if (event instanceof Event.PodSeen(PodFact pod) && pod.stage() == PodFact.Stage.SUCCEEDED) {
            RunFact run = planner.state().runs.get(pod.uid());
            if (run != null) {
                long gpus = Shape.demand(pod.requests()).totalGpuMilli();
                Origin origin = origins.getOrDefault(key, Origin.UNKNOWN);
                runTimes.finished(
                        new RunTimes.Job(pod.namespace(), origin, gpus, run.expectedSeconds()),
                        wall.getEpochSecond() - run.started());
            }
        }
        return decided;
    }

    private @Nullable Decided changed(@Nullable Plan before, @Nullable Plan after, Instant wall) {
        if (after == null) {
            return null;
        }
        // Found out by its owner: whoever reads a scene later changes nothing.
        after.reservation();
        if (after.fact.status() == null) {
            return null;
        }
        boolean same = before != null
                && before.fact.status() != null
                && before.fact.uid().equals(after.fact.uid());
        if (same && before != null && before.phase == Gang.Phase.Waiting && after.phase.holds()) {
            calibration.started(after.fact.key(), wall.getEpochSecond());
        }
        if (same
                && before != null
                && before.startedSecond > 0
                && after.phase == Gang.Phase.Done
                && after.why == Why.Finished) {
            String since = after.fact.status().since();
            long end = since == null ? wall.getEpochSecond() : StatusText.second(since, wall.getEpochSecond());
            runTimes.finished(job(before), end - before.startedSecond);
        }
        if (same
                && before != null
                && before.phase == after.phase
                && before.why == after.why
                && before.attempt == after.attempt) {
            return null;
        }
        return remember(after.fact.key(), decided(after, after.phase.name(), wall));
    }

    private Decided decided(Plan plan, String phase, Instant wall) {
        Said said = plan.told().naming(uid -> Scene.partyOf(planner.state(), uid));
        return new Decided(
                wall.getEpochSecond(),
                plan.fact.namespace(),
                plan.fact.name(),
                plan.attempt,
                phase,
                said.code(),
                said.message(),
                Said.written(said.clauses()),
                plan.where.isEmpty() ? null : plan.where,
                false);
    }

    private Decided remember(String key, Decided decided) {
        List<Decided> line = new ArrayList<>(timelines.getOrDefault(key, List.of()));
        line.add(decided);
        timelines.put(
                key, List.copyOf(line.size() > TIMELINE ? line.subList(line.size() - TIMELINE, line.size()) : line));
        return decided;
    }

    private @Nullable Decided gone(@Nullable Plan plan, Instant wall) {
        if (plan == null) {
            return null;
        }
        timelines.remove(plan.fact.key());
        calibration.gone(plan.fact.key());
        return decided(plan, "Gone", wall);
    }

    private RunTimes.Job job(Plan plan) {
        return Scene.job(plan, origins.getOrDefault(plan.fact.key(), Origin.UNKNOWN));
    }

    /// Rises with every event; a scene has that of the moment it was made.
    public long version() {
        return version;
    }

    /// How things stand.
    public Scene scene(Instant now) {
        State copy = copy(planner.state());
        copy.now = now.toEpochMilli();
        copy.second = now.getEpochSecond();
        Alone.join(copy);
        return new Scene(
                copy,
                version,
                new Scene.Memory(
                        runTimes.copy(), calibration.copy(), new HashMap<>(origins), new HashMap<>(timelines)));
    }

    /// The starts of a scene were forecast: how that comes true sets later ones right. Gangs only, not single pods.
    public void foreseen(Scene scene) {
        scene.starts().raw().forEach((key, estimate) -> {
            Plan plan = planner.state().plans.get(key);
            if (plan != null && plan.phase == Gang.Phase.Waiting) {
                calibration.told(key, estimate, scene.second());
            }
        });
    }

    /// What was learned of run times.
    public RunTimes runTimes() {
        return runTimes.copy();
    }

    /// Begins with what was learned in an earlier life.
    public void learned(RunTimes earlier) {
        runTimes.take(earlier);
    }

    /// Everything that there is, as events that tell it anew.
    public List<Event> everything() {
        State state = planner.state();
        List<Event> events = new ArrayList<>();
        events.add(new Event.Levels(List.copyOf(state.levels)));
        events.add(new Event.Tenants(state.quotaNodes, state.tenantOf));
        state.nodes.values().forEach(node -> events.add(new Event.NodeSeen(node)));
        state.budgets.all().forEach(budget -> events.add(new Event.BudgetSeen(budget)));
        state.claims.values().forEach(claim -> events.add(new Event.ClaimSeen(claim)));
        state.daemons.all().forEach(daemon -> events.add(new Event.DaemonSeen(daemon)));
        state.limits.values().forEach(of -> events.addAll(of.values()));
        origins.forEach((key, origin) -> {
            int slash = key.indexOf('/');
            events.add(new Event.GangOrigin(key.substring(0, slash), key.substring(slash + 1), origin));
        });
        state.plans.values().forEach(plan -> events.add(new Event.GangSeen(plan.fact)));
        state.pods.values().stream()
                .filter(pod -> !state.singles.containsKey(pod.uid()))
                .forEach(pod -> events.add(new Event.PodSeen(pod)));
        state.singles.values().forEach(single -> events.add(new Event.SingleSeen(single)));
        state.runs.values().forEach(run -> events.add(new Event.SingleRuns(run)));
        return events;
    }

    /// Facts are shared, they never change; plans are replaced here, never changed.
    static State copy(State from) {
        var to = new State(from.options);
        to.live = false;
        to.nodes.putAll(from.nodes);
        to.take(from.ground(), from.nodeChanges());
        to.pods.putAll(from.pods);
        to.plans.putAll(from.plans);
        deep(from.members, to.members);
        deep(from.onNode, to.onNode);
        from.usedInNamespace.forEach((namespace, used) -> to.usedInNamespace.put(namespace, new TreeMap<>(used)));
        deep(from.limits, to.limits);
        to.singles.putAll(from.singles);
        to.runs.putAll(from.runs);
        from.holds.copyInto(to.holds);
        from.earmarks.copyInto(to.earmarks);
        from.daemons.copyInto(to.daemons);
        to.claims.putAll(from.claims);
        from.budgets.copyInto(to.budgets);
        to.levels = List.copyOf(from.levels);
        to.quotas = from.quotas;
        to.quotaNodes = from.quotaNodes;
        to.quotaResources = from.quotaResources;
        to.tenantOf = from.tenantOf;
        to.now = from.now;
        to.second = from.second;
        return to;
    }

    private static <V> void deep(
            SortedMap<String, SortedMap<String, V>> from, SortedMap<String, SortedMap<String, V>> to) {
        from.forEach((key, inner) -> to.put(key, new TreeMap<>(inner)));
    }
}
