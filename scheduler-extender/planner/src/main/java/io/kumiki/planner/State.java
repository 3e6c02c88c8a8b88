package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.NodeSpec;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.ClaimFact;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Party;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Everything that the planner knows. One thread owns it; iteration is always in the order of names.
public final class State {
    final PlannerOptions options;
    final SortedMap<String, NodeFact> nodes = new TreeMap<>();
    final SortedMap<String, PodFact> pods = new TreeMap<>();
    final SortedMap<String, Plan> plans = new TreeMap<>();
    /// Those of which something changed that their status, or the filter verb, may have to tell.
    final SortedMap<String, Plan> untold = new TreeMap<>();
    final SortedMap<String, SortedMap<String, PodFact>> members = new TreeMap<>();
    final SortedMap<String, SortedMap<String, PodFact>> onNode = new TreeMap<>();
    final SortedMap<String, Map<String, Long>> usedInNamespace = new TreeMap<>();
    final SortedMap<String, SortedMap<String, Event.NamespaceLimit>> limits = new TreeMap<>();
    final Earmarks earmarks = new Earmarks(this);
    /// Since when pods are being ended, by uid.
    private final Map<String, Long> endingSince = new HashMap<>();
    /// Single pods that are not bound yet, and what was promised to them.
    final SortedMap<String, SingleFact> singles = new TreeMap<>();
    final Holds holds = new Holds();
    final Daemons daemons = new Daemons();
    /// How many ordinary pods would make way, by their priority.
    final SortedMap<Integer, Integer> yielding = new TreeMap<>();
    /// ProvisioningRequests exist here, and these are ours.
    boolean capacityServed;
    final SortedMap<String, CapacityFact> capacity = new TreeMap<>();
    final Budgets budgets = new Budgets();
    /// Pods without a gang that hold devices.
    final SortedMap<String, RunFact> runs = new TreeMap<>();
    /// Those of them that were told to leave for somebody of higher priority, by uid.
    final SortedMap<String, Victims.Leaving> leaving = new TreeMap<>();
    final MovedPlaces places = new MovedPlaces(this);
    /// A new leader does not know what the one before moved: so long it moves nobody.
    long restUntil;
    /// When gangs (by key) and single pods (by uid) were moved last; forgotten after a while.
    final SortedMap<String, Long> movedAt = new TreeMap<>();
    final SortedMap<String, ClaimFact> claims = new TreeMap<>();
    final Map<Exclusion, Long> exclusions = new HashMap<>();
    List<PlaceLevels.Level> levels = PlaceLevels.USUAL;

    @Nullable
    QuotaTree quotas;
    /// What the tree was made of.
    List<QuotaNode> quotaNodes = List.of();
    /// Only these are counted: a tree says nothing about what it does not name.
    Set<String> quotaResources = Set.of();
    public Map<String, String> tenantOf = Map.of();
    boolean leading;
    long epoch;
    /// Never begins anew: an answer from before we led again must not pass for that of a write of today.
    int writes;
    long now;
    long second;
    /// Something changed that may let a waiting gang start.
    boolean roomChanged = true;
    private List<Decision> out = new ArrayList<>();

    final Steering steering = new Steering();

    /// The planner's own, not a copy that many threads read.
    boolean live = true;
    private long nodeChanges;
    private @Nullable Ground ground;
    /// Of nodes on which nothing is promised to anybody: what their pods leave free.
    private final Map<String, Counted> freeOn = new HashMap<>();

    private record Counted(NodeSpec of, ClusterView.Free free) {}

    Knowledge knowledge;

    /// By the last pass over those that wait.
    Outlook.@Nullable Kept kept;

    record Exclusion(Fitness.ClassKey of, String node) {}

    State(PlannerOptions options) {
        this.options = options;
        this.knowledge = Knowledge.none(options.usualSeconds());
    }

