package io.kumiki.planner;

import io.kumiki.model.Violation;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.placement.Forecast;
import io.kumiki.placement.GangPlacement;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Why;
import io.kumiki.planner.words.Words;
import io.kumiki.quota.Admission;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What would start when if the cluster were another: the same forecast on a changed copy of a scene.
public final class WhatIf {
    /// No object can have it.
    private static final String GHOST = " ghost";

    /// @param cpuMilli as the largest node has when null; likewise memory, in bytes
    /// @param place one value per level; null for a place of its own
    public record Nodes(
            int count,
            String type,
            int gpus,
            @Nullable Long cpuMilli,
            @Nullable Long memory,
            @Nullable List<String> place) {}

    /// @param limit null to leave it as it is; likewise guaranteed
    public record Quota(
            String tenant,
            @Nullable Map<String, Long> limit,
            @Nullable Map<String, Long> guaranteed) {}

    public record Ghost(String namespace, Gang.Spec spec) {}

    /// @param level null where nodes are named
    public record Cordon(@Nullable String level, String value, List<String> nodes) {}

    public record Question(
            List<Nodes> nodes,
            List<Quota> quotas,
            @Nullable Ghost ghost,
            @Nullable Cordon cordon) {}

    public record Start(String namespace, String name, Estimate start) {}

    /// @param entry its place in the queue, and why it would wait
    /// @param placed it would start at once
    public record Fate(
            Entry entry, boolean placed, @Nullable String where) {}

    /// @param before in the order of the queue
    /// @param after the same gangs in the same order
    public record Answer(
            List<Start> before, List<Start> after, @Nullable Fate ghost, Gpus gpusBefore, Gpus gpusAfter) {}

    /// Milli-GPUs on nodes that may be used.
    public record Gpus(long total, long free) {
        static Gpus of(Scene scene) {
            long total = 0;
            long free = 0;
            for (int n = 0; n < scene.room().nodes.size(); n++) {
                if (scene.room().nodes.get(n).usable()) {
                    total += scene.room().view.node(n).gpus() * 1000L;
                    free += scene.room().view.idleMilli(n);
                }
            }
            return new Gpus(total, free);
        }
    }

    private final Scene scene;
    private final List<Violation> violations = new ArrayList<>();

    private WhatIf(Scene scene) {
        this.scene = scene;
    }

    /// @param violations filled where the question is none for this cluster; then the answer is null
    public static @Nullable Answer ask(Scene scene, Question question, List<Violation> violations) {
        var asked = new WhatIf(scene);
        State changed = Mirror.copy(scene.state);
        asked.add(changed, question.nodes());
        asked.quotas(changed, question.quotas());
        Cordon cordon = question.cordon();
        if (cordon != null) {
            asked.cordon(changed, cordon);
        }
        Plan ghost = question.ghost() == null ? null : asked.ghost(changed, question.ghost());
        if (!asked.violations.isEmpty()) {
            violations.addAll(asked.violations);
            return null;
        }
        Scene after = new Scene(changed, scene.version(), scene.memory);
        List<Plan> queue = scene.queue();
        return new Answer(
                starts(queue, scene),
                starts(queue, after),
                ghost == null ? null : fate(ghost, after),
                Gpus.of(scene),
                Gpus.of(after));
    }

    private static List<Start> starts(List<Plan> queue, Scene in) {
        return queue.stream()
                .map(plan -> new Start(
                        plan.fact.namespace(),
                        Alone.shown(plan.fact.name()),
                        in.starts().of(plan)))
                .toList();
    }

    private void add(State changed, List<Nodes> wanted) {
        long cpu = scene.state.nodes.values().stream()
                .mapToLong(n -> n.amount("cpu"))
                .max()
                .orElse(0);
        long memory = scene.state.nodes.values().stream()
                .mapToLong(n -> n.amount("memory"))
                .max()
                .orElse(0);
        for (int i = 0; i < wanted.size(); i++) {
            Nodes nodes = wanted.get(i);
            List<String> place = nodes.place();
            if (place != null && place.size() != changed.levels.size()) {
                violations.add(new Violation(
                        "addNodes[" + i + "].place",
                        "WrongLevels",
                        "one value for each of " + scene.levels() + " is wanted, found " + place.size()));
                continue;
            }
            var allocatable = new TreeMap<String, Long>();
            allocatable.put("cpu", Objects.requireNonNullElse(nodes.cpuMilli(), cpu));
            allocatable.put("memory", Objects.requireNonNullElse(nodes.memory(), memory));
            allocatable.put("pods", 110L);
            allocatable.put(Shape.GPUS.getFirst(), (long) nodes.gpus());
            for (int n = 0; n < nodes.count(); n++) {
                var labels = new TreeMap<String, String>();
                labels.put(Shape.TYPE, nodes.type());
                for (int level = 0; place != null && level < place.size(); level++) {
                    labels.put(changed.levels.get(level).label(), place.get(level));
                }
                String name = " added-" + i + "-" + n;
                changed.put(new NodeFact(name, true, labels, List.of(), allocatable));
            }
        }
    }

