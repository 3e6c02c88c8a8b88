package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Hears what one replica is told and what it decides, and says from that alone whether it may decide so. Knows
/// nothing of how the planner works.
final class Witness {
    private static final String GPU = "nvidia.com/gpu";

    private record Call(long id, String node) {}

    private record Given(String who, long at) {}

    private record Promise(long version, Gang.@Nullable Status status) {}

    private final Map<String, NodeFact> nodes = new TreeMap<>();
    private final Map<String, PodFact> pods = new TreeMap<>();
    private final Map<String, GangFact> gangs = new TreeMap<>();
    private final Map<String, SingleFact> singles = new TreeMap<>();
    private final Map<String, RunFact> runs = new TreeMap<>();
    /// What Kubernetes holds for certain, as far as this replica was told.
    private final Map<String, Promise> promised = new HashMap<>();
    /// Slots that were given to whoever is not seen in them yet.
    private final Map<String, Given> given = new HashMap<>();
    private final Map<String, Decision.WriteStatus> writes = new HashMap<>();
    private final Map<String, Call> open = new TreeMap<>();
    private final Map<String, Long> openInVain = new HashMap<>();
    private final Map<String, String> binding = new TreeMap<>();
    private final Map<String, Long> progress = new HashMap<>();
    /// Gangs whose last write is on its way or failed: what they decide is written later.
    private final Set<String> unwritten = new HashSet<>();
    private final Set<String> justWritten = new HashSet<>();
    private boolean leads;
    /// By a tenant's quota.
    private boolean limited;
    /// By namespace, where several tenants have one.
    private final Map<String, Long> guaranteed = new HashMap<>();

    /// Told to leave.
    private final Set<String> left = new HashSet<>();
    private long awakeSince;

    void told(Event event, long now) {
        switch (event) {
            case Event.NodeSeen(NodeFact node) -> nodes.put(node.name(), node);
            case Event.NodeGone(String name) -> nodes.remove(name);
            case Event.Tenants tenants -> {
                limited = true;
                tenants.ofNamespace()
                        .forEach((namespace, tenant) -> tenants.nodes().stream()
                                .filter(node -> node.name().equals(tenant))
                                .forEach(node -> guaranteed.put(
                                        namespace, node.guaranteed().get(GPU))));
            }
            case Event.PodSeen(PodFact pod) -> {
                PodFact.Member member = pod.member();
                if (member != null) {
                    given.remove(member.gang() + "/" + member.className() + "/" + member.reservation() + "/"
                            + member.index());
                }
                pods.merge(pod.uid(), pod, (old, seen) -> old.bound() && !seen.bound() ? old : seen);
            }
            case Event.SingleSeen(SingleFact single) -> {
                pods.put(single.uid(), single.pod());
                singles.put(single.uid(), single);
            }
            case Event.SingleRuns(RunFact run) -> {
                runs.put(run.uid(), run);
                singles.remove(run.uid());
            }
            case Event.PodGone(String uid) -> {
                pods.remove(uid);
                given.values().removeIf(of -> of.who().equals(uid));
                singles.remove(uid);
                runs.remove(uid);
            }
            case Event.GangSeen(GangFact gang) -> {
                gangs.put(gang.name(), gang);
                promise(gang.name(), Long.parseLong(gang.version()), gang.status());
                if (gang.status() != null) {
                    progress.merge(gang.name(), 0L, Math::max);
                }
            }
            case Event.Written written -> {
                Decision.WriteStatus write = writes.remove(written.name() + "#" + written.number());
                if (write != null && !written.version().isEmpty()) {
                    promise(written.name(), Long.parseLong(written.version()), write.status());
                    justWritten.add(written.name());
                }
            }
            case Event.BindAsked ask -> {
                if (open.put(ask.uid(), new Call(ask.call(), ask.node())) == null) {
                    progressOf(ask.uid(), now);
                }
                openInVain.remove(ask.uid());
            }
            case Event.BindLeft(long call) -> open.values().removeIf(c -> c.id() == call);
            case Event.Bound bound -> {
                String node = binding.remove(bound.uid());
                if (node != null && bound.error().isEmpty()) {
                    pods.computeIfPresent(bound.uid(), (_, pod) -> pod.bound() ? pod : pod.on(node));
                }
                progressOf(bound.uid(), now);
            }
            case Event.Elected ignored -> {
                leads = true;
                given.clear();
                awakeSince = now;
            }
            case Event.Deposed ignored -> leads = false;
            case Event.Tick ignored -> {}
            default -> {}
        }
    }

    /// All is decided that follows from what it was told.
    void settled() {
        unwritten.removeAll(justWritten);
        justWritten.clear();
    }

    /// It slept: what it should have done meanwhile it may do now.
    void woke(long now) {
        awakeSince = now;
    }

