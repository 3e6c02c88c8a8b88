package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.Forecast;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.planner.learned.Calibration;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When the waiting gangs of a scene will start: the queue runs ahead three times, with run times as they are in the
/// middle of what is known, early in one of ten cases, and late in one of ten.
final class Starts {
    /// Of the queue; whoever stands behind them learns nothing yet.
    static final int LOOKED_AT = 100;

    private static final int ENDS = 4000;
    private static final long HORIZON = 30L * 86_400;

    /// As they came out, before their bars are set right by how earlier ones came true.
    private final Map<String, Estimate> raw;
    private final Calibration calibration;
    private final long now;
    private final Map<String, Forecast.Start> middle;

    private final Forecast.@Nullable Kept kept;

    private Starts(
            Scene scene, Map<String, Estimate> raw, Map<String, Forecast.Start> middle, Forecast.@Nullable Kept kept) {
        this.raw = raw;
        this.calibration = scene.memory.calibration();
        this.now = scene.second();
        this.middle = middle;
        this.kept = kept;
    }

    /// The nodes on which the first without room will start.
    Forecast.@Nullable Kept kept() {
        return kept;
    }

    Map<String, Estimate> raw() {
        return raw;
    }

    Map<String, Estimate> all() {
        Map<String, Estimate> all = new LinkedHashMap<>();
        raw.forEach((key, estimate) -> all.put(key, calibration.of(estimate, now)));
        return all;
    }

    Estimate of(Plan plan) {
        return calibration.of(raw.getOrDefault(plan.fact.key(), Estimate.UNKNOWN), now);
    }

    /// Where it starts in the middle case.
    Map<String, Forecast.Start> middle() {
        return middle;
    }

    static Starts of(Scene scene) {
        List<Plan> queue = scene.queue().stream()
                .filter(plan -> ready(plan) && !Alone.isLed(plan, scene.state))
                .limit(LOOKED_AT)
                .toList();
        if (queue.isEmpty()) {
            return new Starts(scene, Map.of(), Map.of(), null);
        }
        var run = new Run(scene, queue);
        Map<String, Forecast.Start> early = run.at(0.1);
        Map<String, Forecast.Start> late = run.at(0.9);
        Map<String, Forecast.Start> middle = run.at(0.5);
        Map<String, Estimate> raw = new LinkedHashMap<>();
        List<RunTimes.From> froms = run.froms(middle);
        for (int i = 0; i < queue.size(); i++) {
            String key = queue.get(i).fact.key();
            raw.put(
                    key,
                    Coming.is(queue.get(i))
                            ? Coming.start(scene.second())
                            : Estimate.of(at(middle, key), at(early, key), at(late, key), froms.get(i)));
        }
        return new Starts(scene, raw, middle, run.kept);
    }

    private static @Nullable Long at(Map<String, Forecast.Start> starts, String key) {
        Forecast.Start start = starts.get(key);
        return start == null ? null : Long.valueOf(start.at());
    }

    /// Nothing but room and quota stands in its way, as far as the planner said.
    private static boolean ready(Plan plan) {
        return switch (plan.why) {
            case InvalidSpec, MembersMissing, NamespaceQuota -> false;
            default -> true;
        };
    }

    static Estimate until(Plan plan, Scene scene) {
        return until(plan, scene, scene.job(plan));
    }

    private static Estimate until(Plan plan, Scene scene, RunTimes.Job job) {
        RunTimes times = scene.memory.runTimes();
        long now = scene.second();
        if (plan.phase == Gang.Phase.Releasing) {
            return Coming.start(now);
        }
        long elapsed = scene.elapsed(plan);
        return Estimate.of(
                now + times.remaining(job, elapsed, 0.5),
                now + times.remaining(job, elapsed, 0.1),
                now + times.remaining(job, elapsed, 0.9),
                times.from(job));
    }

    /// What is the same in every case.
    private static final class Run {
        private final Scene scene;
        private final List<Plan> queue;
        private final List<Plan> holding;
        private final Map<String, List<BackfillPlanner.Held>> held = new HashMap<>();
        private final List<Forecast.Shape> shapes = new ArrayList<>();
        private final Map<Plan, RunTimes.Job> jobs = new HashMap<>();
        private final QuotaPurse purse;
        private Forecast.@Nullable Kept kept;

