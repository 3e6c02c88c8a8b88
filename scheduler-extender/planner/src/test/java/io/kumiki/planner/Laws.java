package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What must hold of the objects in Kubernetes after every event, whoever leads.
final class Laws {
    private static final String GPU = "nvidia.com/gpu";
    /// Of each node whose devices are shared.
    static final int SHARED_DEVICES = 2;

    private final World world;
    private final long quota;
    private final long patience;
    private final Map<String, Long> partialSince = new HashMap<>();
    private Map<String, Long> staysSince = new HashMap<>();
    /// Slots whose work is done: they are free, whatever their gang's object still says.
    private final Set<String> finished = new HashSet<>();

    /// @param quota GPUs that all gangs together may use; negative for no limit
    /// @param patience more, for the time in which nobody leads
    Laws(World world, long quota, long patience) {
        this.world = world;
        this.quota = quota;
        this.patience = patience;
    }

    /// Every leader has the whole of its time to put things right.
    void newLeader() {
        partialSince.clear();
        staysSince.clear();
    }

    /// @param exact no pod without a gang came that the present leader promised nothing
    void check(long now, boolean exact) {
        parts();
        Map<String, Long> gpus = new TreeMap<>();
        Set<String> slots = new HashSet<>();
        Map<String, Integer> there = new HashMap<>();
        long inAll = 0;
        for (World.Pod pod : world.pods.values()) {
            // Those that nobody promised anything are kept off by the scheduler, which forgets a binding that it asked
            // for when the extender dies.
            if (pod.gang.isEmpty() && (!pod.single || pod.forgotten)) {
                continue;
            }
            if (pod.stage == PodFact.Stage.SUCCEEDED) {
                finished.add(pod.reservation + "/" + pod.className + "/" + pod.index);
            }
            if (pod.takes() || pod.stage == PodFact.Stage.SUCCEEDED) {
                there.merge(pod.gang + "/" + pod.className, 1, Integer::sum);
            }
            if (pod.takes()) {
                long gpu = pod.requests.getOrDefault(GPU, 0L);
                inAll += gpu;
                gpus.merge(pod.node, gpu, Long::sum);
                if (!pod.single
                        && !pod.terminating
                        && !slots.add(pod.gang + "/" + pod.className + "/" + pod.reservation + "/" + pod.index)) {
                    throw new AssertionError("I4: two pods work in the slot of " + pod.fact());
                }
            }
        }
        for (NodeFact node : world.nodes.values()) {
            if (gpus.getOrDefault(node.name(), 0L) > node.amount(GPU)) {
                throw new AssertionError("I2: " + node.name() + " is given twice: "
                        + world.pods.values().stream()
                                .filter(pod -> pod.takes() && pod.node.equals(node.name()))
                                .map(World.Pod::fact)
                                .toList());
            }
        }
        if (exact && quota >= 0 && inAll > quota) {
            throw new AssertionError("I3: " + inAll + " GPUs are in use, the limit is " + quota);
        }
        world.gangs.values().forEach(gang -> partial(gang, there, now));
    }

    /// Parts of devices are no resource of a node: they are what its devices have.
    static long amount(NodeFact node, String resource) {
        boolean parts = resource.equals(Shape.MILLI);
        return parts ? (isShared(node) ? 1000L * SHARED_DEVICES : 0) : node.amount(resource);
    }

    private static boolean isShared(NodeFact node) {
        return "shared".equals(node.labels().get("kumiki.io/gpu-mode"));
    }

    /// Only the extender binds whoever has a part of a device: it is one that the node has, and nobody has too much.
    private void parts() {
        Map<String, Long> given = new HashMap<>();
        for (World.Pod pod : world.pods.values()) {
            if (!pod.takes() || !Shape.fraction(pod.requests)) {
                continue;
            }
            String device = pod.node + "/" + pod.devices;
            NodeFact node = world.nodes.get(pod.node);
            boolean there = pod.devices.matches("\\d") && Integer.parseInt(pod.devices) < SHARED_DEVICES;
            if (!there || (node != null && !isShared(node))) {
                throw new AssertionError("I2: " + pod.fact() + " has a device that is not there: " + device);
            }
            if (given.merge(device, pod.requests.getOrDefault(Shape.MILLI, 0L), Long::sum) > 1000) {
                throw new AssertionError("I2: device " + device + " is given twice: "
                        + world.pods.values().stream()
                                .filter(other -> other.takes() && device.equals(other.node + "/" + other.devices))
                                .map(World.Pod::fact)
                                .toList());
            }
        }
    }

