package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.Demand;
import io.kumiki.placement.Forecast;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.RoomSteps;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Removed;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Why the gangs of one scene wait. Gangs that are placed alike are explained once.
final class Explanations {
    private final Scene scene;
    private final Room room;
    private final Charges charges;
    private final Map<Object, Explanation> known = new HashMap<>();
    private @Nullable List<BackfillPlanner.Running> ends;

    Explanations(Scene scene) {
        this.scene = scene;
        this.room = scene.room();
        this.charges = new Charges(scene.state);
    }

    synchronized Explanation of(Plan plan) {
        if (Coming.is(plan)) {
            // Whom it waits for stands in its message.
            return Explanation.NONE;
        }
        return switch (plan.why) {
            // What is wrong with it stands in its message; room is not the question.
            case InvalidSpec, MembersMissing -> Explanation.NONE;
            default ->
                known.computeIfAbsent(
                        List.of(
                                Starts.alike(plan),
                                plan.fact.namespace(),
                                keptFor(plan),
                                Alone.isLed(plan, scene.state)),
                        _ -> explain(plan));
        };
    }

    /// Nodes that it may not use because somebody before it will start there.
    BitSet keptFor(Plan plan) {
        Forecast.Kept kept = scene.starts().kept();
        if (kept == null || kept.id().equals(plan.fact.key())) {
            return new BitSet();
        }
        Plan head = scene.state.plans.get(kept.id());
        Long declared = plan.fact.spec().expectedSeconds();
        boolean before = head != null && scene.rank(plan).compareTo(scene.rank(head)) < 0;
        boolean ends = declared != null && scene.second() + declared <= kept.start();
        return before || ends ? new BitSet() : kept.nodes();
    }

    private Explanation explain(Plan plan) {
        BitSet avoided = keptFor(plan);
        GangPlacement answer = room.place(plan.fact, room.view, avoided);
        Admission.Refused refused = charges.refusalOfMinimum(plan.fact);
        GangSpec.Role role = shortRole(plan, answer);
        var count = new Count(plan, role, avoided);
        List<Removed> removed = count.removed(answer, refused);
        if (Alone.isLed(plan, scene.state)) {
            return new Explanation(count.total, removed, count.left, List.of());
        }
        var remedies = new Remedies(scene, plan, role, avoided, charges, this::ends);
        return new Explanation(count.total, removed, count.left, remedies.all(answer, refused, count.best));
    }

    /// Who holds slots, in the order in which they will end; the same for everybody who waits.
    private List<BackfillPlanner.Running> ends() {
        List<BackfillPlanner.Running> known = ends;
        if (known == null) {
            known = endsOf(scene);
            ends = known;
        }
        return known;
    }

    private static List<BackfillPlanner.Running> endsOf(Scene scene) {
        Room room = scene.room();
        var holdings = new Holdings(scene.state);
        int[][] taken = new int[room.nodes.size()][];
        return scene.state.plans.values().stream()
                .filter(other -> other.phase.holds())
                .map(other -> new BackfillPlanner.Running(
                        other.fact.key(),
                        holdings.of(other, room, taken),
                        Objects.requireNonNullElse(Starts.until(other, scene).at(), Long.MAX_VALUE)))
                .sorted(Comparator.comparingLong(BackfillPlanner.Running::expectedEnd)
                        .thenComparing(BackfillPlanner.Running::id))
                .toList();
    }

    private static GangSpec.Role shortRole(Plan plan, GangPlacement answer) {
        List<GangSpec.Role> roles = Room.spec(plan.fact).roles();
        GangPlacement.Certificate why = switch (answer) {
            case GangPlacement.Waiting(var certificate) -> certificate;
            case GangPlacement.Impossible(var certificate) -> certificate;
            case GangPlacement.Placed ignored -> null;
        };
        if (why != null && why.nearest() instanceof GangPlacement.RoleShort missing) {
            for (GangSpec.Role role : roles) {
                if (role.name().equals(missing.role())) {
                    return role;
                }
            }
        }
        return roles.stream()
                .max(java.util.Comparator.comparingLong(r -> r.demand().totalGpuMilli()))
                .orElseThrow();
    }

    /// Slots of one class, constraint by constraint.
    private final class Count {
        private final Map<Removed.Constraint, Long> slots = new EnumMap<>(Removed.Constraint.class);
        private final Plan plan;
        private final GangSpec.Role role;
        private final Demand demand;
        private final Gang.Members members;
        private final boolean fraction;
        private final BitSet fit;
        private final long[] perDomain;
        private final int level;
        long total;
        long left;
        /// The domain with most room.
        int best;