        Run(Scene scene, List<Plan> queue) {
            this.scene = scene;
            this.queue = queue;
            this.holding = scene.state.plans.values().stream()
                    .filter(plan -> plan.phase.holds())
                    .toList();
            this.purse = new QuotaPurse(scene, queue, holding);
            var holdings = new Holdings(scene.state);
            int[][] taken = new int[scene.room().nodes.size()][];
            holding.forEach(plan -> held.put(plan.fact.key(), holdings.of(plan, scene.room(), taken)));
            var known = new HashMap<Object, Forecast.Shape>();
            for (Plan plan : queue) {
                shapes.add(known.computeIfAbsent(alike(plan), _ -> shape(plan, scene.room())));
            }
        }

        Map<String, Forecast.Start> at(double quantile) {
            List<BackfillPlanner.Running> running = new ArrayList<>();
            for (Plan plan : holding) {
                long rest = plan.phase == Gang.Phase.Releasing
                        ? Coming.RELEASE
                        : times().remaining(job(plan), scene.elapsed(plan), quantile);
                running.add(new BackfillPlanner.Running(
                        plan.fact.key(), held.getOrDefault(plan.fact.key(), List.of()), scene.second() + rest));
            }
            List<Forecast.Waiting> waiting = new ArrayList<>();
            for (int i = 0; i < queue.size(); i++) {
                Plan plan = queue.get(i);
                Long declared = plan.fact.spec().expectedSeconds();
                waiting.add(new Forecast.Waiting(
                        plan.fact.key(),
                        shapes.get(i),
                        times().remaining(job(plan), 0, quantile),
                        declared == null ? Long.MAX_VALUE / 4 : declared,
                        scene.rank(plan)));
            }
            var forecast = new Forecast(scene.room().view, scene.room().topology, waiting, running, purse.copy());
            Map<String, Forecast.Start> starts = forecast.run(scene.second(), scene.second() + HORIZON, ENDS);
            kept = forecast.keptNow();
            return starts;
        }

        private RunTimes.Job job(Plan plan) {
            return jobs.computeIfAbsent(plan, scene::job);
        }

        private RunTimes times() {
            return scene.memory.runTimes();
        }

        /// The weakest knowledge that each start depends on: that of all who end or start before it.
        List<RunTimes.From> froms(Map<String, Forecast.Start> middle) {
            record Known(long at, RunTimes.From from) {}
            List<Known> known = new ArrayList<>();
            for (Plan plan : holding) {
                Long end = until(plan, scene, job(plan)).at();
                if (end != null) {
                    known.add(new Known(end, times().from(job(plan))));
                }
            }
            for (Plan plan : queue) {
                Forecast.Start start = middle.get(plan.fact.key());
                if (start != null) {
                    known.add(new Known(start.at() + times().remaining(job(plan), 0, 0.5), times().from(job(plan))));
                }
            }
            known.sort(Comparator.comparingLong(Known::at));
            List<RunTimes.From> froms = new ArrayList<>();
            for (Plan plan : queue) {
                Forecast.Start start = middle.get(plan.fact.key());
                RunTimes.From from = start == null ? RunTimes.From.unknown : RunTimes.From.declared;
                for (Known end : known) {
                    if (start == null || end.at() > start.at()) {
                        break;
                    }
                    from = from.and(end.from());
                }
                froms.add(from);
            }
            return froms;
        }
    }

    /// What decides where a gang may be placed, without its name.
    static Object alike(Plan plan) {
        Gang.Spec spec = plan.fact.spec();
        return List.of(
                spec.classes(),
                String.valueOf(spec.required()),
                String.valueOf(spec.preferred()),
                spec.alternatives() == null ? List.of() : spec.alternatives());
    }

    static Forecast.Shape shape(Plan plan, Room room) {
        GangSpec spec = Room.spec(plan.fact);
        List<GangPlacer.Alternative> alternatives = Room.alternatives(plan.fact.spec());
        List<GangSpec> variants = alternatives.isEmpty()
                ? List.of(spec)
                : alternatives.stream()
                        .sorted(Comparator.comparingDouble((GangPlacer.Alternative a) -> -a.speed()))
                        .map(a -> spec.on(List.of(a.model())))
                        .toList();
        Map<String, BitSet> able = room.able(plan.fact, new BitSet());
        return new Forecast.Shape(
                variants,
                spec.roles().stream()
                        .map(role -> able.getOrDefault(role.name(), new BitSet()))
                        .toList());
    }
}
