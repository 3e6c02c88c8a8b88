package io.kumiki.model;

import java.util.BitSet;

/// A set of indexes in Kubernetes' text form: `1,3-5,7`.
///
/// @param indexes owned by this record: never changed
public record IndexRanges(BitSet indexes) {
    private static final int MOST = 100_000_000;

    public static final IndexRanges NONE = new IndexRanges(new BitSet());

    public IndexRanges {
        indexes = (BitSet) indexes.clone();
    }

    @Override
    public BitSet indexes() {
        return (BitSet) indexes.clone();
    }

    /// Throws IllegalArgumentException that says what is wrong with the text.
    public static IndexRanges parse(String text) {
        BitSet found = new BitSet();
        if (text.isEmpty()) {
            return NONE;
        }
        int last = -1;
        for (String part : text.split(",", -1)) {
            String[] ends = part.split("-", 2);
            int from = number(ends[0]);
            int to = ends.length == 2 ? number(ends[1]) : from;
            if (ends.length == 2 && to <= from) {
                throw new IllegalArgumentException("non-increasing order, previous: " + from + ", current: " + to);
            }
            if (from <= last) {
                throw new IllegalArgumentException("non-increasing order, previous: " + last + ", current: " + from);
            }
            found.set(from, to + 1);
            last = to;
        }
        return new IndexRanges(found);
    }

    private static int number(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number < MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("cannot convert string to integer for index: \"" + text + "\"", e);
        }
        throw new IllegalArgumentException("index out of range: \"" + text + "\"");
    }

    public boolean contains(int index) {
        return indexes.get(index);
    }

    public int count() {
        return indexes.cardinality();
    }

    /// The highest; -1 when there is none.
    public int last() {
        return indexes.length() - 1;
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        for (int from = indexes.nextSetBit(0); from >= 0; ) {
            int end = indexes.nextClearBit(from);
            text.append(text.isEmpty() ? "" : ",").append(from);
            // Two neighbours are written one by one, as Kubernetes does.
            if (end - from == 2) {
                text.append(',').append(end - 1);
            } else if (end - from > 2) {
                text.append('-').append(end - 1);
            }
            from = indexes.nextSetBit(end);
        }
        return text.toString();
    }
}