    private void promise(String gang, long version, Gang.@Nullable Status status) {
        promised.merge(gang, new Promise(version, status), (old, more) -> more.version() >= old.version() ? more : old);
    }

    private void progressOf(String uid, long now) {
        PodFact pod = pods.get(uid);
        if (pod != null && pod.member() != null) {
            progress.put(pod.member().gang(), now);
        }
    }

    /// All that was decided on one event.
    void decided(Event event, List<Decision> decisions, long now) {
        Set<String> waves = new HashSet<>();
        Set<String> evicted = new HashSet<>();
        for (Decision decision : decisions) {
            switch (decision) {
                case Decision.AnswerBind answer -> open.values().removeIf(c -> c.id() == answer.call());
                case Decision.WriteStatus write -> write(write, now);
                case Decision.Ungate ungate -> ungate(ungate, now);
                case Decision.AnswerSeat(long call, Decision.Seat seat)
                when seat != null && event instanceof Event.SeatAsked ask && ask.call() == call -> seat(ask, seat, now);
                case Decision.EvictPod(PodFact pod, var _)
                when runs.containsKey(pod.uid()) && pod.bound() -> evicted.add(pod.uid());
                case Decision.Bind bind -> {
                    bind(bind);
                    if (bind.pod().member() != null) {
                        waves.add(bind.pod().uid());
                    }
                }
                default -> {}
            }
        }
        waves.forEach(this::wave);
        evicted.forEach(uid -> evict(uid, evicted));
        left.addAll(evicted);
        // A deleted pod leaves the count at once.
        if (leads && event instanceof Event.PodGone(String uid) && open.containsKey(uid)) {
            throw new AssertionError("the call for " + uid + " is kept, and the pod is gone");
        }
    }

    private void write(Decision.WriteStatus write, long now) {
        Promise before = promised.get(write.name());
        Gang.Status old = before == null ? null : before.status();
        boolean begins = write.status().phase() == Gang.Phase.Reserved
                && (old == null || old.phase() == Gang.Phase.Waiting)
                && unwritten.add(write.name());
        unwritten.add(write.name());
        justWritten.remove(write.name());
        writes.put(write.name() + "#" + write.number(), write);
        if (old == null || !java.util.Objects.equals(old.slots(), write.status().slots())) {
            progress.put(write.name(), now);
        }
        GangFact gang = gangs.get(write.name());
        if (gang != null && write.status().phase() == Gang.Phase.Releasing) {
            for (String uid : open.keySet()) {
                PodFact pod = pods.get(uid);
                if (pod != null && pod.member() != null && pod.member().gang().equals(write.name())) {
                    throw new AssertionError("the call for " + uid + " is kept, and its gang's attempt has ended");
                }
            }
        }
        if (begins && gang != null && gang.spec().gated()) {
            for (Gang.Members c : gang.spec().classes()) {
                long there = pods.values().stream()
                        .filter(p -> isOf(p, gang, c.name()) && p.gated() && !p.terminating())
                        .count();
                // Where its owner lets them be pinned as they are made, one is enough.
                if (gang.spec().early() ? pods.values().stream().noneMatch(p -> isOf(p, gang)) : there < c.min()) {
                    throw new AssertionError("gang " + gang.name() + " was given slots while only " + there + " of "
                            + c.min() + " pods of " + c.name() + " exist: " + pods.values());
                }
            }
        }
    }

    private static boolean isOf(PodFact pod, GangFact gang) {
        return pod.member() != null && pod.member().gang().equals(gang.name());
    }

    private static boolean isOf(PodFact pod, GangFact gang, String className) {
        PodFact.Member member = pod.member();
        return member != null
                && member.gang().equals(gang.name())
                && member.className().equals(className);
    }

    /// A pod without a gang goes only for somebody of higher priority, who then has room there, or quota.
    private void evict(String uid, Set<String> evicted) {
        PodFact pod = java.util.Objects.requireNonNull(pods.get(uid));
        int priority = runs.get(uid).priority();
        NodeFact node = nodes.get(pod.node());
        long free = node == null ? 0 : node.amount("nvidia.com/gpu");
        for (PodFact there : pods.values()) {
            boolean stays = there.node().equals(pod.node())
                    && !there.stage().ended()
                    && !there.terminating()
                    && !goes(there, evicted);
            free -= stays ? there.requests().getOrDefault("nvidia.com/gpu", 0L) : 0;
        }
        // Where there is a limit it may also go for that: then its node is as good as any other.
        long room = limited ? Long.MAX_VALUE : free;
        boolean movable = runs.get(uid).movable() != null;
        boolean helps = singles.values().stream()
                        .anyMatch(s -> (s.priority() > priority || (movable && s.priority() == priority))
                                && s.pod().requests().getOrDefault("nvidia.com/gpu", 0L) <= room)
                || gangs.values().stream()
                        .anyMatch(g -> (g.spec().priority() > priority
                                        || (movable && g.spec().priority() == priority))
                                && g.spec().classes().stream()
                                        .anyMatch(
                                                c -> Shape.amounts(c.requests()).getOrDefault("nvidia.com/gpu", 0L)
                                                        <= room));
        if (!helps && !isOwed(pod.namespace())) {
            throw new AssertionError("I6: evicted for nobody of higher priority who had room then: " + pod + " of "
                    + priority + ", " + room + " GPUs free; " + singles.values() + gangs.values());
        }
    }

