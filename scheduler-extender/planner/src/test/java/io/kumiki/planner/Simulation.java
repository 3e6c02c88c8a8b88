package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.QueueOrder;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Planner, kube-scheduler, job controllers, kubelets and an API server with faults, on one thread and a virtual
/// clock, from one seed. Two phases: chaos, then all faults end and all work must. Every second seed kills the leader
/// when it has bound a part of a gang.
final class Simulation implements KubeScheduler.Extenders {
    static final long END = 2_400_000;
    static final int MOST_EVENTS = 200_000;
    static final String GPU = "nvidia.com/gpu";

    static final class Replica {
        Planner planner;
        Witness witness = new Witness();
        Decision.@Nullable Publish published;
        int life;
        boolean alive = true;
        boolean leads;
        boolean settling;
        long pausedUntil;
        long delivered;
        final java.util.ArrayDeque<Event> inbox = new java.util.ArrayDeque<>();

        Replica(PlannerOptions options) {
            planner = new Planner(options);
        }
    }

    final Timeline time;
    final World world = new World(this::tell);
    final List<Replica> replicas = new ArrayList<>();
    final boolean lossy;
    /// What was heard is settled some time later, together.
    private final boolean batched;
    final boolean crashes;
    final boolean nodesFail;
    final boolean podsFail;
    final boolean strangers;
    /// Short ones first, or old ones.
    final PlannerOptions options;
    /// Somebody may be asked for nodes, who never has any.
    final boolean autoscaled;
    /// Some of them may be evicted.
    final boolean yielding;
    /// Owners of some work let it be moved.
    final boolean movable;
    /// Pods may take long to end.
    final boolean slow;
    /// The leader dies when a gang was moved.
    private final boolean mourning;
    final KubeScheduler scheduler;
    final Jobs jobs;
    private final Entrance entrance;
    private final boolean quota;
    private final int nodes;
    /// Beside them two nodes whose devices are shared, and work that wants parts of them.
    final boolean sharing;
    private final Laws laws;
    private final Faults faults;
    private int killsLeft;
    final Lonely lonely;
    final Movers movers = new Movers(world);
    final Rounds rounds = new Rounds(world);
    private final DaemonPods daemons;
    /// Nothing is certain of what a leader promised in its memory alone.
    final boolean leadersDie;
    /// Nobody may refuse to leave.
    private final boolean budgetless;
    long epoch;
    private long hash;
    private long checkedRevision = -1;
    private long lookedAt;
    int killed;
    int events;

    Simulation(long seed) {
        batched = new Random(seed).nextInt(3) == 0;
        options =
                PlannerOptions.DEFAULT.ordered(Math.floorMod(seed / 10, 2) == 0 ? QueueOrder.shortest : QueueOrder.age);
        time = new Timeline(seed);
        lossy = time.random.nextBoolean();
        // A new leader moves nobody for a while.
        movable = Math.floorMod(seed, 10) == 3 || Math.floorMod(seed, 10) == 7;
        crashes = time.random.nextBoolean() & !movable;
        nodesFail = time.random.nextBoolean();
        podsFail = time.random.nextBoolean();
        strangers = time.upTo(3) == 0;
        autoscaled = Math.floorMod(seed, 10) == 1;
        yielding = Math.floorMod(seed, 10) == 9;
        quota = time.upTo(3) == 0;
        world.tenants = quota && !movable && Math.floorMod(seed, 3) != 0;
        killsLeft = seed % 2 == 0 ? 1 + time.upTo(2) : 0;
        nodes = 3 + time.upTo(4);
        sharing = Math.floorMod(seed, 10) == 6 || Math.floorMod(seed, 10) == 8;
        slow = Math.floorMod(seed, 5) == 4 || Math.floorMod(seed, 20) == 13;
        // A new leader moves nobody, but goes on with what was moved.
        mourning = Math.floorMod(seed, 20) == 3 || Math.floorMod(seed, 20) == 17;
        // While nobody leads nobody can repair.
        long patience = (crashes || killsLeft > 0 || mourning ? 30_000 : 0) + (slow ? Jobs.SLOW : 0);
        laws = new Laws(world, quota ? limit() : -1, patience + (yielding ? 90_000 : 0));
        scheduler = new KubeScheduler(time, world, this, lossy, Math.floorMod(seed, 10) == 5);
        entrance = new Entrance(this, time);
        jobs = new Jobs(
                time,
                world,
                pod -> time.in(20, () -> scheduler.schedule(pod.uid)),
                lossy,
                time.upTo(5) == 0,
                Math.floorMod(seed, 10) == 7,
                movable,
                slow,
                sharing,
                entrance);
        leadersDie = crashes || killsLeft > 0 || mourning;
        budgetless = Math.floorMod(seed, 10) != 7;
        lonely = new Lonely(this, Math.floorMod(seed, 5) == 2);
        daemons = new DaemonPods(this, seed);
        faults = new Faults(this);
    }

