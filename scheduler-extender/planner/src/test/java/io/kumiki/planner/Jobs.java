package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Job controllers and kubelets: they make a gang's pods, restart it when it ended, and let it work when it is whole.
final class Jobs {
    private static final String GPU = "nvidia.com/gpu";

    private final Timeline time;
    private final World world;
    private final Consumer<World.Pod> made;
    private final boolean late;
    private final boolean idle;
    /// Jobs cannot lose a member, and say so.
    private final boolean budgets;
    /// Owners of most let it be moved.
    private final boolean movable;
    private final boolean slow;
    /// Some want parts of devices.
    private final boolean sharing;
    private final Entrance entrance;
    private final Map<String, Long> runTime = new HashMap<>();
    private final Map<String, Habit> habits = new HashMap<>();
    private final Map<String, Long> idleUntil = new HashMap<>();
    private final Set<String> making = new HashSet<>();

    /// The longest that a pod takes to end, where it may be slow.
    static final long SLOW = 150_000;

    private enum Habit {
        PROMPT,
        SLEEPS,
        FORGETS_ONE,
        GOES_DEAF
    }

    /// @param made a pod that the scheduler may look at
    /// @param late pods are made some time after it was decided that they are wanted
    /// @param idle some controllers make no pods for a long time
    Jobs(
            Timeline time,
            World world,
            Consumer<World.Pod> made,
            boolean late,
            boolean idle,
            boolean budgets,
            boolean movable,
            boolean slow,
            boolean sharing,
            Entrance entrance) {
        this.sharing = sharing;
        this.entrance = entrance;
        this.slow = slow;
        this.budgets = budgets;
        this.movable = movable;
        this.time = time;
        this.world = world;
        this.made = made;
        this.late = late;
        this.idle = idle;
    }

    /// @param sure it has several members and fits into any of the clusters
    void create(String name, int nodes, boolean sure) {
        boolean gated = time.random.nextBoolean();
        boolean steered = gated && time.random.nextBoolean();
        List<Gang.Members> classes = new ArrayList<>();
        int count = 1 + time.upTo(2);
        for (int c = 0; c < count; c++) {
            int min = 1 + time.upTo(c == 0 ? 2 * nodes - 3 : 2);
            int gpus = c == 0 ? 1 + time.upTo(2) : time.upTo(2);
            if (movable && c == 0) {
                // Small ones of all sizes leave pieces.
                min = 1 + time.upTo(2);
                gpus = 1 + time.upTo(4);
            }
            if (sure) {
                min = c == 0 ? 2 + time.upTo(3) : 1;
                gpus = c == 0 ? 1 : 0;
            }
            int more = gated ? 0 : time.upTo(2);
            int wave = time.upTo(2) * c;
            // Of two sizes nobody here could tell whether they fit at all.
            boolean parted = classes.stream().anyMatch(of -> of.requests().containsKey(Shape.MILLI));
            boolean part = sharing && !sure && !parted && time.upTo(3) > 0;
            min = part ? Math.min(min, 4) : min;
            classes.add(new Gang.Members(
                    "c" + c,
                    min,
                    min + more,
                    wave,
                    part ? Map.of("cpu", "1", Shape.MILLI, part()) : asks(gpus),
                    null,
                    null,
                    null));
        }
        String required = !sure && time.upTo(4) == 0 ? "rack" : null;
        Long expected = time.random.nextBoolean() ? null : Long.valueOf(10 + 10 * (name.hashCode() & 1));
        int priority = time.upTo(3);
        var spec = new Gang.Spec(
                0,
                gated,
                classes,
                required,
                null,
                null,
                movable ? priority / 2 : priority,
                expected,
                null,
                movable ? Long.valueOf(0) : null,
                null,
                movable && (name.hashCode() & 3) != 0,
                gated && !steered && time.random.nextBoolean());
        var gang = new World.GangObject(name, spec, time.now / 1000);
        gang.namespace = world.namespace(name);
        world.gangs.put(name, gang);
        if (budgets) {
            world.budgets.put(name, classes.stream().mapToInt(Gang.Members::min).sum());
        }
        runTime.put(name, (movable ? 5 : 1) * (3_000L + time.upTo(20_000)));
        world.changed(gang);
        Habit habit = idle ? Habit.values()[time.upTo(4)] : Habit.PROMPT;
        habits.put(name, habit);
        idleUntil.put(name, habit == Habit.FORGETS_ONE ? time.now + 5_000 + time.upTo(100_000) : 0);
        time.in(habit == Habit.SLEEPS ? 100_000 : 0, () -> control(gang, steered));
    }

