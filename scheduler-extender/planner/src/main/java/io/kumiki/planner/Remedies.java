package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.Forecast;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.Relief;
import io.kumiki.placement.RoomSteps;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Help;
import io.kumiki.planner.words.Words;
import io.kumiki.quota.Admission;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Changes that would let one waiting gang start at once. Each is made on a copy and the gang is placed there, quota
/// included, before it is named.
final class Remedies {
    private static final int MOST_NODES = 5000;

    private final Scene scene;
    private final Room room;
    private final Plan plan;
    private final GangSpec.Role role;
    private final BitSet avoided;
    private final Charges charges;
    private final Supplier<List<BackfillPlanner.Running>> ends;

    /// @param ends who runs, in the order in which they will end
    Remedies(
            Scene scene,
            Plan plan,
            GangSpec.Role role,
            BitSet avoided,
            Charges charges,
            Supplier<List<BackfillPlanner.Running>> ends) {
        this.scene = scene;
        this.room = scene.room();
        this.plan = plan;
        this.role = role;
        this.avoided = avoided;
        this.charges = charges;
        this.ends = ends;
    }

    /// @param best domain of the required level that has most room
    List<Help> all(GangPlacement answer, Admission.@Nullable Refused refused, int best) {
        List<Help> all = new ArrayList<>();
        boolean room = answer instanceof GangPlacement.Placed;
        if (!room) {
            add(all, relaxTopology());
        }
        add(all, lowerMin());
        if (!room) {
            add(all, otherType());
        }
        if (room && refused != null) {
            add(all, raiseQuota(refused));
        }
        if (!room && refused == null) {
            add(all, freeGpus());
            add(all, addNodes(best));
        }
        return all;
    }

    private static void add(List<Help> all, @Nullable Help help) {
        if (help != null) {
            all.add(help);
        }
    }

    private boolean starts(GangFact gang, Room on, BitSet without) {
        return charges.refusalOfMinimum(gang) == null && on.fits(gang, without);
    }

    private boolean starts(GangFact gang) {
        return starts(gang, room, avoided);
    }

    private GangFact with(Gang.Spec spec) {
        GangFact fact = plan.fact;
        return new GangFact(
                fact.namespace(),
                fact.name(),
                fact.uid(),
                fact.version(),
                fact.created(),
                fact.controller(),
                spec,
                fact.status());
    }

    private static Gang.Spec spec(
            Gang.Spec of,
            List<Gang.Members> classes,
            @Nullable String required,
            @Nullable List<Gang.Alternative> alternatives) {
        return new Gang.Spec(
                of.attempt(),
                of.gated(),
                classes,
                required,
                of.preferred(),
                alternatives,
                of.priority(),
                of.expectedSeconds(),
                of.lastCheckpoint(),
                of.restartSeconds());
    }

    private @Nullable Help relaxTopology() {
        Gang.Spec spec = plan.fact.spec();
        String required = spec.required();
        if (required == null) {
            return null;
        }
        List<String> levels = room.topology.levels();
        for (int level = levels.indexOf(required) - 1; level >= -1; level--) {
            String wider = level < 0 ? null : levels.get(level);
            if (starts(with(spec(spec, spec.classes(), wider, spec.alternatives())))) {
                return new Help(Help.Change.relaxTopology, null, Words.relaxTopology(required, wider));
            }
        }
        return null;
    }