    private long limit() {
        return 4L * nodes - 4;
    }

    long hash() {
        return hash;
    }

    int fenced() {
        return world.fenced;
    }

    void run() {
        setUp();
        while (!time.isOver()) {
            time.step();
            if (time.now > END || ++events > MOST_EVENTS) {
                throw new AssertionError("not over after " + time.now / 1000 + " s: " + standing());
            }
            if (world.revision != checkedRevision) {
                checkedRevision = world.revision;
                laws.check(time.now, !lonely.late);
            }
            if (time.now - lookedAt >= 1000) {
                lookedAt = time.now;
                laws.check(time.now, !lonely.late);
                laws.look(time.now);
                movers.look(time.now, !nodesFail && !strangers && !podsFail && !lonely.late);
            }
            if (time.now > time.calm && over()) {
                return;
            }
        }
    }

    private boolean over() {
        for (World.GangObject gang : world.gangs.values()) {
            if (!over(gang)) {
                return false;
            }
        }
        return lonely.over() && world.capacity.values().stream().allMatch(this::waits);
    }

    /// Nodes are asked for only as long as somebody waits for them.
    private boolean waits(CapacityFact fact) {
        if (fact.gang().isEmpty()) {
            return world.pods.values().stream().anyMatch(pod -> pod.single && (pod.gated || pod.node.isEmpty()));
        }
        World.GangObject gang = world.gangs.get(fact.gang());
        return gang != null
                && gang.status != null
                && gang.status.phase() == Gang.Phase.Waiting
                && gang.spec.attempt() == fact.attempt();
    }

    private boolean over(World.GangObject gang) {
        Gang.Status status = gang.status;
        long least = gang.spec.classes().stream()
                .mapToLong(c -> c.min() * Shape.amounts(c.requests()).getOrDefault(GPU, 0L))
                .sum();
        boolean released =
                status != null && (status.phase() == Gang.Phase.Done || status.phase() == Gang.Phase.Waiting);
        return (gang.done && released)
                || (quota && least > limit())
                || status != null
                        && (status.phase() == Gang.Phase.Done
                                || (status.phase() == Gang.Phase.Waiting
                                        && Why.Impossible.name().equals(status.reason())));
    }

    private String standing() {
        var text = new StringBuilder();
        world.gangs.values().forEach(g -> text.append(g.name + " " + g.spec.attempt() + " " + g.status + "\n"));
        for (Replica r : replicas) {
            State state = r.planner.state();
            text.append(
                    "alive " + r.alive + ", leads " + r.leads + "/" + state.leading + ", epoch " + state.epoch + "\n");
            for (Plan plan : state.plans.values()) {
                text.append("  " + plan.fact.key() + " " + plan.phase + " held " + plan.held.keySet() + " binding "
                        + plan.binding.keySet() + " in flight " + plan.inFlight + " version " + plan.version + "/"
                        + plan.durable + "\n");
            }
        }
        world.pods.values().forEach(p -> text.append(p.fact()).append('\n'));
        return text.toString();
    }

    private void setUp() {
        replicas.add(new Replica(options));
        replicas.add(new Replica(options));
        if (quota) {
            tell(tenants());
        }
        daemons.tell(this::tell);
        if (autoscaled) {
            tell(new Event.CapacityServed());
        }
        for (int i = 0; i < nodes + (sharing ? 2 : 0); i++) {
            world.put(node(i, true));
        }
        daemons.begin();
        int gangs = (movable ? 5 : 2) + time.upTo(4);
        for (int g = 0; g < gangs; g++) {
            String name = "g" + g;
            boolean sure = g == 0 && killsLeft > 0;
            time.in(time.upTo((int) time.calm / 3), () -> jobs.create(name, nodes, sure));
        }
        lonely.begin();
        tick(0);
        tick(1);
        time.in(200, () -> elect(0));
        faults.begin();
    }

