package io.kumiki.planner;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.NodeSpec;
import io.kumiki.planner.fact.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// What pods and slots hold of one node.
final class Taken {
    private final Map<String, Long> amounts;
    private final Map<Integer, Integer> milliOfDevice;
    private int pods;

    Taken() {
        amounts = new TreeMap<>();
        milliOfDevice = new TreeMap<>();
    }

    Taken(Taken other) {
        amounts = new TreeMap<>(other.amounts);
        milliOfDevice = new TreeMap<>(other.milliOfDevice);
        pods = other.pods;
    }

    void add(Map<String, Long> requests, String devices) {
        requests.forEach((resource, amount) -> amounts.merge(resource, amount, Long::sum));
        pods++;
        long milli = requests.getOrDefault(Shape.MILLI, 0L);
        for (int device : Room.Devices.read(devices)) {
            part(device, (int) milli);
        }
    }

    private void part(int device, int milli) {
        milliOfDevice.merge(device, milli, Integer::sum);
    }

    /// A pod of a DaemonSet, whose request the node has without already.
    void beyond(Map<String, Long> covered, Map<String, Long> requests) {
        requests.forEach((resource, amount) ->
                amounts.merge(resource, Math.max(0, amount - covered.getOrDefault(resource, 0L)), Long::sum));
    }

    ClusterView.Free from(NodeSpec node, boolean shared) {
        int[] devices = new int[node.gpus()];
        Arrays.fill(devices, ClusterView.WHOLE);
        if (shared) {
            milliOfDevice.forEach((device, milli) -> {
                if (device < devices.length) {
                    devices[device] = Math.max(0, ClusterView.WHOLE - milli);
                }
            });
        } else {
            long used = Shape.GPUS.stream()
                    .mapToLong(gpu -> amounts.getOrDefault(gpu, 0L))
                    .sum();
            for (int d = 0; d < devices.length && used > 0; d++, used--) {
                devices[d] = 0;
            }
        }
        var extended = new TreeMap<String, Long>();
        node.extended()
                .forEach((resource, amount) ->
                        extended.put(resource, Math.max(0, amount - amounts.getOrDefault(resource, 0L))));
        return new ClusterView.Free(
                node.cpuMilli() - Shape.small(amounts.getOrDefault("cpu", 0L)),
                node.memoryMib() - Shape.mib(amounts.getOrDefault("memory", 0L)),
                node.pods() - pods,
                devices,
                extended);
    }
}
