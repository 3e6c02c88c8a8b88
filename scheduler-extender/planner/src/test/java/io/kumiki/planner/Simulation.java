package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// Planner, kube-scheduler, job controllers, kubelets and an API server with faults, on one thread and a virtual
/// clock, from one seed. Two phases: chaos, then all faults end and all work must.
final class Simulation {
    static final long CHAOS = 90_000;
    static final long END = 2_400_000;
    private static final String GPU = "nvidia.com/gpu";

    private record Due(long at, long id, Runnable action) {}

    private static final class Replica {
        Planner planner = new Planner(PlannerOptions.DEFAULT);
        int life;
        boolean alive = true;
        boolean leads;
        long pausedUntil;
        long delivered;
        final java.util.ArrayDeque<Event> inbox = new java.util.ArrayDeque<>();
    }

    /// A bind or filter call of the scheduler.
    private record Call(long id, String uid, String node, int replica, int life) {}

    private final SplittableRandom random;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::id));
    private final World world = new World(this::tell);
    private final List<Replica> replicas = new ArrayList<>();
    private final Map<Long, Call> calls = new HashMap<>();
    private final Map<String, String> assumed = new HashMap<>();
    private final Map<String, Long> partialSince = new HashMap<>();
    private final Map<String, Long> runTime = new HashMap<>();
    private final Lonely lonely = new Lonely();
    private final boolean lossy;
    private final boolean crashes;
    private final boolean nodesFail;
    private final boolean podsFail;
    private final boolean strangers;
    private final boolean quota;
    private long now;
    private long ids;
    private long epoch;
    private long hash;
    private long checkedRevision = -1;
    private long checkedAt;
    int events;

    Simulation(long seed) {
        random = new SplittableRandom(seed);
        lossy = random.nextBoolean();
        crashes = random.nextBoolean();
        nodesFail = random.nextBoolean();
        podsFail = random.nextBoolean();
        strangers = random.nextInt(3) == 0;
        quota = random.nextInt(3) == 0;
    }

    long hash() {
        return hash;
    }

    int fenced() {
        return world.fenced;
    }

    void run() {
        setUp();
        while (!queue.isEmpty()) {
            Due due = queue.poll();
            now = due.at();
            if (now > END) {
                throw new AssertionError("not over after " + END / 1000 + " s: " + standing());
            }
            due.action().run();
            events++;
            if (world.revision != checkedRevision || now - checkedAt >= 1000) {
                checkedRevision = world.revision;
                checkedAt = now;
                checkWorld();
            }
            if (now > CHAOS && world.gangs.values().stream().allMatch(this::over) && lonely.over()) {
                return;
            }
        }
    }

    private boolean over(World.GangObject gang) {
        Gang.Status status = gang.status;
        long least = gang.spec.classes().stream()
                .mapToLong(c -> c.min() * Shape.amounts(c.requests()).getOrDefault(GPU, 0L))
                .sum();
        return gang.done
                || (quota && least > 4L * world.nodes.size() - 4)
                || status != null
                        && (status.phase() == Gang.Phase.Done
                                || (status.phase() == Gang.Phase.Waiting
                                        && Why.Impossible.name().equals(status.reason())));
    }

    private String standing() {
        var text = new StringBuilder();
        world.gangs
                .values()
                .forEach(g -> text.append(g.name)
                        .append(" ")
                        .append(g.spec.attempt())
                        .append(" ")
                        .append(g.status)
                        .append('\n'));
        replicas.forEach(r -> {
            text.append("replica alive ")
                    .append(r.alive)
                    .append(", leads ")
                    .append(r.leads)
                    .append('/');
            text.append(r.planner.state().leading)
                    .append(" epoch ")
                    .append(r.planner.state().epoch)
                    .append('\n');
            r.planner
                    .state()
                    .plans
                    .values()
                    .forEach(plan -> text.append("  ")
                            .append(plan.fact.key())
                            .append(' ')
                            .append(plan.phase)
                            .append(" held ")
                            .append(plan.held.keySet())
                            .append(" binding ")
                            .append(plan.binding.keySet())
                            .append(" in flight ")
                            .append(plan.inFlight)
                            .append(" version ")
                            .append(plan.version)
                            .append('/')
                            .append(plan.durable)
                            .append('\n'));
        });
        world.pods.values().forEach(p -> text.append(p.fact()).append('\n'));
        return text.toString();
    }

    private void at(long delay, Runnable action) {
        queue.add(new Due(now + delay, ids++, action));
    }

    private boolean chance(int oneIn) {
        return now < CHAOS && random.nextInt(oneIn) == 0;
    }

    private void setUp() {
        int nodes = 3 + random.nextInt(4);
        for (int i = 0; i < 2; i++) {
            replicas.add(new Replica());
        }
        if (quota) {
            var root = new QuotaNode("root", null, Amounts.of(GPU, 4L * nodes), null);
            var tenant = new QuotaNode("team", "root", Amounts.NONE, Amounts.of(GPU, 4L * nodes - 4));
            tell(new Event.Tenants(List.of(root, tenant), Map.of("n", "team")));
        }
        for (int i = 0; i < nodes; i++) {
            world.put(node(i, true));
        }
        int gangs = 2 + random.nextInt(4);
        for (int g = 0; g < gangs; g++) {
            String name = "g" + g;
            boolean gated = random.nextBoolean();
            boolean steered = gated && random.nextBoolean();
            at(random.nextInt(30_000), () -> newGang(name, gated, steered, nodes));
        }
        int singles = random.nextInt(12);
        for (int i = 0; i < singles; i++) {
            String name = "s" + i;
            lonely.runs.put(name, false);
            at(random.nextInt(60_000), () -> lonely.control(name, 1 + random.nextInt(3), random.nextInt(3)));
        }
        for (int r = 0; r < replicas.size(); r++) {
            tick(r);
        }
        at(200, () -> elect(0));
        faults();
    }

    private NodeFact node(int i, boolean usable) {
        return new NodeFact(
                "node" + i,
                usable,
                Map.of("topology.kubernetes.io/rack", "r" + i / 2),
                List.of(),
                Map.of("cpu", 17_000L, "memory", 64L << 30, "pods", 20L, GPU, 4L));
    }

    private void newGang(String name, boolean gated, boolean steered, int nodes) {
        List<Gang.Members> classes = new ArrayList<>();
        int count = 1 + random.nextInt(2);
        for (int c = 0; c < count; c++) {
            int min = 1 + random.nextInt(c == 0 ? 2 * nodes - 3 : 2);
            int gpus = c == 0 ? 1 + random.nextInt(2) : random.nextInt(2);
            classes.add(new Gang.Members(
                    "c" + c,
                    min,
                    min + (gated ? 0 : random.nextInt(2)),
                    random.nextInt(2) * c,
                    gpus == 0 ? Map.of("cpu", "1") : Map.of("cpu", "1", GPU, Integer.toString(gpus)),
                    null,
                    null,
                    null));
        }
        String required = random.nextInt(4) == 0 ? "rack" : null;
        Long expected = random.nextBoolean() ? null : Long.valueOf(20);
        var spec = new Gang.Spec(0, gated, classes, required, null, null, random.nextInt(3), expected, null, null);
        var gang = new World.GangObject(name, spec, now / 1000);
        world.gangs.put(name, gang);
        runTime.put(name, 5_000L + random.nextInt(30_000));
        world.changed(gang);
        control(gang, steered);
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
        replica.delivered = Math.max(replica.delivered, now + random.nextInt(lossy ? 400 : 30));
        replica.inbox.add(event);
        queue.add(new Due(replica.delivered, ids++, () -> next(r, life)));
    }

    /// The oldest event that was not delivered: a watch never overtakes itself.
    private void next(int r, int life) {
        Replica replica = replicas.get(r);
        if (replica.life != life) {
            return;
        }
        if (replica.pausedUntil > now) {
            queue.add(new Due(replica.pausedUntil, ids++, () -> next(r, life)));
            return;
        }
        deliver(r, life, replica.inbox.remove());
    }

    private void deliver(int r, int life, Event event) {
        Replica replica = replicas.get(r);
        if (!replica.alive || replica.life != life) {
            return;
        }
        if (replica.pausedUntil > now) {
            queue.add(new Due(replica.pausedUntil, ids++, () -> deliver(r, life, event)));
            return;
        }
        List<Decision> decisions = replica.planner.on(event, now, Instant.ofEpochSecond(1_000_000 + now / 1000));
        hash = hash * 31 + decisions.size() + event.getClass().getSimpleName().hashCode() + now;
        if (!decisions.isEmpty() && replica.leads) {
            checkPlanner(replica.planner.state());
        }
        decisions.forEach(decision -> carryOut(r, life, decision));
    }

    private void tick(int r) {
        deliver(r, replicas.get(r).life, new Event.Tick());
        at(1000, () -> tick(r));
    }

    // What the shell does with decisions.

    private void carryOut(int r, int life, Decision decision) {
        long delay = 1 + random.nextInt(lossy ? 300 : 20);
        switch (decision) {
            case Decision.AnswerBind answer -> at(1, () -> bindAnswered(answer.call(), answer.error()));
            case Decision.AnswerFilter answer -> at(1, () -> filterAnswered(answer));
            case Decision.WriteStatus write ->
                at(delay, () -> {
                    boolean lost = lossy && chance(12);
                    String version = lost && random.nextBoolean() ? "" : world.writeStatus(write);
                    deliver(r, life, new Event.Written("n", write.name(), write.number(), lost ? "" : version));
                });
            case Decision.Bind bind ->
                at(delay, () -> {
                    boolean lost = lossy && chance(12);
                    String error = lost && random.nextBoolean() ? "lost" : bind(bind);
                    deliver(r, life, new Event.Bound(bind.call(), bind.pod().uid(), lost ? "lost" : error));
                });
            case Decision.AnswerMember ignored -> throw new AssertionError("nobody asked");
            case Decision.AnswerEntry answer -> at(1, () -> lonely.entered(r, answer.call(), answer.entry()));
            case Decision.Ungate ungate ->
                at(delay, () -> {
                    World.Pod pod = world.at(ungate.pod());
                    if (pod != null && pod.gated && !(lossy && chance(12))) {
                        lonely.late |= pod.single && !replicas.get(r).leads;
                        pod.gated = false;
                        pod.pin = ungate.pin();
                        annotate(pod, ungate.annotations());
                        world.changed(pod);
                        at(10, () -> schedule(pod.uid));
                    }
                });
            case Decision.DeletePod delete ->
                at(delay, () -> {
                    World.Pod pod = world.pods.get(delete.pod().uid());
                    if (pod != null && !(lossy && chance(12))) {
                        world.delete(pod);
                        leaveLater(pod);
                    }
                });
            case Decision.Touch touch ->
                at(delay, () -> {
                    World.Pod pod = world.pods.get(touch.pod().uid());
                    if (pod != null) {
                        pod.said = touch.annotations().getOrDefault(Singles.WHY, pod.said);
                        world.changed(pod);
                        at(10, () -> schedule(pod.uid));
                    }
                });
        }
    }

    private static void annotate(World.Pod pod, Map<String, String> annotations) {
        pod.claim = annotations.getOrDefault(Singles.CLAIM, pod.claim);
        pod.reservation = annotations.getOrDefault(Progress.RESERVATION, pod.reservation);
        pod.index = Integer.parseInt(annotations.getOrDefault(Progress.SLOT, Integer.toString(pod.index)));
    }

    private String bind(Decision.Bind bind) {
        World.Pod pod = world.at(bind.pod());
        if (pod == null || pod.terminating || !pod.node.isEmpty() || pod.gated) {
            return "conflict";
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
                                && s.nodes().get(pod.index).equals(pod.node));
    }

    private void leaveLater(World.Pod pod) {
        if (world.pods.containsKey(pod.uid)) {
            at(500 + random.nextInt(4000), () -> {
                if (world.pods.containsKey(pod.uid)) {
                    world.remove(pod);
                }
            });
        }
    }

    // The scheduler.

    private void schedule(String uid) {
        World.Pod pod = world.pods.get(uid);
        if (pod == null || pod.gated || !pod.live() || !pod.node.isEmpty() || assumed.containsKey(uid)) {
            return;
        }
        List<String> fit = world.nodes.values().stream()
                .filter(n -> n.usable() && (pod.pin == null || pod.pin.equals(n.name())))
                .filter(n -> n.allocatable().entrySet().stream()
                        .allMatch(a -> world.taken(n.name(), a.getKey(), assumed)
                                        + (a.getKey().equals("pods") ? 1 : pod.requests.getOrDefault(a.getKey(), 0L))
                                <= a.getValue()))
                .map(NodeFact::name)
                .toList();
        if (fit.isEmpty()) {
            veto(pod);
        } else if (pod.single) {
            lonely.bind(pod, fit.getFirst());
        } else if (pod.steered) {
            long id = ids++;
            int r = target();
            assumed.put(uid, "");
            calls.put(id, new Call(id, uid, "", r, replicas.get(r).life));
            at(1, () -> deliver(r, replicas.get(r).life, new Event.FilterAsked(id, uid, fit)));
            at(3_000, () -> filterAnswered(new Decision.AnswerFilter(id, "", "no answer")));
        } else {
            askBind(pod, fit.getFirst());
        }
    }

    private void veto(World.Pod pod) {
        if (!pod.vetoed) {
            pod.vetoed = true;
            world.changed(pod);
        }
        at(4_000, () -> schedule(pod.uid));
    }

    private int target() {
        for (int r = 0; r < replicas.size(); r++) {
            if (replicas.get(r).leads) {
                return r;
            }
        }
        return 0;
    }

    private void filterAnswered(Decision.AnswerFilter answer) {
        Call call = calls.remove(answer.call());
        World.Pod pod = call == null ? null : world.pods.get(call.uid());
        if (call == null) {
            return;
        }
        assumed.remove(call.uid());
        if (pod == null) {
            return;
        }
        if (answer.node().isEmpty()) {
            veto(pod);
        } else {
            askBind(pod, answer.node());
        }
    }

    private void askBind(World.Pod pod, String node) {
        long id = ids++;
        int r = target();
        Replica replica = replicas.get(r);
        assumed.put(pod.uid, node);
        if (!replica.alive) {
            at(500, () -> {
                assumed.remove(pod.uid);
                at(1000, () -> schedule(pod.uid));
            });
            return;
        }
        calls.put(id, new Call(id, pod.uid, node, r, replica.life));
        int life = replica.life;
        at(1, () -> deliver(r, life, new Event.BindAsked(id, pod.uid, node)));
        at(600_000, () -> bindAnswered(id, "time is up"));
    }

    private void bindAnswered(long id, String error) {
        Call call = calls.remove(id);
        if (call == null) {
            return;
        }
        assumed.remove(call.uid());
        World.Pod pod = world.pods.get(call.uid());
        if (error.isEmpty() && pod != null && pod.node.isEmpty()) {
            throw new AssertionError("the scheduler was told that " + call.uid() + " is bound, and it is not");
        }
        if (!error.isEmpty()) {
            at(1000 + random.nextInt(2000), () -> schedule(call.uid()));
        }
    }

    private void schedulerRestarts() {
        for (Call call : List.copyOf(calls.values())) {
            calls.remove(call.id());
            deliver(call.replica(), call.life(), new Event.BindLeft(call.id()));
        }
        assumed.clear();
        world.pods.values().forEach(pod -> at(500 + random.nextInt(500), () -> schedule(pod.uid)));
    }

    // Controllers and kubelets.

    private void control(World.GangObject gang, boolean steered) {
        Gang.Status status = gang.status;
        if (gang.done || (status != null && status.phase() == Gang.Phase.Done)) {
            return;
        }
        if (status != null && Boolean.TRUE.equals(status.ended()) && status.attempt() == gang.spec.attempt()) {
            Gang.Spec s = gang.spec;
            gang.spec = new Gang.Spec(
                    s.attempt() + 1,
                    s.gated(),
                    s.classes(),
                    s.required(),
                    s.preferred(),
                    s.alternatives(),
                    s.priority(),
                    s.expectedSeconds(),
                    s.lastCheckpoint(),
                    s.restartSeconds());
            world.changed(gang);
        } else if (gang.spec.gated()) {
            makeGated(gang, steered);
        } else if (status != null
                && status.attempt() == gang.spec.attempt()
                && status.phase().holds()
                && status.phase() != Gang.Phase.Releasing) {
            makePinned(gang, status);
        }
        work(gang);
        at(700 + random.nextInt(600), () -> control(gang, steered));
    }

    private void makeGated(World.GangObject gang, boolean steered) {
        for (Gang.Members c : gang.spec.classes()) {
            long there = world.pods.values().stream()
                    .filter(p -> p.gang.equals(gang.name) && p.className.equals(c.name()))
                    .filter(p -> p.live() || p.stage == PodFact.Stage.SUCCEEDED)
                    .count();
            for (long i = there; i < c.min(); i++) {
                World.Pod pod = pod(gang, c, steered);
                pod.gated = true;
                world.changed(pod);
            }
        }
    }

    private void makePinned(World.GangObject gang, Gang.Status status) {
        List<Gang.Slots> slots = status.slots() == null ? List.of() : status.slots();
        for (Gang.Slots of : slots) {
            Gang.Members c = gang.spec.classes().stream()
                    .filter(m -> m.name().equals(of.name()))
                    .findFirst()
                    .orElseThrow();
            for (int i = 0; i < of.nodes().size(); i++) {
                int index = i;
                String reservation = "uid-" + gang.name + "." + status.attempt();
                boolean there = world.pods.values().stream()
                        .anyMatch(p -> p.gang.equals(gang.name)
                                && p.className.equals(c.name())
                                && p.index == index
                                && p.reservation.equals(reservation)
                                && p.stage != PodFact.Stage.FAILED);
                if (!there) {
                    World.Pod pod = pod(gang, c, false);
                    pod.index = index;
                    pod.reservation = reservation;
                    pod.pin = of.nodes().get(i);
                    world.changed(pod);
                    at(20, () -> schedule(pod.uid));
                }
            }
        }
    }

    private World.Pod pod(World.GangObject gang, Gang.Members c, boolean steered) {
        var pod = new World.Pod(
                gang.name + "-" + c.name() + "-" + ids++,
                gang.name,
                c.name(),
                "job-" + gang.name,
                steered,
                Shape.amounts(c.requests()));
        world.pods.put(pod.uid, pod);
        return pod;
    }

    /// Members work only together; when they have for long enough, all succeed.
    private void work(World.GangObject gang) {
        List<World.Pod> working = world.pods.values().stream()
                .filter(p -> p.gang.equals(gang.name) && p.takes() && p.live())
                .toList();
        boolean whole = gang.spec.classes().stream()
                .allMatch(c -> working.stream()
                                .filter(p -> p.className.equals(c.name()))
                                .count()
                        >= c.min());
        gang.wholeSince = whole ? (gang.wholeSince < 0 ? now : gang.wholeSince) : -1;
        if (whole && now - gang.wholeSince >= runTime.getOrDefault(gang.name, 0L)) {
            gang.done = true;
            working.forEach(pod -> {
                pod.stage = PodFact.Stage.SUCCEEDED;
                world.changed(pod);
            });
            // Members above the minimum that never came are given up.
            for (World.Pod pod : List.copyOf(world.pods.values())) {
                if (pod.gang.equals(gang.name) && !pod.stage.ended()) {
                    world.delete(pod);
                    leaveLater(pod);
                }
            }
        }
    }

    /// Pods without a gang: whoever wants one makes it anew until it has run.
    private final class Lonely {
        private record Entering(String name, int gpus, int priority, String claim, long epoch) {}

        final Map<String, Boolean> runs = new java.util.TreeMap<>();
        final Map<Long, Entering> entering = new HashMap<>();
        /// A pod came pinned that the present leader promised nothing: the scheduler may still bind it.
        boolean late;

        boolean over() {
            return !runs.containsValue(false);
        }

        void control(String name, int gpus, int priority) {
            if (runs.getOrDefault(name, true)) {
                return;
            }
            boolean there = world.pods.values().stream()
                    .anyMatch(p -> p.single && p.gang.isEmpty() && p.controller.equals(name) && !p.stage.ended());
            boolean coming = entering.values().stream().anyMatch(e -> e.name().equals(name));
            int r = target();
            if (!there && !coming && replicas.get(r).alive) {
                long id = ids++;
                entering.put(id, new Entering(name, gpus, priority, "c" + id, epoch));
                var shape = new Gang.Members(
                        "pod", 1, 1, 0, Map.of("cpu", "1", GPU, Integer.toString(gpus)), null, null, null);
                at(1, () -> deliver(r, replicas.get(r).life, ask(id, shape, priority)));
                // The webhook does not answer: the pod is refused.
                at(2_000, () -> entering.remove(id));
            }
            at(700 + random.nextInt(600), () -> control(name, gpus, priority));
        }

        private static Event ask(long id, Gang.Members shape, int priority) {
            return new Event.EntryAsked(id, "c" + id, "n", shape, priority, null, false);
        }

        void entered(int r, long id, Decision.Entry entry) {
            Entering coming = entering.get(id);
            if (coming == null) {
                return;
            }
            if (lossy && chance(10)) {
                // Somebody after us refuses it.
                entering.remove(id);
                return;
            }
            boolean pinned = entry instanceof Decision.Entry.Pinned && replicas.get(r).leads;
            String pin = pinned ? ((Decision.Entry.Pinned) entry).node() : "";
            long delay = lossy && chance(15) ? 18_000 : random.nextInt(lossy ? 400 : 30);
            // The pod will come: nobody else makes it meanwhile.
            entering.put(-id - 1, coming);
            entering.remove(id);
            at(delay, () -> {
                entering.remove(-id - 1);
                late |= pinned && (epoch != coming.epoch() || delay > 10_000);
                make(coming, pin);
            });
        }

        private void make(Entering coming, String pin) {
            var pod = new World.Pod(
                    coming.name() + "-" + ids++, "", "", coming.name(), false, Map.of("cpu", 1000L, GPU, (long)
                            coming.gpus()));
            pod.single = true;
            pod.priority = coming.priority();
            pod.created = now / 1000;
            pod.remade = coming.gpus() != 2;
            pod.gated = pin.isEmpty();
            if (!pin.isEmpty()) {
                pod.pin = pin;
                pod.claim = coming.claim();
            }
            world.pods.put(pod.uid, pod);
            world.changed(pod);
            at(20, () -> schedule(pod.uid));
        }

        /// By the scheduler itself: nobody is asked.
        void bind(World.Pod pod, String node) {
            State leader = replicas.get(target()).planner.state();
            if (!late && leader.leading && replicas.get(target()).alive && !strangers && !crashes) {
                Holds.Hold own = leader.holds.get(pod.uid);
                Holds.Hold hold = own == null ? leader.holds.get("claim " + pod.claim) : own;
                if (hold == null || !hold.node().equals(node)) {
                    throw new AssertionError("I5: " + pod.fact() + " goes to " + node + ", promised was " + hold);
                }
            }
            assumed.put(pod.uid, node);
            at(5, () -> {
                assumed.remove(pod.uid);
                if (world.pods.get(pod.uid) == pod && pod.live() && pod.node.isEmpty()) {
                    pod.node = node;
                    pod.vetoed = false;
                    pod.stage = PodFact.Stage.RUNNING;
                    world.changed(pod);
                    at(5_000 + random.nextInt(25_000), () -> {
                        if (world.pods.get(pod.uid) == pod && pod.live()) {
                            pod.stage = PodFact.Stage.SUCCEEDED;
                            runs.put(pod.controller, true);
                            world.changed(pod);
                        }
                    });
                }
            });
        }
    }

    // Faults.

    private void faults() {
        at(300 + random.nextInt(1500), () -> {
            if (now >= CHAOS) {
                heal();
                return;
            }
            if (crashes && chance(12)) {
                crash(target());
            }
            if (crashes && chance(20)) {
                pause(target());
            }
            if (crashes && chance(25)) {
                schedulerRestarts();
            }
            if (nodesFail && chance(15)) {
                nodeFails();
            }
            if (podsFail && chance(8)) {
                podFails();
            }
            if (strangers && chance(5)) {
                stranger();
            }
            faults();
        });
    }

    private void heal() {
        for (int i = 0; i < world.nodes.size(); i++) {
            world.put(node(i, true));
        }
        world.pods.values().stream()
                .filter(p -> p.gang.isEmpty() && !p.single)
                .toList()
                .forEach(world::remove);
        if (replicas.stream().noneMatch(r -> r.leads)) {
            at(100, () -> elect(0));
        }
    }

    private void crash(int r) {
        Replica replica = replicas.get(r);
        if (!replica.alive) {
            return;
        }
        replica.life++;
        replica.alive = false;
        replica.leads = false;
        for (Call call : List.copyOf(calls.values())) {
            if (call.replica() == r) {
                at(5, () -> bindAnswered(call.id(), "connection reset"));
            }
        }
        at(1000 + random.nextInt(3000), () -> revive(r));
        int other = 1 - r;
        at(3000 + random.nextInt(5000), () -> elect(replicas.get(other).alive ? other : r));
    }

    private void revive(int r) {
        Replica replica = replicas.get(r);
        replica.alive = true;
        replica.life++;
        replica.inbox.clear();
        replica.planner = new Planner(PlannerOptions.DEFAULT);
        replica.delivered = now;
        if (quota) {
            var root = new QuotaNode("root", null, Amounts.of(GPU, 4L * world.nodes.size()), null);
            var tenant = new QuotaNode("team", "root", Amounts.NONE, Amounts.of(GPU, 4L * world.nodes.size() - 4));
            tell(r, new Event.Tenants(List.of(root, tenant), Map.of("n", "team")));
        }
        world.nodes.values().forEach(node -> tell(r, new Event.NodeSeen(node)));
        world.pods.values().forEach(pod -> tell(r, World.seen(pod)));
        world.gangs.values().forEach(gang -> tell(r, new Event.GangSeen(gang.fact())));
    }

    /// The leader sleeps longer than its lease and writes late.
    private void pause(int r) {
        Replica replica = replicas.get(r);
        replica.pausedUntil = now + 7_000 + random.nextInt(5_000);
        at(6_500, () -> elect(1 - r));
        long wakes = replica.pausedUntil;
        queue.add(new Due(wakes + 500, ids++, () -> {
            if (!replica.leads) {
                deliver(r, replica.life, new Event.Deposed());
            }
        }));
    }

    private void elect(int r) {
        Replica replica = replicas.get(r);
        if (!replica.alive
                || replicas.stream().anyMatch(o -> o != replica && o.leads && o.alive && o.pausedUntil <= now)) {
            if (replicas.stream().noneMatch(o -> o.leads && o.alive)) {
                at(1000, () -> elect(r));
            }
            return;
        }
        replicas.forEach(o -> o.leads = false);
        replica.leads = true;
        // Every leader has the whole of its time to put things right.
        partialSince.clear();
        long mine = ++epoch;
        tell(r, new Event.Elected(mine));
        for (Call call : List.copyOf(calls.values())) {
            if (call.replica() != r) {
                at(500, () -> {
                    if (calls.containsKey(call.id())) {
                        deliver(call.replica(), call.life(), new Event.BindLeft(call.id()));
                        bindAnswered(call.id(), "no longer the leader");
                    }
                });
            }
        }
    }

    private void nodeFails() {
        int i = random.nextInt(world.nodes.size());
        world.put(node(i, false));
        for (World.Pod pod : List.copyOf(world.pods.values())) {
            if (pod.node.equals("node" + i) && random.nextBoolean()) {
                world.delete(pod);
                leaveLater(pod);
            }
        }
        at(5_000 + random.nextInt(20_000), () -> world.put(node(i, true)));
    }

    private void podFails() {
        List<World.Pod> some = world.pods.values().stream()
                .filter(p -> (p.single || !p.gang.isEmpty()) && p.live())
                .toList();
        if (!some.isEmpty()) {
            World.Pod pod = some.get(random.nextInt(some.size()));
            if (!pod.node.isEmpty() && random.nextBoolean()) {
                pod.stage = PodFact.Stage.FAILED;
                world.changed(pod);
            } else {
                world.delete(pod);
                leaveLater(pod);
            }
        }
    }

    /// An ordinary pod takes what it finds.
    private void stranger() {
        var pod = new World.Pod("stranger-" + ids++, "", "", "", false, Map.of("cpu", 1000L * (1 + random.nextInt(8))));
        String node = "node" + random.nextInt(world.nodes.size());
        NodeFact there = world.nodes.get(node);
        if (there != null
                && there.usable()
                && world.taken(node, "cpu", assumed) + pod.requests.getOrDefault("cpu", 0L) <= there.amount("cpu")) {
            pod.node = node;
            pod.stage = PodFact.Stage.RUNNING;
            world.pods.put(pod.uid, pod);
            world.changed(pod);
            at(5_000 + random.nextInt(60_000), () -> {
                if (world.pods.containsKey(pod.uid)) {
                    world.remove(pod);
                }
            });
        }
    }

    // Invariants.

    private void checkWorld() {
        for (World.GangObject gang : world.gangs.values()) {
            long bound = 0;
            long least = 0;
            boolean wave = false;
            for (Gang.Members c : gang.spec.classes()) {
                long of = world.pods.values().stream()
                        .filter(p -> p.gang.equals(gang.name) && p.className.equals(c.name()))
                        .filter(p -> p.takes() || p.stage == PodFact.Stage.SUCCEEDED)
                        .count();
                // Members of a later wave are none as long as the wave has not begun.
                wave |= of > 0 && of < c.min();
                bound += of;
                least += c.min();
            }
            boolean partial = wave && bound < least && !gang.done;
            if (!partial) {
                partialSince.remove(gang.name);
            } else if (now - partialSince.computeIfAbsent(gang.name, _ -> now) > 60_000 + downTime()) {
                throw new AssertionError("I1: gang " + gang.name + " has been partial since "
                        + partialSince.get(gang.name) + ", now " + now + "\n" + standing());
            }
        }
        for (NodeFact node : world.nodes.values()) {
            if (world.taken(node.name(), GPU, Map.of()) > node.amount(GPU)) {
                throw new AssertionError("I2: " + node.name() + " is given twice");
            }
        }
    }

    /// While nobody leads nobody can repair.
    private long downTime() {
        return crashes ? 30_000 : 0;
    }

    private void checkPlanner(State state) {
        if (!state.leading || strangers || nodesFail || lonely.late) {
            return;
        }
        Map<String, Long> gpus = new HashMap<>();
        long inAll = 0;
        for (PodFact pod : state.pods.values()) {
            if (State.takes(pod)) {
                inAll += pod.requests().getOrDefault(GPU, 0L);
                gpus.merge(pod.node(), pod.requests().getOrDefault(GPU, 0L), Long::sum);
            }
        }
        for (Plan plan : state.plans.values()) {
            Occupancy there = Occupancy.of(plan, state);
            for (int r = 0; r < plan.rows.size(); r++) {
                for (int i = 0; i < plan.rows.get(r).nodes.size(); i++) {
                    PodFact pod = there.at(r, i);
                    // A member that comes late to an attempt that is over goes again, and is never bound.
                    boolean reserved = plan.phase != Gang.Phase.Releasing
                            && (pod == null || (!State.takes(pod) && pod.stage() != PodFact.Stage.SUCCEEDED));
                    if (reserved) {
                        long amount = plan.rows.get(r).amounts.getOrDefault(GPU, 0L);
                        inAll += amount;
                        gpus.merge(plan.rows.get(r).nodes.get(i), amount, Long::sum);
                    }
                }
            }
        }
        for (Holds.Hold hold : state.holds.all()) {
            inAll += hold.amounts().getOrDefault(GPU, 0L);
            gpus.merge(hold.node(), hold.amounts().getOrDefault(GPU, 0L), Long::sum);
        }
        for (NodeFact node : state.nodes.values()) {
            if (gpus.getOrDefault(node.name(), 0L) > node.amount(GPU)) {
                throw new AssertionError(
                        "I2: the planner promised " + gpus.get(node.name()) + " GPUs of " + node.name() + "; now " + now
                                + ", kinds lossy " + lossy + " crashes " + crashes + " quota " + quota + "\n"
                                + state.holds.all() + "\n" + standing());
            }
        }
        if (quota && inAll > 4L * state.nodes.size() - 4) {
            throw new AssertionError("I3: " + inAll + " GPUs in use, the limit is " + (4L * state.nodes.size() - 4));
        }
    }
}