    private Event tenants() {
        if (world.tenants) {
            return new Event.Tenants(
                    List.of(
                            new QuotaNode("root", null, Amounts.of(GPU, limit()), null),
                            new QuotaNode("team", "root", Amounts.of(GPU, limit() / 4), null),
                            new QuotaNode("owners", "root", Amounts.of(GPU, limit() - limit() / 4), null)),
                    Map.of("n", "team", "m", "owners"));
        }
        var root = new QuotaNode("root", null, Amounts.of(GPU, 4L * nodes), null);
        var tenant = new QuotaNode("team", "root", Amounts.NONE, Amounts.of(GPU, limit()));
        return new Event.Tenants(List.of(root, tenant), Map.of("n", "team"));
    }

    NodeFact node(int i, boolean usable) {
        if (i >= nodes) {
            return new NodeFact(
                    "node" + i,
                    usable,
                    Map.of(
                            "topology.kubernetes.io/rack",
                            "r" + i / 2,
                            "kumiki.io/gpu-mode",
                            "shared",
                            "nvidia.com/gpu.count",
                            Integer.toString(Laws.SHARED_DEVICES)),
                    List.of(),
                    Map.of("cpu", 9_000L, "memory", 64L << 30, "pods", 20L, GPU, 0L));
        }
        return new NodeFact(
                "node" + i,
                usable,
                Map.of("topology.kubernetes.io/rack", "r" + i / 2),
                List.of(),
                Map.of("cpu", 9_000L, "memory", 64L << 30, "pods", 20L, GPU, 4L));
    }

    // What watches bring, to each replica in order, late.

    private void tell(Event event) {
        for (int r = 0; r < replicas.size(); r++) {
            tell(r, event);
        }
    }

    private void tell(int r, Event event) {
        Replica replica = replicas.get(r);
        int life = replica.life;
        replica.delivered = Math.max(replica.delivered, time.now + time.upTo(lossy ? 400 : 30));
        replica.inbox.add(event);
        time.at(replica.delivered, () -> next(r, life));
    }

    /// The oldest event that was not delivered: a watch never overtakes itself.
    private void next(int r, int life) {
        Replica replica = replicas.get(r);
        if (replica.life != life) {
            return;
        }
        if (replica.pausedUntil > time.now) {
            time.at(replica.pausedUntil, () -> next(r, life));
            return;
        }
        deliver(r, life, replica.inbox.remove());
    }

    @Override
    public void deliver(int r, int life, Event event) {
        Replica replica = replicas.get(r);
        if (!replica.alive || replica.life != life) {
            return;
        }
        if (replica.pausedUntil > time.now) {
            time.at(replica.pausedUntil, () -> deliver(r, life, event));
            return;
        }
        if (event instanceof Event.FilterAsked ask && isLed(replica, ask)) {
            return;
        }
        replica.witness.told(event, time.now);
        Instant wall = Instant.ofEpochSecond(1_000_000 + time.now / 1000);
        if (batched) {
            replica.planner.hear(event, time.now, wall);
            if (!replica.settling) {
                replica.settling = true;
                time.in(time.upTo(20), () -> settle(r, life, event));
            }
            decided(r, life, event, replica.planner.decided());
        } else {
            decided(r, life, event, replica.planner.on(event, time.now, wall));
        }
    }

    /// As the server does: the planner is not asked where it has told already.
    private boolean isLed(Replica replica, Event.FilterAsked ask) {
        String node = replica.planner.steering().nodeOf(ask.uid());
        if (node == null || !ask.nodes().contains(node)) {
            return false;
        }
        time.in(1, () -> scheduler.filterAnswered(new Decision.AnswerFilter(ask.call(), node, "")));
        return true;
    }

