package io.kumiki.kube.scheduling;

/// The parts of a score that one node decides alone, as the default profile counts them.
final class Scores {
    static final long MOST = 100;

    private Scores() {}

    /// LeastAllocated and BalancedAllocation together, 0 to 200.
    static int room(PodShape shape, NodeEntry node) {
        long cpu = node.allocatable("cpu");
        long memory = node.allocatable("memory");
        long free = 0;
        int parts = 0;
        if (cpu > 0) {
            free += share(cpu - node.weighedCpu() - shape.weighedCpu, cpu);
            parts++;
        }
        if (memory > 0) {
            free += share(memory - node.weighedMemory() - shape.weighedMemory, memory);
            parts++;
        }
        return (int) (parts == 0 ? 0 : free / parts) + balance(shape, node, cpu, memory);
    }

    private static long share(long left, long all) {
        return left <= 0 ? 0 : (long) ((double) left * MOST / all);
    }

    private static int balance(PodShape shape, NodeEntry node, long cpu, long memory) {
        long wantedCpu = shape.request.get("cpu");
        long wantedMemory = shape.request.get("memory");
        if ((wantedCpu == 0 && wantedMemory == 0) || cpu <= 0 || memory <= 0) {
            return 0;
        }
        double ofCpu = Math.min(1, (double) (node.used("cpu") + wantedCpu) / cpu);
        double ofMemory = Math.min(1, (double) (node.used("memory") + wantedMemory) / memory);
        return (int) ((1 - Math.abs(ofCpu - ofMemory) / 2) * MOST);
    }

    /// Each against the largest: 0 to 100.
    static void normalise(long[] scores, boolean lessIsBetter) {
        long most = 0;
        for (long score : scores) {
            most = Math.max(most, score);
        }
        for (int i = 0; i < scores.length; i++) {
            long part = most == 0 ? 0 : MOST * scores[i] / most;
            scores[i] = lessIsBetter ? MOST - part : part;
        }
    }

    /// Between the smallest and the largest: 0 to 100; all 0 when they are equal.
    static void stretch(long[] scores) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long score : scores) {
            least = Math.min(least, score);
            most = Math.max(most, score);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] = most == least ? 0 : (long) (MOST * ((double) (scores[i] - least) / (most - least)));
        }
    }
}
