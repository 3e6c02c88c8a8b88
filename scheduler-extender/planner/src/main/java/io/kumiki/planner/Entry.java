package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Text;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A gang, or a pod without one, as people ask for it.
///
/// @param pod a pod without a gang
/// @param members the minimum while it waits, its slots afterwards
/// @param gpus milli, of these members
/// @param gpuType the one that it has or wants; null for any
/// @param since when it began to wait, or to hold its slots, in seconds since 1970
/// @param position from 1; null when it does not wait
/// @param place who goes first and why; null where it was not asked for, likewise why
public record Entry(
        boolean pod,
        String namespace,
        String name,
        @Nullable String tenant,
        int members,
        long gpus,
        @Nullable String gpuType,
        int priority,
        Gang.Phase phase,
        String reason,
        Said said,
        @Nullable Long since,
        @Nullable Integer position,
        @Nullable Text place,
        @Nullable String where,
        Origin origin,
        @Nullable Explanation why,
        @Nullable Estimate start,
        @Nullable Estimate until) {
    Entry explained(Explanation explanation, Text who) {
        return new Entry(
                pod,
                namespace,
                name,
                tenant,
                members,
                gpus,
                gpuType,
                priority,
                phase,
                reason,
                said,
                since,
                position,
                who,
                where,
                origin,
                explanation,
                start,
                until);
    }

    static Entry of(Plan plan, Scene scene, @Nullable Integer position) {
        boolean placed = !plan.rows.isEmpty();
        int members = 0;
        long gpus = 0;
        List<Gang.Members> classes = plan.fact.spec().classes();
        for (int c = 0; c < classes.size(); c++) {
            Gang.Members of = classes.get(c);
            Plan.Row row = plan.row(of.name());
            int count = placed ? row == null ? 0 : row.nodes.size() : of.min();
            members += count;
            gpus += count * gpus(of);
        }
        return new Entry(
                Alone.is(plan.fact),
                plan.fact.namespace(),
                Alone.shown(plan.fact.name()),
                scene.tenant(plan.fact.namespace()),
                members,
                gpus,
                type(plan, scene.state),
                plan.fact.spec().priority(),
                plan.phase,
                plan.why.name(),
                plan.told().naming(scene::party),
                since(plan),
                position,
                null,
                plan.where.isEmpty() ? null : plan.where,
                scene.origin(plan),
                null,
                position == null ? null : scene.starts().of(plan),
                plan.phase.holds() ? Starts.until(plan, scene) : null);
    }

    /// A spec that cannot be read asks for nothing; its message says what is wrong with it.
    public static long gpus(Gang.Members members) {
        try {
            return Shape.demand(Shape.amounts(members.requests())).totalGpuMilli();
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    private static @Nullable String type(Plan plan, State state) {
        Set<String> types = new TreeSet<>();
        for (Plan.Row row : plan.rows) {
            for (String name : row.nodes) {
                NodeFact node = state.nodes.get(name);
                String type = node == null ? "" : node.labels().getOrDefault(Shape.TYPE, "");
                if (!type.isEmpty() && gpus(row.members) > 0) {
                    types.add(type);
                }
            }
        }
        List<Gang.Alternative> alternatives = plan.fact.spec().alternatives();
        if (types.isEmpty() && alternatives != null) {
            alternatives.forEach(a -> types.add(a.type()));
        }
        for (Gang.Members of : plan.fact.spec().classes()) {
            String selected =
                    of.nodeSelector() == null ? null : of.nodeSelector().get(Shape.TYPE);
            if (types.isEmpty() && selected != null) {
                types.add(selected);
            }
        }
        return types.isEmpty() ? null : String.join(", ", types);
    }

    static @Nullable Long since(Plan plan) {
        if (plan.phase == Gang.Phase.Waiting && plan.attempt == 0) {
            return plan.fact.created();
        }
        if (Alone.is(plan.fact)) {
            return plan.startedSecond;
        }
        Gang.Status status = plan.fact.status();
        String since = status == null ? null : status.since();
        long second = since == null ? -1 : StatusText.second(since, -1);
        return second < 0 ? null : Long.valueOf(second);
    }
}