    /// Whoever makes way for somebody else is evicted; as things stand when it is decided.
    private void mustNotMakeWay(String uid) {
        World.Pod pod = world.pods.get(uid);
        World.GangObject gang = pod == null ? null : world.gangs.get(pod.gang);
        if (gang != null
                && gang.status != null
                && pod.stage == PodFact.Stage.RUNNING
                && !pod.terminating
                && gang.status.phase() == Gang.Phase.Releasing
                && World.makesWay(gang.status)
                && gang.status.attempt() == gang.spec.attempt()) {
            throw new AssertionError("B: " + pod.fact() + " makes way and is not asked");
        }
    }

    /// As the server does: what came meanwhile is heard together.
    private void settle(int r, int life, Event first) {
        Replica replica = replicas.get(r);
        if (replica.life != life) {
            return;
        }
        if (replica.pausedUntil > time.now) {
            time.at(replica.pausedUntil, () -> settle(r, life, first));
            return;
        }
        replica.settling = false;
        if (replica.alive) {
            decided(r, life, first, replica.planner.settle());
        }
    }

    private void decided(int r, int life, Event event, List<Decision> decisions) {
        Replica replica = replicas.get(r);
        Indexes.check(replica.planner, !replica.settling);
        replica.witness.decided(event, decisions, time.now);
        if (event instanceof Event.Tick && !replica.settling) {
            replica.witness.look(time.now);
        }
        if (!replica.settling) {
            replica.witness.settled();
        }
        hash = hash * 31 + decisions.size() + event.getClass().getSimpleName().hashCode() + time.now;
        if (!decisions.isEmpty() && replica.leads && !strangers && !nodesFail && !lonely.late) {
            Promises.check(replica.planner.state(), quota ? limit() : -1);
        }
        for (Decision decision : decisions) {
            if (replica.leads) {
                rounds.decided(decision, time.now, !nodesFail && !strangers && !lonely.late && budgetless);
            }
        }
        if (!decisions.isEmpty()) {
            Turns.check(replica.planner.state());
        }
        decisions.forEach(decision -> carryOut(r, life, decision));
    }

    private void tick(int r) {
        deliver(r, replicas.get(r).life, new Event.Tick());
        time.in(1000, () -> tick(r));
    }

    // What the shell does with decisions.

    private void carryOut(int r, int life, Decision decision) {
        long delay = 1 + time.upTo(lossy ? 300 : 20);
        long term = replicas.get(r).planner.state().epoch;
        switch (decision) {
            case Decision.AnswerBind answer -> time.in(1, () -> scheduler.bindAnswered(answer.call(), answer.error()));
            case Decision.AnswerFilter answer -> time.in(1, () -> scheduler.filterAnswered(answer));
            case Decision.WriteStatus write ->
                late(r, delay, () -> {
                    boolean lost = lossy && time.chance(12);
                    String version = lost && time.random.nextBoolean() ? "" : world.writeStatus(write);
                    if (!version.isEmpty()) {
                        if (!nodesFail) {
                            laws.promised();
                        }
                        int moved = movers.gangs;
                        movers.written(write, time.now);
                        rounds.written(write);
                        if (mourning && movers.gangs == 1 && moved == 0) {
                            time.in(time.upTo(8_000), () -> faults.crash(r));
                        }
                    }
                    deliver(
                            r,
                            life,
                            new Event.Written(write.namespace(), write.name(), write.number(), lost ? "" : version));
                });
            case Decision.Bind bind ->
                late(r, delay, () -> {
                    boolean lost = lossy && time.chance(12);
                    lonely.late |= bind.pod().member() == null && (term != epoch || !replicas.get(r).leads);
                    String error = lost && time.random.nextBoolean() ? "lost" : bind(bind);
                    deliver(r, life, new Event.Bound(bind.call(), bind.pod().uid(), lost ? "lost" : error));
                    killMidGang(r, life, bind, error);
                });
            case Decision.Outdone ignored -> {
                // Terms are counted upwards here: whoever hears of a later one has lost the lease.
            }
            case Decision.Publish publish -> published(r, publish);
            case Decision.AnswerMember ignored -> throw new AssertionError("nobody asked");
            case Decision.AnswerSeat answer -> time.in(1, () -> entrance.answered(r, answer.call(), answer.seat()));
            case Decision.AnswerEntry answer -> time.in(1, () -> lonely.entered(r, answer.call(), answer.entry()));
            case Decision.Ungate ungate ->
                late(r, delay, () -> {
                    World.Pod pod = world.at(ungate.pod());
                    if (pod != null && pod.gated && !(lossy && time.chance(12))) {
                        lonely.late |= pod.single && (term != epoch || !replicas.get(r).leads);
                        pod.gated = false;
                        pod.pin = ungate.pin();
                        annotate(pod, ungate.annotations());
                        world.changed(pod);
                        time.in(10, () -> scheduler.schedule(pod.uid));
                    }
                });
            case Decision.Nominate ignored -> {}
            case Decision.AskCapacity ask ->
                time.in(delay, () -> {
                    if (autoscaled && !(lossy && time.chance(12))) {
                        world.ask(ask);
                    }
                });
            case Decision.LeaveCapacity leave ->
                time.in(delay, () -> {
                    if (!(lossy && time.chance(12)) && world.capacity.remove(leave.name()) != null) {
                        tell(new Event.CapacityGone(leave.namespace(), leave.name()));
                    }
                });
            case Decision.EvictPod evict ->
                time.in(delay, () -> {
                    World.Pod pod = world.pods.get(evict.pod().uid());
                    if (pod == null || (lossy && time.chance(12))) {
                        return;
                    }
                    movers.evicted(pod, evict.why(), time.now);
                    if (world.mayLeave(pod, evict.why())) {
                        jobs.leave(pod);
                    } else {
                        deliver(r, life, new Event.EvictionRefused(pod.uid, "its budget is spent"));
                    }
                });
            case Decision.DeletePod delete -> {
                mustNotMakeWay(delete.pod().uid());
                time.in(delay, () -> {
                    World.Pod pod = world.pods.get(delete.pod().uid());
                    if (pod != null && !(lossy && time.chance(12))) {
                        jobs.leave(pod);
                    }
                });
            }
            case Decision.Touch touch ->
                time.in(delay, () -> {
                    World.Pod pod = world.pods.get(touch.pod().uid());
                    if (pod != null) {
                        pod.said = touch.annotations().getOrDefault(Said.WHY, pod.said);
                        world.changed(pod);
                        time.in(10, () -> scheduler.schedule(pod.uid));
                    }
                });
        }
    }