    private static Map<String, String> asks(int gpus) {
        return gpus == 0 ? Map.of("cpu", "1") : Map.of("cpu", "1", GPU, Integer.toString(gpus));
    }

    private String part() {
        return Integer.toString(300 + 100 * time.upTo(6));
    }

    private boolean idles(World.GangObject gang, Habit how) {
        return habits.get(gang.name) == how && time.now < idleUntil.getOrDefault(gang.name, 0L);
    }

    private void control(World.GangObject gang, boolean steered) {
        Gang.Status status = gang.status;
        if (gang.done || (status != null && status.phase() == Gang.Phase.Done)) {
            return;
        }
        if (status != null && Boolean.TRUE.equals(status.ended()) && status.attempt() == gang.spec.attempt()) {
            restart(gang);
        } else if (gang.spec.gated() && !idles(gang, Habit.GOES_DEAF)) {
            makeGated(gang, steered);
        } else if (!gang.spec.gated()
                && !idles(gang, Habit.GOES_DEAF)
                && status != null
                && status.attempt() == gang.spec.attempt()
                && status.phase().holds()
                && status.phase() != Gang.Phase.Releasing) {
            makePinned(gang, status);
        }
        work(gang);
        time.in(700 + time.upTo(600), () -> control(gang, steered));
    }