        Count(Plan plan, GangSpec.Role role, BitSet avoided) {
            this.plan = plan;
            this.role = role;
            this.members = plan.fact.spec().classes().stream()
                    .filter(c -> c.name().equals(role.name()))
                    .findFirst()
                    .orElseThrow();
            this.fit = scene.state.ground().fit(members);
            this.fraction = Shape.fraction(Shape.amounts(members.requests()));
            List<String> types = Room.alternatives(plan.fact.spec()).stream()
                    .map(a -> a.model())
                    .toList();
            this.demand = types.isEmpty() || role.demand().gpus() == 0
                    ? role.demand()
                    : role.demand().on(types);
            String required = plan.fact.spec().required();
            this.level = required == null ? -1 : room.topology.level(required);
            this.perDomain = new long[level < 0 ? 1 : room.topology.domains(level)];
            for (int n = 0; n < room.nodes.size(); n++) {
                node(n, avoided);
            }
        }

        private void node(int n, BitSet avoided) {
            RoomSteps steps = RoomSteps.of(room.view, demand, n);
            total += steps.empty();
            Removed.Constraint whole = whole(n);
            if (whole != null) {
                off(whole, steps.empty());
                return;
            }
            off(Removed.Constraint.gpus, steps.empty() - steps.gpus());
            off(Removed.Constraint.extended, steps.gpus() - steps.extended());
            off(Removed.Constraint.cpu, steps.extended() - steps.cpu());
            off(Removed.Constraint.memory, steps.cpu() - steps.memory());
            off(Removed.Constraint.pods, steps.memory() - steps.pods());
            if (avoided.get(n)) {
                off(Removed.Constraint.keptForOlder, steps.pods());
            } else {
                perDomain[level < 0 ? 0 : room.topology.domainOf(level, n)] += steps.pods();
            }
        }

        /// What takes the whole node; null for nothing.
        private Removed.@Nullable Constraint whole(int n) {
            NodeFact node = room.nodes.get(n);
            String type = members.nodeSelector() == null
                    ? null
                    : members.nodeSelector().get(Shape.TYPE);
            if (!demand.allows(room.view.node(n).model())
                    || (type != null && !type.equals(node.labels().get(Shape.TYPE)))) {
                return Removed.Constraint.gpuType;
            }
            if (fit.get(n)) {
                return scene.state.excluded(members, node.name()) ? Removed.Constraint.vetoed : null;
            }
            if (!Fitness.selected(members, node) || (demand.gpus() > 0 && Fitness.shared(node) != fraction)) {
                return Removed.Constraint.labels;
            }
            if (!Fitness.tolerated(members, node)) {
                return Removed.Constraint.taints;
            }
            if (!node.usable()) {
                return Removed.Constraint.notReady;
            }
            return scene.state.excluded(members, node.name()) ? Removed.Constraint.vetoed : null;
        }

        private void off(Removed.Constraint constraint, long count) {
            if (count > 0) {
                slots.merge(constraint, count, Long::sum);
            }
        }

        List<Removed> removed(GangPlacement answer, Admission.@Nullable Refused refused) {
            List<Removed> all = new ArrayList<>();
            slots.forEach((constraint, count) -> all.add(new Removed(constraint, "node", count)));
            long everywhere = 0;
            for (int d = 0; d < perDomain.length; d++) {
                everywhere += perDomain[d];
                best = perDomain[d] > perDomain[best] ? d : best;
            }
            left = perDomain.length == 0 ? 0 : perDomain[best];
            String required = plan.fact.spec().required();
            if (required != null && everywhere > left) {
                all.add(new Removed(Removed.Constraint.topology, required, everywhere - left));
            }
            if (!(answer instanceof GangPlacement.Placed) && left >= role.min()) {
                all.add(new Removed(Removed.Constraint.combination, required == null ? "cluster" : required, left));
                left = 0;
            }
            if (refused != null) {
                long each = Math.max(1, refused.wanted() / Math.max(1, role.min()));
                long allowed = Math.max(0, (refused.wanted() - refused.missing()) / each);
                quota(all, Removed.Constraint.quota, refused.at(), allowed);
            } else if (plan.why == Why.NamespaceQuota) {
                quota(all, Removed.Constraint.namespaceQuota, plan.fact.namespace(), 0);
            }
            return all;
        }

        private void quota(List<Removed> all, Removed.Constraint constraint, String at, long allowed) {
            if (left > allowed) {
                all.add(new Removed(constraint, at, left - allowed));
                left = allowed;
            }
        }
    }
}