    /// What was decided, and checked against the lease, before the process was stopped is sent when it goes on.
    private void late(int r, long delay, Runnable write) {
        time.in(delay, () -> {
            Replica replica = replicas.get(r);
            if (replica.pausedUntil > time.now) {
                time.at(replica.pausedUntil + delay, write);
            } else {
                write.run();
            }
        });
    }

    private static void annotate(World.Pod pod, Map<String, String> annotations) {
        pod.claim = annotations.getOrDefault(Singles.CLAIM, pod.claim);
        pod.devices = annotations.getOrDefault(Progress.DEVICES, pod.devices);
        pod.reservation = annotations.getOrDefault(Progress.RESERVATION, pod.reservation);
        pod.index = Integer.parseInt(annotations.getOrDefault(Progress.SLOT, Integer.toString(pod.index)));
    }

    private String bind(Decision.Bind bind) {
        World.Pod pod = world.at(bind.pod());
        if (pod == null || pod.terminating || !pod.node.isEmpty() || pod.gated) {
            return "conflict";
        }
        pod.devices = bind.annotations().getOrDefault(Progress.DEVICES, pod.devices);
        if (pod.single) {
            lonely.bound(pod, bind.node());
            return "";
        }
        pod.node = bind.node();
        pod.stage = PodFact.Stage.RUNNING;
        pod.vetoed = false;
        World.GangObject gang = world.gangs.get(pod.gang);
        Gang.Status status = gang == null ? null : gang.status;
        // I4: what is bound is promised, by whoever leads, at this moment.
        if (status == null || !status.phase().holds() || !slotIs(gang, status, pod)) {
            throw new AssertionError("I4: " + pod.fact() + " was bound without a current reservation: " + status);
        }
        world.changed(pod);
        return "";
    }

    private static boolean slotIs(World.GangObject gang, Gang.Status status, World.Pod pod) {
        List<Gang.Slots> slots = status.slots() == null ? List.of() : status.slots();
        return pod.reservation.equals("uid-" + gang.name + "." + status.attempt())
                && slots.stream()
                        .anyMatch(s -> s.name().equals(pod.className)
                                && pod.index < s.nodes().size()
                                && s.nodes().get(pod.index).equals(pod.node)
                                && pod.devices.equals(
                                        s.devices() == null ? "" : s.devices().get(pod.index)));
    }

