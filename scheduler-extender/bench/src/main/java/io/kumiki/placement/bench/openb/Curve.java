package io.kumiki.placement.bench.openb;

/// Allocation against arrived load, both in % of all GPUs: the cell of a load is the mean over the pods that
/// arrived in it.
final class Curve {
    private final double[] sum = new double[140];
    private final int[] count = new int[140];
    private final double capacity;

    Curve(long capacityMilli) {
        this.capacity = capacityMilli;
    }

    void add(long arrivedMilli, long usedMilli) {
        int x = (int) Math.rint(100.0 * arrivedMilli / capacity);
        if (x < sum.length) {
            sum[x] += Math.round(10_000.0 * usedMilli / capacity) / 100.0;
            count[x]++;
        }
    }

    double at(int load) {
        return Math.round(100 * sum[load] / count[load]) / 100.0;
    }
}