    private void restart(World.GangObject gang) {
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
                s.restartSeconds(),
                s.unfollowed(),
                s.movable(),
                s.pinned());
        world.changed(gang);
    }

    private void makeGated(World.GangObject gang, boolean steered) {
        for (Gang.Members c : gang.spec.classes()) {
            int there = 0;
            for (World.Pod p : world.pods.values()) {
                boolean counts = p.live() || p.stage == PodFact.Stage.SUCCEEDED;
                there += counts && p.gang.equals(gang.name) && p.className.equals(c.name()) ? 1 : 0;
            }
            there += entrance.coming(gang.name, c.name());
            int wanted = c.min() - (idles(gang, Habit.FORGETS_ONE) ? 1 : 0);
            for (int i = there; i < wanted; i++) {
                if (Boolean.TRUE.equals(gang.spec.pinned())) {
                    entrance.ask(gang, c);
                } else {
                    makeGated(gang, c, steered);
                }
            }
        }
    }

    private void makeGated(World.GangObject gang, Gang.Members c, boolean steered) {
        World.Pod pod = pod(gang, c, steered);
        pod.gated = true;
        world.changed(pod);
    }

    /// As admission answered.
    void enter(World.GangObject gang, Gang.Members c, Decision.@Nullable Seat seat) {
        if (gang.done) {
            return;
        }
        if (seat == null) {
            makeGated(gang, c, false);
            return;
        }
        int slot = Integer.parseInt(
                java.util.Objects.requireNonNull(seat.annotations().get(Progress.SLOT)));
        String devices = seat.annotations().getOrDefault(Progress.DEVICES, "");
        makePinned(gang, c, slot, seat.annotations().getOrDefault(Progress.RESERVATION, ""), seat.node(), devices);
    }

    private void makePinned(World.GangObject gang, Gang.Status status) {
        List<Gang.Slots> slots = status.slots() == null ? List.of() : status.slots();
        String reservation = "uid-" + gang.name + "." + status.attempt();
        for (Gang.Slots of : slots) {
            Gang.Members c = gang.spec.classes().stream()
                    .filter(m -> m.name().equals(of.name()))
                    .findFirst()
                    .orElseThrow();
            for (int i = 0; i < of.nodes().size(); i++) {
                int index = i;
                boolean there = world.pods.values().stream()
                        .anyMatch(p -> p.index == index
                                && p.gang.equals(gang.name)
                                && p.className.equals(c.name())
                                && p.reservation.equals(reservation)
                                && p.stage != PodFact.Stage.FAILED);
                boolean forgotten = i == 0 && idles(gang, Habit.FORGETS_ONE);
                String key = reservation + "/" + c.name() + "/" + i;
                String node = of.nodes().get(i);
                String devices = of.devices() == null ? "" : of.devices().get(i);
                if (!there && !forgotten && making.add(key)) {
                    time.in(late ? time.upTo(time.upTo(3) == 0 ? 12_000 : 1_500) : 0, () -> {
                        making.remove(key);
                        makePinned(gang, c, index, reservation, node, devices);
                    });
                }
            }
        }
    }

    private void makePinned(
            World.GangObject gang, Gang.Members c, int index, String reservation, String node, String devices) {
        if (gang.done) {
            return;
        }
        World.Pod pod = pod(gang, c, false);
        pod.index = index;
        pod.reservation = reservation;
        pod.pin = node;
        pod.devices = devices;
        world.changed(pod);
        made.accept(pod);
    }

    private World.Pod pod(World.GangObject gang, Gang.Members c, boolean steered) {
        var pod = new World.Pod(
                gang.name + "-" + c.name() + "-" + time.id(),
                gang.name,
                c.name(),
                "job-" + gang.name,
                steered,
                Shape.amounts(c.requests()));
        pod.namespace = gang.namespace;
        world.pods.put(pod.uid, pod);
        return pod;
    }

    /// Members work only together; when they have for long enough, all succeed.
    private void work(World.GangObject gang) {
        List<World.Pod> working = new ArrayList<>();
        for (World.Pod pod : world.pods.values()) {
            if (pod.takes() && pod.live() && pod.gang.equals(gang.name)) {
                working.add(pod);
            }
        }
        boolean whole = gang.spec.classes().stream()
                .allMatch(c -> working.stream()
                                .filter(p -> p.className.equals(c.name()))
                                .count()
                        >= c.min());
        if (whole && gang.wholeSince < 0 && habits.get(gang.name) == Habit.GOES_DEAF) {
            idleUntil.putIfAbsent(gang.name + "/deaf", time.now);
            idleUntil.merge(gang.name, idleUntil.get(gang.name + "/deaf") + 100_000, Math::max);
        }
        gang.wholeSince = whole ? (gang.wholeSince < 0 ? time.now : gang.wholeSince) : -1;
        if (whole && time.now - gang.wholeSince >= runTime.getOrDefault(gang.name, 0L)) {
            gang.done = true;
            working.forEach(pod -> {
                pod.stage = PodFact.Stage.SUCCEEDED;
                world.changed(pod);
            });
            // Members above the minimum that never came are given up.
            for (World.Pod pod : List.copyOf(world.pods.values())) {
                if (pod.gang.equals(gang.name) && !pod.stage.ended()) {
                    leave(pod);
                }
            }
        }
    }

    /// Deleted; a bound one is gone when its kubelet has ended it.
    void leave(World.Pod pod) {
        world.delete(pod);
        if (world.pods.containsKey(pod.uid)) {
            time.in(500 + time.upTo(slow && time.chance(3) ? (int) SLOW : 4000), () -> {
                if (world.pods.containsKey(pod.uid)) {
                    world.remove(pod);
                }
            });
        }
    }
}