    /// What the objects of gangs promise together: whoever leads next believes them.
    void promised() {
        Map<String, Long> gpus = new TreeMap<>();
        for (World.GangObject gang : world.gangs.values()) {
            Gang.Status status = gang.status;
            if (status == null || status.slots() == null || !status.phase().holds()) {
                continue;
            }
            String reservation = "uid-" + gang.name + "." + status.attempt();
            Map<String, World.Pod> pods = new HashMap<>();
            for (World.Pod pod : world.pods.values()) {
                if (pod.gang.equals(gang.name) && pod.reservation.equals(reservation)) {
                    pods.put(pod.className + "/" + pod.index, pod);
                }
            }
            for (Gang.Slots of : status.slots()) {
                long each = gang.spec.classes().stream()
                        .filter(c -> c.name().equals(of.name()))
                        .mapToLong(c -> Shape.amounts(c.requests()).getOrDefault(GPU, 0L))
                        .sum();
                for (int i = 0; i < of.nodes().size(); i++) {
                    World.Pod pod = pods.get(of.name() + "/" + i);
                    boolean left = finished.contains(reservation + "/" + of.name() + "/" + i);
                    boolean leaves = status.phase() == Gang.Phase.Releasing && (pod == null || !pod.takes());
                    gpus.merge(of.nodes().get(i), left || leaves ? 0 : each, Long::sum);
                }
            }
        }
        for (NodeFact node : world.nodes.values()) {
            if (node.usable() && gpus.getOrDefault(node.name(), 0L) > node.amount(GPU)) {
                throw new AssertionError("I2: Gangs promise " + gpus.get(node.name()) + " GPUs of " + node.name() + ": "
                        + world.gangs.values().stream()
                                .map(gang -> gang.name + " " + gang.status)
                                .toList());
            }
        }
    }

    private void partial(World.GangObject gang, Map<String, Integer> there, long now) {
        long bound = 0;
        long least = 0;
        boolean wave = false;
        for (Gang.Members c : gang.spec.classes()) {
            int of = there.getOrDefault(gang.name + "/" + c.name(), 0);
            // Members of a later wave are none as long as the wave has not begun.
            wave |= of > 0 && of < c.min();
            bound += of;
            least += c.min();
        }
        if (!wave || bound >= least || gang.done) {
            partialSince.remove(gang.name);
        } else if (now - partialSince.computeIfAbsent(gang.name, _ -> now) > 60_000 + patience) {
            throw new AssertionError("I1: gang " + gang.name + " has been partial since " + partialSince.get(gang.name)
                    + ", now " + now);
        }
    }

    /// What must not stay as it is for long, once a second.
    void look(long now) {
        Map<String, Long> still = new HashMap<>();
        for (World.GangObject gang : world.gangs.values()) {
            Gang.Status status = gang.status;
            if (status == null
                    || status.slots() == null
                    || !status.phase().holds()
                    || status.phase() == Gang.Phase.Releasing) {
                continue;
            }
            String reservation = "uid-" + gang.name + "." + status.attempt();
            Map<String, World.Pod> pods = new HashMap<>();
            for (World.Pod pod : world.pods.values()) {
                if (pod.gang.equals(gang.name) && pod.reservation.equals(reservation) && !pod.stage.ended()) {
                    pods.put(pod.className + "/" + pod.index, pod);
                }
            }
            long slots = 0;
            for (Gang.Slots of : status.slots()) {
                List<String> nodes = of.nodes();
                slots += nodes.size();
                for (int i = 0; i < nodes.size(); i++) {
                    World.Pod pod = pods.get(of.name() + "/" + i);
                    String which = reservation + "/" + of.name() + "/" + i + " on " + nodes.get(i);
                    NodeFact node = world.nodes.get(nodes.get(i));
                    boolean empty = pod == null || pod.node.isEmpty();
                    // A member that failed keeps its slot for a while, wherever that is.
                    if (empty && (node == null || !node.usable()) && !failed(gang.name, reservation, of.name(), i)) {
                        stays(still, "lost: " + which, now, 25_000);
                    }
                    if (pod != null && pod.live() && empty && pod.vetoed && !pod.steered && !pod.gated) {
                        stays(still, "refused by the scheduler: " + which, now, 25_000);
                    }
                    if (pod != null && pod.live() && empty && pod.vetoed && pod.steered && !pod.gated) {
                        stays(still, "steered in vain: " + which, now, 70_000);
                    }
                }
            }
            if (pods.isEmpty() && (status.phase() == Gang.Phase.Reserved || status.phase() == Gang.Phase.Starting)) {
                stays(still, "reserved without pods: " + reservation, now, 60_000 + 10 * slots + 15_000);
            }
        }
        staysSince = still;
    }

    private boolean failed(String gang, String reservation, String className, int index) {
        return world.pods.values().stream()
                .anyMatch(p -> p.stage.ended()
                        && p.gang.equals(gang)
                        && p.className.equals(className)
                        && p.reservation.equals(reservation)
                        && p.index == index);
    }

    private void stays(Map<String, Long> still, String what, long now, long most) {
        long since = staysSince.getOrDefault(what, now);
        still.put(what, since);
        if (now - since > most + patience / 2) {
            throw new AssertionError(what + " since " + since + ", now " + now);
        }
    }
}
