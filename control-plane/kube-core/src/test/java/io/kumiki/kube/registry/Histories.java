package io.kumiki.kube.registry;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether what concurrent clients saw of one object can be explained by some order of their operations that keeps to
/// real time (Wing and Gong's search, with Lowe's memory of what was tried). An object is a register of a revision and
/// a value; compare-and-set wants the revision to be the expected one, and a success must give a higher one.
final class Histories {
    /// @param from and to when it was sent and answered
    /// @param expected the revision compared with; -1 for a read
    /// @param revision that a read saw or a success gave; -1 for a conflict
    record Operation(long from, long to, long expected, long revision, String value) {
        static Operation read(long from, long to, long revision, String value) {
            return new Operation(from, to, -1, revision, value);
        }

        static Operation set(long from, long to, long expected, String value, long revision) {
            return new Operation(from, to, expected, revision, value);
        }

        static Operation conflict(long from, long to, long expected) {
            return new Operation(from, to, expected, -1, "");
        }
    }

    private record State(long revision, String value) {}

    private record Tried(BitSet done, State state) {}

    private final List<Operation> operations;
    private final Set<Tried> tried = new HashSet<>();

    private Histories(List<Operation> operations) {
        this.operations = new ArrayList<>(operations);
        this.operations.sort(java.util.Comparator.comparingLong(Operation::from));
    }

    static boolean explained(long revision, String value, List<Operation> operations) {
        return new Histories(operations).search(new BitSet(), new State(revision, value));
    }

    private boolean search(BitSet done, State state) {
        if (done.cardinality() == operations.size()) {
            return true;
        }
        if (!tried.add(new Tried((BitSet) done.clone(), state))) {
            return false;
        }
        long firstAnswer = Long.MAX_VALUE;
        for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
            firstAnswer = Math.min(firstAnswer, operations.get(i).to);
        }
        for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
            Operation next = operations.get(i);
            if (next.from > firstAnswer) {
                // Something else was answered before this was sent, so it comes first.
                return false;
            }
            State after = after(next, state);
            if (after != null) {
                done.set(i);
                if (search(done, after)) {
                    return true;
                }
                done.clear(i);
            }
        }
        return false;
    }

    private static State after(Operation operation, State state) {
        if (operation.expected < 0) {
            return operation.revision == state.revision && operation.value.equals(state.value) ? state : null;
        }
        if (operation.revision < 0) {
            return operation.expected != state.revision ? state : null;
        }
        return operation.expected == state.revision && operation.revision > state.revision
                ? new State(operation.revision, operation.value)
                : null;
    }
}
