package io.kumiki.planner;

import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Draws the nodes of a scene.
final class Pictures {
    private final Scene scene;
    private final State state;
    private final Room room;

    Pictures(Scene scene) {
        this.scene = scene;
        this.state = scene.state;
        this.room = scene.room();
    }

    List<NodePicture> nodes() {
        Map<String, Map<String, NodePicture.Held>> held = byGang();
        List<NodePicture> nodes = new ArrayList<>();
        for (int n = 0; n < room.nodes.size(); n++) {
            NodeFact node = room.nodes.get(n);
            Map<String, NodePicture.Held> gangs = held.getOrDefault(node.name(), Map.of());
            nodes.add(node(n, node, gangs));
        }
        return nodes;
    }

    private NodePicture node(int n, NodeFact node, Map<String, NodePicture.Held> gangs) {
        List<NodePicture.Held> held = new ArrayList<>(gangs.values());
        for (PodFact pod :
                state.onNode.getOrDefault(node.name(), new TreeMap<>()).values()) {
            Plan plan = state.planOf(pod);
            long gpus = Shape.demand(pod.requests()).totalGpuMilli();
            if (gpus > 0 && (plan == null || plan.nodeOf(pod) == null)) {
                held.add(new NodePicture.Held(
                        gpus,
                        false,
                        pod.namespace(),
                        pod.name(),
                        scene.tenant(pod.namespace()),
                        pod.stage() == PodFact.Stage.RUNNING ? "Running" : "Pending",
                        null,
                        null,
                        Room.Devices.read(pod.devices())));
            }
        }
        var spec = room.view.node(n);
        return new NodePicture(
                node.name(),
                places(node),
                spec.model(),
                spec.gpus(),
                room.view.idleMilli(n),
                Fitness.shared(node),
                node.ready(),
                node.usable(),
                "true".equals(node.labels().get("kumiki.io/simulated")),
                spec.cpuMilli(),
                room.view.cpuFree(n),
                spec.memoryMib(),
                room.view.memoryFree(n),
                node.unhealthy(),
                held);
    }

    private List<@Nullable String> places(NodeFact node) {
        List<@Nullable String> places = new ArrayList<>();
        for (PlaceLevels.Level level : state.levels) {
            places.add(node.labels().get(level.label()));
        }
        return places;
    }

    /// Per node and gang, in the order of names.
    private Map<String, Map<String, NodePicture.Held>> byGang() {
        Map<String, Map<String, NodePicture.Held>> byNode = new TreeMap<>();
        for (Plan plan : state.plans.values()) {
            if (!plan.phase.holds()) {
                continue;
            }
            Occupancy there = Occupancy.of(plan, state);
            for (int r = 0; r < plan.rows.size(); r++) {
                Plan.Row row = plan.rows.get(r);
                long gpus = Shape.demand(row.amounts).totalGpuMilli();
                for (int i = 0; i < row.nodes.size() && gpus > 0; i++) {
                    if (there.holds(r, i)) {
                        byNode.computeIfAbsent(row.nodes.get(i), _ -> new TreeMap<>())
                                .merge(plan.fact.key(), held(plan, gpus, row.devices.get(i)), Pictures::both);
                    }
                }
            }
        }
        return byNode;
    }

    private NodePicture.Held held(Plan plan, long gpus, String devices) {
        return new NodePicture.Held(
                gpus,
                !Alone.is(plan.fact),
                plan.fact.namespace(),
                Alone.shown(plan.fact.name()),
                scene.tenant(plan.fact.namespace()),
                plan.phase.name(),
                Entry.since(plan),
                plan.fact.spec().priority(),
                Room.Devices.read(devices));
    }

    private static NodePicture.Held both(NodePicture.Held a, NodePicture.Held b) {
        List<Integer> devices = new ArrayList<>(a.devices());
        devices.addAll(b.devices());
        return new NodePicture.Held(
                a.gpus() + b.gpus(),
                a.gang(),
                a.namespace(),
                a.name(),
                a.tenant(),
                a.phase(),
                a.since(),
                a.priority(),
                devices.stream().distinct().sorted().toList());
    }
}