    /// The largest smaller minimum of the class that is short.
    private @Nullable Help lowerMin() {
        int low = 0;
        int high = role.min();
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (starts(withMin(middle))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low == 0
                ? null
                : new Help(Help.Change.lowerMin, (long) low, Words.lowerMin(role.name(), low, role.min()));
    }

    private GangFact withMin(int min) {
        Gang.Spec spec = plan.fact.spec();
        List<Gang.Members> classes = spec.classes().stream()
                .map(c -> c.name().equals(role.name()) ? c.sized(min, c.max()) : c)
                .toList();
        return with(spec(spec, classes, spec.required(), spec.alternatives()));
    }

    private @Nullable Help otherType() {
        Gang.Spec spec = plan.fact.spec();
        Set<String> wanted = new TreeSet<>();
        Room.alternatives(spec).forEach(a -> wanted.add(a.model()));
        for (Gang.Members members : spec.classes()) {
            Map<String, String> selector = members.nodeSelector();
            String type = selector == null ? null : selector.get(Shape.TYPE);
            if (type != null) {
                wanted.add(type);
            }
        }
        if (wanted.isEmpty()) {
            return null;
        }
        Set<String> there = new TreeSet<>();
        for (NodeFact node : room.nodes) {
            there.add(node.labels().getOrDefault(Shape.TYPE, ""));
        }
        there.remove("");
        there.removeAll(wanted);
        for (String type : there) {
            List<Gang.Members> classes =
                    spec.classes().stream().map(Remedies::withoutType).toList();
            if (starts(with(spec(spec, classes, spec.required(), List.of(new Gang.Alternative(type, 1)))))) {
                return new Help(Help.Change.otherType, null, Words.otherType(type));
            }
        }
        return null;
    }

    private static Gang.Members withoutType(Gang.Members c) {
        Map<String, String> selector = c.nodeSelector() == null ? null : new TreeMap<>(c.nodeSelector());
        if (selector != null) {
            selector.remove(Shape.TYPE);
        }
        return c.selecting(selector);
    }

    /// Every bound on the way to the root that is too low.
    private @Nullable Help raiseQuota(Admission.Refused first) {
        String tenant = scene.tenant(plan.fact.namespace());
        QuotaTree tree = charges.tree();
        if (tenant == null || tree == null) {
            return null;
        }
        Amounts wanted = charges.amounts(Charges.minimum(plan.fact));
        Map<String, Admission.Refused> raised = new LinkedHashMap<>();
        while (tree.admit(tenant, wanted) instanceof Admission.Refused refused) {
            if (raised.put(refused.at() + " " + refused.resource() + " " + refused.why(), refused) != null) {
                return null;
            }
            tree = tree.raised(refused.at(), refused.resource(), refused.missing());
        }
        return new Help(Help.Change.raiseQuota, first.missing(), Words.raiseQuota(List.copyOf(raised.values())));
    }

    private @Nullable Help freeGpus() {
        Forecast.Shape shape = Starts.shape(plan, room);
        return new Relief(room.topology, avoided)
                .needed(room.view, shape, ends.get())
                .map(gone -> {
                    long milli = gone.stream()
                            .flatMap(r -> r.held().stream())
                            .mapToLong(h -> h.demand().totalGpuMilli())
                            .sum();
                    long last = gone.stream()
                            .mapToLong(BackfillPlanner.Running::expectedEnd)
                            .max()
                            .orElse(0);
                    return new Help(
                            Help.Change.freeGpus,
                            (milli + 999) / 1000,
                            Words.freeGpus((milli + 999) / 1000, gone.size(), Math.max(0, last - scene.second())));
                })
                .orElse(null);
    }

    /// Nodes like those that would take most members, empty, beside the place with most room.
    private @Nullable Help addNodes(int best) {
        int like = like(best);
        if (like < 0) {
            return null;
        }
        int each = RoomSteps.of(room.view, role.demand(), like).empty();
        int enough = missing(like, each);
        if (startsWith(like, enough) && (enough == 1 || !startsWith(like, enough - 1))) {
            return addNodes(like, enough);
        }
        int fewest = 1;
        int most = 0;
        for (int count = Math.max(1, (role.min() + each - 1) / each); most == 0; count *= 2) {
            if (count > MOST_NODES) {
                return null;
            }
            most = startsWith(like, count) ? count : 0;
            fewest = most == 0 ? count + 1 : fewest;
        }
        while (fewest < most) {
            int middle = (fewest + most) / 2;
            if (startsWith(like, middle)) {
                most = middle;
            } else {
                fewest = middle + 1;
            }
        }
        return addNodes(like, most);
    }

    /// As many as the room of the place lacks, one class of members looked at alone.
    private int missing(int like, int each) {
        String required = plan.fact.spec().required();
        int level = required == null ? -1 : room.topology.level(required);
        BitSet able = room.able(plan.fact, avoided).getOrDefault(role.name(), new BitSet());
        long there = 0;
        for (int n = able.nextSetBit(0); n >= 0; n = able.nextSetBit(n + 1)) {
            if (role.demand().allows(room.view.node(n).model())
                    && (level < 0 || room.topology.domainOf(level, n) == room.topology.domainOf(level, like))) {
                there += RoomSteps.of(room.view, role.demand(), n).pods();
            }
        }
        return Math.clamp((role.min() - there + each - 1) / each, 1, MOST_NODES);
    }

    private Help addNodes(int like, int count) {
        NodeFact node = room.nodes.get(like);
        return new Help(
                Help.Change.addNodes,
                (long) count,
                Words.addNodes(
                        count,
                        room.view.node(like).gpus(),
                        node.labels().getOrDefault(Shape.TYPE, ""),
                        plan.fact.spec().required()));
    }

    private boolean startsWith(int like, int count) {
        NodeFact node = room.nodes.get(like);
        List<NodeFact> more = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, String> labels = new TreeMap<>(node.labels());
            labels.remove("kubernetes.io/hostname");
            more.add(new NodeFact(
                    node.name() + "+" + (i + 1), node.usable(), labels, node.taints(), node.allocatable()));
        }
        return starts(plan.fact, room.and(more, like), avoided);
    }

    /// The node that would take most members when empty, in the domain if there is one; -1 where none would take any.
    private int like(int best) {
        BitSet able = room.able(plan.fact, new BitSet()).getOrDefault(role.name(), new BitSet());
        String required = plan.fact.spec().required();
        int level = required == null ? -1 : room.topology.level(required);
        int like = -1;
        long found = 0;
        for (int n = able.nextSetBit(0); n >= 0; n = able.nextSetBit(n + 1)) {
            if (!role.demand().allows(room.view.node(n).model())) {
                continue;
            }
            boolean there = level >= 0 && room.topology.domainOf(level, n) == best;
            long value = RoomSteps.of(room.view, role.demand(), n).empty() * 2L;
            value = value == 0 ? 0 : value + (there ? 1L << 40 : 0);
            if (value > found) {
                found = value;
                like = n;
            }
        }
        return like;
    }
}