    private void killMidGang(int r, int life, Decision.Bind bind, String error) {
        World.Pod pod = world.pods.get(bind.pod().uid());
        World.@Nullable GangObject gang = pod == null ? null : world.gangs.get(pod.gang);
        if (killsLeft == 0 || !error.isEmpty() || gang == null || replicas.get(r).life != life) {
            return;
        }
        long bound = world.pods.values().stream()
                .filter(p -> p.gang.equals(pod.gang) && p.takes())
                .count();
        int least = gang.spec.classes().stream().mapToInt(Gang.Members::min).sum();
        if (bound < least) {
            killsLeft--;
            killed++;
            faults.crash(r);
        }
    }

    /// What is made too late for gangs that are leaving counts as long as nobody can say that it will never be bound:
    /// an answer to a binding may have been lost.
    private static long late(State state) {
        return state.plans.values().stream()
                .filter(plan -> plan.phase == Gang.Phase.Releasing)
                .flatMap(plan -> state.membersOf(plan).stream())
                .filter(pod -> !State.takes(pod) && !pod.stage().ended())
                .mapToLong(pod -> pod.requests().getOrDefault(GPU, 0L))
                .sum();
    }

    private void published(int r, Decision.Publish publish) {
        Replica replica = replicas.get(r);
        Decision.Publish last = replica.published;
        boolean newer = last == null
                || publish.epoch() > last.epoch()
                || (publish.epoch() == last.epoch() && publish.sequence() > last.sequence());
        long used = publish.usage()
                .getOrDefault(world.tenants ? "root" : "team", Amounts.NONE)
                .get(GPU);
        // One that does not know yet that it is deposed also sees what its successor decided.
        boolean exact = replica.leads && !lonely.late && !nodesFail && !strangers;
        if (!newer || (exact && used - late(replica.planner.state()) > limit())) {
            throw new AssertionError("the ledger was told " + publish + " after " + last);
        }
        replica.published = publish;
    }

    @Override
    public void bindSingle(World.Pod pod, String node) {
        lonely.bind(pod, node);
    }

    // Who leads.

    @Override
    public int target() {
        int other = lossy && time.chance(15) ? 1 : 0;
        for (int r = 0; r < replicas.size(); r++) {
            if (replicas.get(r).leads) {
                return (r + other) % 2;
            }
        }
        return 0;
    }

    @Override
    public boolean alive(int r) {
        return replicas.get(r).alive;
    }

    @Override
    public int life(int r) {
        return replicas.get(r).life;
    }

    void revive(int r) {
        Replica replica = replicas.get(r);
        replica.alive = true;
        replica.life++;
        replica.settling = false;
        replica.inbox.clear();
        replica.planner = new Planner(options);
        replica.witness = new Witness();
        replica.published = null;
        replica.delivered = time.now;
        if (quota) {
            tell(r, tenants());
        }
        daemons.tell(event -> tell(r, event));
        if (autoscaled) {
            tell(r, new Event.CapacityServed());
            world.capacity.values().forEach(fact -> tell(r, new Event.CapacitySeen(fact)));
        }
        world.nodes.values().forEach(node -> tell(r, new Event.NodeSeen(node)));
        world.pods.values().forEach(pod -> {
            tell(r, World.seen(pod));
            if (World.runs(pod)) {
                tell(r, World.run(pod));
            }
        });
        world.budgets.keySet().forEach(gang -> tell(r, world.budgetSeen(gang)));
        world.gangs.values().forEach(gang -> tell(r, new Event.GangSeen(gang.fact())));
    }

    void elect(int r) {
        Replica replica = replicas.get(r);
        if (!replica.alive
                || replicas.stream().anyMatch(o -> o != replica && o.leads && o.alive && o.pausedUntil <= time.now)) {
            if (replicas.stream().noneMatch(o -> o.leads && o.alive)) {
                time.in(1000, () -> elect(r));
            }
            return;
        }
        replicas.forEach(o -> o.leads = false);
        replica.leads = true;
        laws.newLeader();
        movers.newLeader();
        rounds.elected();
        tell(r, new Event.Elected(++epoch));
        scheduler.leaderIs(r);
    }
}
