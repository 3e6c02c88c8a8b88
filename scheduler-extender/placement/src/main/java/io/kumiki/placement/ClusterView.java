package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The planner's own picture of the cluster: what is free on each node and device. Changed in place by one thread;
/// every change raises the
/// node's version, so that whatever was computed from it can be kept until then.
public final class ClusterView {
    public static final int WHOLE = 1000;

    private final List<NodeSpec> nodes;
    private final int[] cpu;
    private final int[] memory;
    private final int[] pods;
    /// Rows are replaced, never changed, and so are the maps of other resources: copies share them.
    private final int[][] gpus;
    private final int[] whole;
    private final int[] idle;
    private final int[] version;
    private final List<Map<String, Long>> extended;
    private long freeMilli;

    /// All nodes empty, in the order in which ties are decided.
    public ClusterView(List<NodeSpec> nodes) {
        this.nodes = List.copyOf(nodes);
        int n = nodes.size();
        cpu = new int[n];
        memory = new int[n];
        pods = new int[n];
        gpus = new int[n][];
        whole = new int[n];
        idle = new int[n];
        version = new int[n];
        extended = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            NodeSpec node = nodes.get(i);
            cpu[i] = node.cpuMilli();
            memory[i] = node.memoryMib();
            pods[i] = node.pods();
            gpus[i] = new int[node.gpus()];
            Arrays.fill(gpus[i], WHOLE);
            whole[i] = node.gpus();
            idle[i] = node.gpus() * WHOLE;
            freeMilli += idle[i];
            extended.add(Map.copyOf(node.extended()));
        }
    }

    private ClusterView(ClusterView of) {
        nodes = of.nodes;
        cpu = of.cpu.clone();
        memory = of.memory.clone();
        pods = of.pods.clone();
        gpus = of.gpus.clone();
        whole = of.whole.clone();
        idle = of.idle.clone();
        version = new int[nodes.size()];
        extended = new ArrayList<>(of.extended);
        freeMilli = of.freeMilli;
    }

    /// What is free on one node, as somebody else counted it.
    ///
    /// @param devices free milli of each; as many as the node has
    public record Free(int cpuMilli, int memoryMib, int pods, int[] devices, Map<String, Long> extended) {}

    /// One node as somebody else counted it anew. Its version is raised only where something differs, so that what was
    /// computed from it is kept otherwise.
    public void reset(int n, Free now) {
        if (cpu[n] == now.cpuMilli()
                && memory[n] == now.memoryMib()
                && pods[n] == now.pods()
                && Arrays.equals(gpus[n], now.devices())
                && extended.get(n).equals(now.extended())) {
            return;
        }
        freeMilli -= idle[n];
        set(n, now);
        freeMilli += idle[n];
        version[n]++;
    }

    private void set(int n, Free now) {
        cpu[n] = now.cpuMilli();
        memory[n] = now.memoryMib();
        pods[n] = now.pods();
        gpus[n] = now.devices().clone();
        whole[n] = 0;
        idle[n] = 0;
        for (int device : now.devices()) {
            whole[n] += device == WHOLE ? 1 : 0;
            idle[n] += device;
        }
        extended.set(n, Map.copyOf(now.extended()));
    }

    /// The nodes with what is free on each of them now; less than nothing is no error of the view's.
    public static ClusterView of(List<NodeSpec> nodes, List<Free> free) {
        var view = new ClusterView(nodes);
        view.freeMilli = 0;
        for (int n = 0; n < nodes.size(); n++) {
            view.set(n, free.get(n));
            view.freeMilli += view.idle[n];
        }
        return view;
    }

    /// What is free on one node.
    public Free free(int n) {
        return new Free(cpu[n], memory[n], pods[n], gpus[n].clone(), extended.get(n));
    }

    /// The same nodes without anything on them.
    public ClusterView emptied() {
        return new ClusterView(nodes);
    }

    /// The same state, to be changed without changing this one.
    public ClusterView copy() {
        return new ClusterView(this);
    }

    /// The same state, and empty nodes behind the others.
    public ClusterView and(List<NodeSpec> more) {
        List<NodeSpec> all = new ArrayList<>(nodes);
        all.addAll(more);
        List<Free> free = new ArrayList<>();
        var empty = new ClusterView(more);
        for (int n = 0; n < all.size(); n++) {
            free.add(n < nodes.size() ? free(n) : empty.free(n - nodes.size()));
        }
        return of(all, free);
    }

    public int size() {
        return nodes.size();
    }

    public NodeSpec node(int n) {
        return nodes.get(n);
    }

    public int cpuFree(int n) {
        return cpu[n];
    }

    public int memoryFree(int n) {
        return memory[n];
    }

    public int podsFree(int n) {
        return pods[n];
    }

    /// Free milli of each device as it is now; the caller does not change it.
    public int[] remnants(int n) {
        return gpus[n];
    }

    public int wholeDevices(int n) {
        return whole[n];
    }

    public int idleMilli(int n) {
        return idle[n];
    }

    public long freeMilli() {
        return freeMilli;
    }

    public int version(int n) {
        return version[n];
    }

    public boolean fits(Demand d, int n) {
        return cpu[n] >= d.cpuMilli()
                && memory[n] >= d.memoryMib()
                && pods[n] > 0
                && d.allows(nodes.get(n).model())
                && devicesFit(d, n)
                && extendedFit(d, n);
    }

    boolean extendedFit(Demand d, int n) {
        for (var wanted : d.extended().entrySet()) {
            if (extendedFree(n, wanted.getKey()) < wanted.getValue()) {
                return false;
            }
        }
        return true;
    }

    /// Free amount of another countable resource, such as a MIG profile.
    public long extendedFree(int n, String resource) {
        return extended.get(n).getOrDefault(resource, 0L);
    }

    boolean devicesFit(Demand d, int n) {
        if (d.gpus() == 0) {
            return true;
        }
        if (d.gpuMilli() == WHOLE) {
            return whole[n] >= d.gpus();
        }
        for (int remnant : gpus[n]) {
            if (remnant >= d.gpuMilli()) {
                return true;
            }
        }
        return false;
    }

    /// Whether the node could hold the demand if it were empty.
    public boolean couldFit(Demand d, int n) {
        NodeSpec node = nodes.get(n);
        return node.cpuMilli() >= d.cpuMilli()
                && node.memoryMib() >= d.memoryMib()
                && node.gpus() >= d.gpus()
                && node.pods() > 0
                && d.extended().entrySet().stream()
                        .allMatch(e -> node.extended().getOrDefault(e.getKey(), 0L) >= e.getValue())
                && d.allows(node.model());
    }

    /// The lowest whole devices, as many as asked for.
    int[] wholeDevices(int n, int count) {
        int[] chosen = new int[count];
        int found = 0;
        for (int d = 0; d < gpus[n].length && found < count; d++) {
            if (gpus[n][d] == WHOLE) {
                chosen[found++] = d;
            }
        }
        if (found < count) {
            throw new IllegalStateException(
                    nodes.get(n).name() + " has " + found + " whole devices, " + count + " were wanted");
        }
        return chosen;
    }

    public void place(Demand d, int n, int[] devices) {
        change(d, n, devices, -1);
    }

    public void release(Demand d, int n, int[] devices) {
        change(d, n, devices, 1);
    }

    private void change(Demand d, int n, int[] devices, int sign) {
        if (devices.length != d.gpus()) {
            throw new IllegalArgumentException(d.gpus() + " devices were asked for, " + devices.length + " given");
        }
        if (devices.length > 0) {
            gpus[n] = gpus[n].clone();
        }
        for (int device : devices) {
            int after = gpus[n][device] + sign * d.gpuMilli();
            if (after < 0 || after > WHOLE) {
                throw new IllegalStateException(
                        "device " + device + " of " + nodes.get(n).name() + " would have " + after + " milli free");
            }
            whole[n] += (after == WHOLE ? 1 : 0) - (gpus[n][device] == WHOLE ? 1 : 0);
            gpus[n][device] = after;
        }
        cpu[n] += sign * d.cpuMilli();
        memory[n] += sign * d.memoryMib();
        pods[n] += sign;
        if (!d.extended().isEmpty()) {
            var others = new TreeMap<>(extended.get(n));
            d.extended().forEach((resource, amount) -> others.merge(resource, sign * amount, Long::sum));
            extended.set(n, Collections.unmodifiableMap(others));
        }
        idle[n] += sign * (int) d.totalGpuMilli();
        freeMilli += sign * d.totalGpuMilli();
        version[n]++;
        if (sign < 0
                && ((cpu[n] < 0 && d.cpuMilli() > 0)
                        || (memory[n] < 0 && d.memoryMib() > 0)
                        || pods[n] < 0
                        || d.extended().keySet().stream().anyMatch(resource -> extendedFree(n, resource) < 0))) {
            throw new IllegalStateException(nodes.get(n).name() + " is over-committed");
        }
    }
}