    /// Somebody of another tenant waits who would be within its guarantee.
    private boolean isOwed(String by) {
        return singles.values().stream()
                        .anyMatch(s ->
                                isOwed(by, s.pod().namespace(), gpus(s.pod().requests())))
                || gangs.values().stream()
                        .filter(g -> g.status() == null || !g.status().phase().holds())
                        .anyMatch(g -> isOwed(
                                by,
                                g.namespace(),
                                g.spec().classes().stream()
                                        .mapToLong(c -> c.min() * gpus(Shape.amounts(c.requests())))
                                        .sum()));
    }

    private boolean isOwed(String by, String to, long wanted) {
        long used = pods.values().stream()
                .filter(pod -> pod.namespace().equals(to)
                        && pod.bound()
                        && !pod.stage().ended()
                        && !leaves(pod))
                .mapToLong(pod -> gpus(pod.requests()))
                .sum();
        return !to.equals(by) && wanted > 0 && used + wanted <= guaranteed.getOrDefault(to, 0L);
    }

    private boolean leaves(PodFact pod) {
        GangFact gang = pod.member() == null ? null : gangs.get(pod.member().gang());
        boolean releasing = gang != null
                && (unwritten.contains(gang.name())
                        || gang.status() != null && gang.status().phase() == Gang.Phase.Releasing);
        return pod.terminating() || left.contains(pod.uid()) || releasing;
    }

    private static long gpus(Map<String, Long> amounts) {
        return amounts.getOrDefault(GPU, 0L);
    }

    /// Of gangs that are told to leave in the same moment nobody here knows: their pods count as going.
    private static boolean goes(PodFact there, Set<String> evicted) {
        return evicted.contains(there.uid()) || there.member() != null;
    }

    /// Whoever is about to be made gets a slot that Kubernetes holds and that nobody else has.
    private void seat(Event.SeatAsked ask, Decision.Seat seat, long now) {
        String gang = ask.gang().substring(ask.gang().indexOf('/') + 1);
        String reservation = seat.annotations().getOrDefault(Progress.RESERVATION, "");
        int slot = Integer.parseInt(seat.annotations().getOrDefault(Progress.SLOT, "-1"));
        var made = new PodFact.Member(gang, ask.className(), slot, reservation, false);
        if (!seat.node().equals(slot(made))) {
            throw new AssertionError("I4: seated without a promise that Kubernetes holds: " + seat + ", " + ask + ", "
                    + promised.get(gang));
        }
        free("", made, seat.annotations());
        give(ask.claim(), made, seat.annotations(), now);
    }

    private void give(String who, PodFact.Member own, Map<String, String> annotations, long now) {
        String slot = own.gang() + "/" + own.className() + "/" + annotations.get(Progress.RESERVATION) + "/"
                + annotations.get(Progress.SLOT);
        Given before = given.put(slot, new Given(who, now));
        if (before != null && !before.who().equals(who) && now - before.at() < 9_000) {
            throw new AssertionError("I4: slot " + slot + " is given to " + who + " and was to " + before);
        }
    }

    private void ungate(Decision.Ungate ungate, long now) {
        PodFact.Member own = ungate.pod().member();
        if (own == null) {
            return;
        }
        free(ungate.pod().uid(), own, ungate.annotations());
        give(ungate.pod().uid(), own, ungate.annotations(), now);
    }

    private void free(String uid, PodFact.Member own, Map<String, String> annotations) {
        String reservation = annotations.get(Progress.RESERVATION);
        String slot = annotations.get(Progress.SLOT);
        for (PodFact other : pods.values()) {
            PodFact.Member member = other.member();
            if (member != null
                    && !other.uid().equals(uid)
                    && other.stage() != PodFact.Stage.FAILED
                    && member.gang().equals(own.gang())
                    && member.className().equals(own.className())
                    && member.reservation().equals(reservation)
                    && Integer.toString(member.index()).equals(slot)) {
                throw new AssertionError("I4: the slot of " + other + " is given to " + uid + annotations);
            }
        }
    }

