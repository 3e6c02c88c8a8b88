package io.kumiki.placement;

import java.util.Arrays;

/// Those that wait and want the same, in order; finds the next of them that promises to be short in logarithmic
/// steps (a tree of least promises over their places).
final class Line {
    /// No promise is longer.
    static final long ANY = Long.MAX_VALUE / 2;

    final Forecast.Shape shape;
    private Forecast.Waiting[] waiting = new Forecast.Waiting[8];
    private long[] orders = new long[8];
    /// Node i has the children 2i and 2i + 1; place p is node p + length of waiting.
    private long[] least = new long[16];
    private int size;

    Line(Forecast.Shape shape) {
        this.shape = shape;
        Arrays.fill(least, Long.MAX_VALUE);
    }

    Forecast.Waiting at(int place) {
        return waiting[place];
    }

    long order(int place) {
        return orders[place];
    }

    void add(Forecast.Waiting next, long order) {
        if (size == waiting.length) {
            grow();
        }
        waiting[size] = next;
        orders[size] = order;
        set(size, Math.min(ANY, next.promised()));
        size++;
    }

    void remove(int place) {
        set(place, Long.MAX_VALUE);
    }

    /// The first place from there on whose promise is no longer; -1 without one.
    int next(int from, long promised) {
        return from >= size ? -1 : next(1, 0, waiting.length, from, promised);
    }

    private int next(int node, int begin, int end, int from, long promised) {
        if (end <= from || least[node] > promised) {
            return -1;
        }
        if (end - begin == 1) {
            return begin;
        }
        int middle = (begin + end) >>> 1;
        int found = next(2 * node, begin, middle, from, promised);
        return found >= 0 ? found : next(2 * node + 1, middle, end, from, promised);
    }

    private void set(int place, long promise) {
        int node = place + waiting.length;
        least[node] = promise;
        for (node >>= 1; node >= 1; node >>= 1) {
            least[node] = Math.min(least[2 * node], least[2 * node + 1]);
        }
    }

    /// Those that have left go; the rest moves together, with room for as many again.
    private void grow() {
        Forecast.Waiting[] all = waiting;
        long[] before = orders;
        long[] promises = Arrays.copyOfRange(least, all.length, 2 * all.length);
        int left = (int) Arrays.stream(promises).filter(p -> p <= ANY).count();
        int capacity = Math.max(8, Integer.highestOneBit(Math.max(1, left)) * 4);
        waiting = new Forecast.Waiting[capacity];
        orders = new long[capacity];
        least = new long[2 * capacity];
        Arrays.fill(least, Long.MAX_VALUE);
        int count = size;
        size = 0;
        for (int i = 0; i < count; i++) {
            if (promises[i] <= ANY) {
                add(all[i], before[i]);
            }
        }
    }
}