    /// @param tenants a tree, or none at all
    void take(List<QuotaNode> tenants, Map<String, String> ofNamespace) {
        quotaNodes = List.copyOf(tenants);
        quotas = tenants.isEmpty() ? null : QuotaTree.of(tenants);
        quotaResources = new TreeSet<>();
        for (QuotaNode node : tenants) {
            quotaResources.addAll(node.guaranteed().of().keySet());
            Amounts limit = node.limit();
            quotaResources.addAll(limit == null ? Set.of() : limit.of().keySet());
        }
        tenantOf = ofNamespace;
    }

    void decide(Decision decision) {
        out.add(decision);
    }

    List<Decision> takeDecisions() {
        List<Decision> taken = out;
        out = new ArrayList<>();
        return taken;
    }

    Collection<PodFact> membersOf(Plan plan) {
        SortedMap<String, PodFact> all = members.get(plan.fact.key());
        if (all == null) {
            return List.of();
        }
        List<PodFact> own = new ArrayList<>(all.size());
        for (PodFact pod : all.values()) {
            if (pod.controller().equals(plan.fact.controller())) {
                own.add(pod);
            }
        }
        return own;
    }

    @Nullable
    Plan planOf(PodFact pod) {
        PodFact.Member member = pod.member();
        Plan plan = member == null ? null : plans.get(pod.namespace() + "/" + member.gang());
        return plan != null && pod.controller().equals(plan.fact.controller()) ? plan : null;
    }

    /// What was counted of its slots is of others than it has now.
    void recount(Plan plan) {
        plan.occupancy = null;
        plan.steered = 0;
        plan.look();
        membersOf(plan).forEach(pod -> steering.gone(pod.uid()));
    }

    void see(PodFact pod) {
        RunFact before = runs.get(pod.uid());
        Long since = endingSince.get(pod.uid());
        forget(pod.uid());
        if (pod.terminating() && takes(pod)) {
            endingSince.put(pod.uid(), since == null ? Long.valueOf(now) : since);
        }
        pods.put(pod.uid(), pod);
        if (before != null && takes(pod)) {
            runs.put(pod.uid(), before);
        }
        PodFact.Member member = pod.member();
        if (member != null) {
            members.computeIfAbsent(pod.namespace() + "/" + member.gang(), _ -> new TreeMap<>())
                    .put(pod.name() + "/" + pod.uid(), pod);
        }
        Occupancy slots = slotsOf(pod);
        if (slots != null) {
            slots.seen(pod);
        }
        if (member != null && member.steered()) {
            steering.seen(pod, leading ? planOf(pod) : null);
        }
        count(pod, 1);
        if (takes(pod)) {
            freeOn.remove(pod.node());
            onNode.computeIfAbsent(pod.node(), _ -> new TreeMap<>()).put(pod.uid(), pod);
            pod.requests()
                    .forEach((resource, amount) -> usedInNamespace
                            .computeIfAbsent(pod.namespace(), _ -> new TreeMap<>())
                            .merge(resource, amount, Long::sum));
        }
    }

    /// What was counted of its gang's slots; null for nothing.
    private @Nullable Occupancy slotsOf(PodFact pod) {
        Plan plan = planOf(pod);
        return plan == null ? null : Occupancy.known(plan);
    }

    private void count(PodFact pod, int more) {
        Integer yields = pod.yields();
        if (yields != null && takes(pod)) {
            yielding.merge(yields, more, (old, by) -> old + by == 0 ? null : Integer.valueOf(old + by));
        }
    }

    /// Holds its node's resources.
    static boolean takes(PodFact pod) {
        return pod.bound() && !pod.stage().ended();
    }

    /// Whether it holds something that it will leave soon: it is being ended, on a node that works, and not for ever.
    boolean ends(PodFact pod) {
        Long since = endingSince.get(pod.uid());
        return since != null && now - since < Earmarks.LONGEST && takes(pod) && !isLost(pod.node());
    }