    private void quotas(State changed, List<Quota> wanted) {
        Map<String, QuotaNode> nodes = new LinkedHashMap<>();
        changed.quotaNodes.forEach(node -> nodes.put(node.name(), node));
        for (int i = 0; i < wanted.size(); i++) {
            Quota quota = wanted.get(i);
            QuotaNode before = nodes.get(quota.tenant());
            if (before == null) {
                violations.add(new Violation(
                        "quotas[" + i + "].tenant",
                        "Unknown",
                        "there is no quota '" + quota.tenant() + "'; there are " + nodes.keySet()));
                continue;
            }
            Map<String, Long> limit = quota.limit();
            Map<String, Long> guaranteed = quota.guaranteed();
            nodes.put(
                    before.name(),
                    new QuotaNode(
                            before.name(),
                            before.parent(),
                            guaranteed == null ? before.guaranteed() : new Amounts(guaranteed),
                            limit == null ? before.limit() : new Amounts(limit)));
        }
        if (wanted.isEmpty() || !violations.isEmpty()) {
            return;
        }
        List<String> problems = QuotaTree.problems(nodes.values());
        if (problems.isEmpty()) {
            changed.take(List.copyOf(nodes.values()), changed.tenantOf);
        } else {
            violations.add(new Violation("quotas", "NoTree", String.join("; ", problems)));
        }
    }

    private void cordon(State changed, Cordon cordon) {
        String label = scene.state.levels.stream()
                .filter(level -> level.name().equals(cordon.level()))
                .map(PlaceLevels.Level::label)
                .findFirst()
                .orElse(null);
        if (cordon.level() != null && label == null) {
            violations.add(new Violation(
                    "cordon.level",
                    "Unknown",
                    "there is no level '" + cordon.level() + "'; there are " + scene.levels()));
            return;
        }
        int found = 0;
        for (NodeFact node : scene.state.nodes.values()) {
            if (label == null
                    ? cordon.nodes().contains(node.name())
                    : cordon.value().equals(node.labels().get(label))) {
                found++;
                changed.put(new NodeFact(
                        node.name(),
                        false,
                        node.labels(),
                        node.taints(),
                        node.allocatable(),
                        node.ready(),
                        node.unhealthy()));
            }
        }
        if (found == 0) {
            violations.add(new Violation(
                    "cordon",
                    "Unknown",
                    label == null
                            ? "none of these nodes exists"
                            : "no node is in " + cordon.level() + " '" + cordon.value() + "'"));
        }
    }

    private @Nullable Plan ghost(State changed, Ghost ghost) {
        Gang.Spec s = ghost.spec();
        // Its pods do not exist, so nobody waits for them.
        var spec = new Gang.Spec(
                0,
                false,
                s.classes(),
                s.required(),
                s.preferred(),
                s.alternatives(),
                s.priority(),
                s.expectedSeconds(),
                s.lastCheckpoint(),
                s.restartSeconds());
        var fact = new GangFact(ghost.namespace(), GHOST, GHOST, "", scene.second() + 1, "", spec, null);
        Clause wrong = new Readiness(scene.state).wrong(fact);
        if (wrong != null) {
            violations.add(new Violation("gang", "InvalidSpec", English.of(wrong)));
            return null;
        }
        var plan = new Plan(fact);
        changed.plans.put(fact.key(), plan);
        return plan;
    }

    private static Fate fate(Plan ghost, Scene after) {
        Forecast.Start start = after.starts().middle().get(ghost.fact.key());
        boolean placed = start != null && start.at() <= after.second();
        if (placed) {
            ghost.say(Why.Placed);
        } else {
            say(ghost, after);
        }
        int position = after.queue().indexOf(ghost) + 1;
        Entry entry =
                Entry.of(ghost, after, position).explained(after.explanations().of(ghost), after.place(ghost));
        return new Fate(entry, placed, start == null ? null : where(start.placed()));
    }

    /// What the planner would say of it.
    private static void say(Plan ghost, Scene after) {
        var charges = new Charges(after.state);
        if (!new Readiness(after.state).mayBePlaced(ghost, charges)) {
            return;
        }
        Admission.Refused refused = charges.refusalOfMinimum(ghost.fact);
        if (refused != null) {
            Readiness.say(ghost, refused, charges);
            return;
        }
        Room room = after.room();
        BitSet kept = after.explanations().keptFor(ghost);
        List<Clause> clauses = new ArrayList<>();
        GangPlacement answer = room.place(ghost.fact, room.view, kept);
        switch (answer) {
            case GangPlacement.Impossible(var why) -> clauses.addAll(Words.of(why));
            case GangPlacement.Waiting(var why) -> clauses.addAll(Words.of(why));
            case GangPlacement.Placed ignored -> clauses.add(new Clause.OthersFirst());
        }
        boolean never = answer instanceof GangPlacement.Impossible
                && (kept.isEmpty()
                        || room.place(ghost.fact, room.view, new BitSet()) instanceof GangPlacement.Impossible);
        if (!kept.isEmpty() && !never && !(answer instanceof GangPlacement.Placed)) {
            clauses.add(new Clause.KeptForOthers(kept.cardinality()));
        }
        boolean older = !kept.isEmpty() && !(answer instanceof GangPlacement.Placed);
        ghost.say(never ? Why.Impossible : older ? Why.KeptForOlder : Why.NoRoom, clauses);
    }

    private static String where(GangPlacement.Placed placed) {
        String domain = placed.domain();
        if (domain != null) {
            return placed.level() + " " + domain;
        }
        long nodes = placed.slots().stream()
                .flatMap(List::stream)
                .map(GangPlacement.Slot::node)
                .distinct()
                .count();
        return nodes + (nodes == 1 ? " node" : " nodes");
    }
}