    private void bind(Decision.Bind bind) {
        String uid = bind.pod().uid();
        PodFact pod = pods.get(uid);
        Call call = open.remove(uid);
        if (!leads) {
            throw new AssertionError("a replica that does not lead binds: " + bind);
        }
        if (pod == null || pod.terminating() || pod.bound() || pod.stage().ended()) {
            throw new AssertionError("bound, though it is gone or going: " + pod);
        }
        if (call == null || call.id() != bind.call() || !call.node().equals(bind.node())) {
            throw new AssertionError("the scheduler did not ask for this: " + bind + ", but " + call);
        }
        NodeFact node = nodes.get(bind.node());
        if (node == null || !node.usable()) {
            throw new AssertionError("bound to a lost node: " + bind);
        }
        if (pod.member() != null && !bind.node().equals(slot(pod))) {
            throw new AssertionError("I4: bound without a promise that Kubernetes holds: " + bind + ", "
                    + promised.get(member(pod).gang()));
        }
        binding.put(uid, bind.node());
        Map<String, Long> taken = new HashMap<>();
        for (PodFact there : pods.values()) {
            boolean on = there.bound()
                    ? there.node().equals(node.name()) && !there.stage().ended()
                    : node.name().equals(binding.get(there.uid()));
            if (on) {
                there.requests().forEach((resource, amount) -> taken.merge(resource, amount, Long::sum));
            }
        }
        pod.requests().forEach((resource, amount) -> {
            if (amount > 0 && taken.getOrDefault(resource, 0L) > Laws.amount(node, resource)) {
                throw new AssertionError("I2: " + taken + " are taken of " + node + " by " + bind);
            }
        });
    }

    private static PodFact.Member member(PodFact pod) {
        return java.util.Objects.requireNonNull(pod.member());
    }

    /// The node of the pod's slot as Kubernetes holds it.
    private @Nullable String slot(PodFact pod) {
        return slot(member(pod));
    }

    private @Nullable String slot(PodFact.Member member) {
        Promise promise = promised.get(member.gang());
        GangFact gang = gangs.get(member.gang());
        Gang.Status status = promise == null ? null : promise.status();
        if (gang == null
                || status == null
                || status.slots() == null
                || !status.phase().holds()
                || !member.reservation().equals(gang.uid() + "." + status.attempt())) {
            return null;
        }
        for (Gang.Slots of : status.slots()) {
            if (of.name().equals(member.className())) {
                return member.index() < of.nodes().size() ? of.nodes().get(member.index()) : null;
            }
        }
        return null;
    }

    /// I1 at the barrier: whoever binds binds a wave that is complete, after all earlier ones.
    private void wave(String uid) {
        PodFact pod = java.util.Objects.requireNonNull(pods.get(uid));
        GangFact gang = java.util.Objects.requireNonNull(gangs.get(member(pod).gang()));
        int wave = 0;
        for (Gang.Members c : gang.spec().classes()) {
            wave = c.name().equals(member(pod).className()) ? c.wave() : wave;
        }
        for (Gang.Members c : gang.spec().classes()) {
            if (c.wave() > wave) {
                continue;
            }
            Set<Integer> slots = new HashSet<>();
            for (PodFact other : pods.values()) {
                boolean works = other.working() || other.stage() == PodFact.Stage.SUCCEEDED;
                boolean comes = binding.containsKey(other.uid()) || (c.wave() == wave && open.containsKey(other.uid()));
                if (isOf(other, gang, c.name())
                        && (works || comes)
                        && member(other).reservation().equals(member(pod).reservation())) {
                    slots.add(member(other).index());
                }
            }
            if (slots.size() < c.min()) {
                throw new AssertionError("I1: " + pod.name() + " is bound while " + slots.size() + " of " + c.min()
                        + " members of " + c.name() + " are there; open " + open.keySet() + ", binding "
                        + binding.keySet() + ", pods " + pods.values());
            }
        }
    }

    /// What must not stay as it is for long, while the replica leads and is awake.
    void look(long now) {
        if (!leads) {
            return;
        }
        for (var call : open.entrySet()) {
            PodFact pod = pods.get(call.getKey());
            boolean inVain = pod == null
                    || pod.terminating()
                    || pod.member() == null
                    || !call.getValue().node().equals(slot(pod));
            if (!inVain) {
                openInVain.remove(call.getKey());
            } else if (now - Math.max(awakeSince, openInVain.computeIfAbsent(call.getKey(), _ -> now)) > 20_000) {
                throw new AssertionError("the call for " + call + " is held for nothing: " + pod);
            }
            long since = pod == null || pod.member() == null
                    ? now
                    : progress.getOrDefault(pod.member().gang(), now);
            if (now - Math.max(awakeSince, since) > 45_000) {
                throw new AssertionError("the barrier never gives up: " + call + " waits since " + since);
            }
        }
    }
}