    @Nullable
    PodFact forget(String uid) {
        PodFact pod = pods.remove(uid);
        if (pod == null) {
            return null;
        }
        runs.remove(uid);
        endingSince.remove(uid);
        PodFact.Member member = pod.member();
        if (member != null) {
            String key = pod.namespace() + "/" + member.gang();
            SortedMap<String, PodFact> of = members.get(key);
            if (of != null) {
                of.remove(pod.name() + "/" + uid);
                if (of.isEmpty()) {
                    members.remove(key);
                }
            }
        }
        Occupancy slots = slotsOf(pod);
        if (slots != null) {
            slots.gone(pod);
        }
        steering.gone(uid);
        count(pod, -1);
        if (takes(pod)) {
            freeOn.remove(pod.node());
            SortedMap<String, PodFact> there = onNode.get(pod.node());
            if (there != null) {
                there.remove(uid);
            }
            pod.requests()
                    .forEach((resource, amount) -> usedInNamespace
                            .getOrDefault(pod.namespace(), new TreeMap<>())
                            .merge(resource, -amount, Long::sum));
        }
        return pod;
    }

    /// False where nothing changed.
    boolean put(NodeFact node) {
        boolean changed = !node.equals(nodes.put(node.name(), node));
        nodeChanges += changed ? 1 : 0;
        return changed;
    }

    /// False where there was none.
    boolean removeNode(String name) {
        boolean there = nodes.remove(name) != null;
        nodeChanges += there ? 1 : 0;
        return there;
    }

    /// Rises when a node comes, changes or goes.
    long nodeChanges() {
        return nodeChanges;
    }

    Ground ground() {
        Ground known = ground;
        if (known == null || !known.isOf(this)) {
            known = new Ground(this, List.copyOf(nodes.values()));
            if (live) {
                freeOn.clear();
            }
            ground = known;
        }
        return known;
    }

    /// What is known of the same nodes.
    void take(Ground of, long changes) {
        nodeChanges = changes;
        ground = of;
    }

    /// What pods leave free of a node where nothing is promised; counted anew only when one of them changed.
    ClusterView.Free free(String node, NodeSpec spec, Supplier<ClusterView.Free> count) {
        if (!live) {
            return count.get();
        }
        ground();
        Counted known = freeOn.get(node);
        if (known == null || !known.of().equals(spec)) {
            known = new Counted(spec, count.get());
            freeOn.put(node, known);
        }
        return known.free();
    }

    /// Whether a node is gone or cannot be used.
    boolean isLost(String name) {
        NodeFact node = nodes.get(name);
        return node == null || !node.usable();
    }

    /// Whether all volumes that the class has already can be reached from there.
    boolean reaches(String namespace, Gang.Members of, NodeFact node) {
        for (String name : of.claims() == null ? List.<String>of() : of.claims()) {
            ClaimFact claim = claims.get(namespace + "/" + name);
            if (claim != null && !Fitness.anyHolds(claim.terms(), node)) {
                return false;
            }
        }
        return true;
    }

    /// Whether some of its volumes do not exist yet: binding them takes its time.
    boolean awaitsVolumes(String namespace, Gang.Members of) {
        for (String name : of.claims() == null ? List.<String>of() : of.claims()) {
            ClaimFact claim = claims.get(namespace + "/" + name);
            if (claim == null || !claim.bound()) {
                return true;
            }
        }
        return false;
    }

    boolean excluded(Gang.Members of, String node) {
        Long until = exclusions.isEmpty() ? null : exclusions.get(new Exclusion(Fitness.ClassKey.of(of), node));
        return until != null && until > now;
    }

    /// As the people of a namespace may hear of others in a status: by name where it is their tenant's.
    Party asNamed(Party party, String reader) {
        return party.knownTo(of -> {
            String tenant = tenantOf.get(of);
            return of.equals(reader) || (tenant != null && tenant.equals(tenantOf.get(reader)));
        });
    }
}
