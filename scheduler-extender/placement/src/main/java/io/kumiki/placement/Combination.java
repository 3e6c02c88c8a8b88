package io.kumiki.placement;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Exact search for gangs of several roles where filling role by role found no room: node by node, each mix of
/// members that the node could take, as many as possible. What was tried in vain is remembered.
/// Bounded by steps, not by time, so that the same input gives the same answer.
final class Combination {
    enum Outcome {
        FOUND,
        NONE,
        GAVE_UP
    }

    private final Trial trial;
    private final List<Trial.Wanted> roles;
    private final int[] nodes;
    private final int[][] roomFrom;
    private final boolean exact;
    private final Set<List<Integer>> vain = new HashSet<>();
    private final List<List<GangPlacement.Slot>> taken = new ArrayList<>();
    private int steps;

    /// @param roles largest first
    Combination(Trial trial, List<Trial.Wanted> roles, int[] nodes, int steps) {
        this.trial = trial;
        this.roles = roles;
        this.nodes = nodes;
        this.steps = steps;
        this.exact = fractionSizes(roles) <= 1;
        this.roomFrom = new int[nodes.length + 1][roles.size()];
        for (int i = nodes.length - 1; i >= 0; i--) {
            for (int r = 0; r < roles.size(); r++) {
                roomFrom[i][r] = roomFrom[i + 1][r] + trial.room(roles.get(r), nodes[i]);
            }
        }
        roles.forEach(_ -> taken.add(new ArrayList<>()));
    }

    /// Fractions of one size, and whole devices beside them, pack best by the smallest remnant; several sizes may
    /// not.
    private static long fractionSizes(List<Trial.Wanted> roles) {
        return roles.stream()
                .map(of -> of.role().demand())
                .filter(d -> d.gpus() > 0 && d.gpuMilli() < ClusterView.WHOLE)
                .mapToInt(Demand::gpuMilli)
                .distinct()
                .count();
    }

    int stepsLeft() {
        return steps;
    }

    /// Per role, as the roles came.
    List<List<GangPlacement.Slot>> slots() {
        return taken;
    }

    Outcome search() {
        int[] left = roles.stream().mapToInt(of -> of.role().min()).toArray();
        Outcome outcome = node(0, left);
        return outcome == Outcome.NONE && !exact ? Outcome.GAVE_UP : outcome;
    }

    private Outcome node(int i, int[] left) {
        boolean done = true;
        for (int r = 0; r < left.length; r++) {
            if (left[r] > roomFrom[i][r]) {
                return Outcome.NONE;
            }
            done &= left[r] == 0;
        }
        if (done) {
            return Outcome.FOUND;
        }
        List<Integer> state = new ArrayList<>();
        state.add(i);
        for (int count : left) {
            state.add(count);
        }
        if (vain.contains(state)) {
            return Outcome.NONE;
        }
        if (--steps <= 0) {
            return Outcome.GAVE_UP;
        }
        Outcome outcome = mix(i, 0, left);
        if (outcome == Outcome.NONE) {
            vain.add(state);
        }
        return outcome;
    }

    /// Role r and those after it on node i: as many as possible first, then one less, down to none.
    private Outcome mix(int i, int r, int[] left) {
        if (r == roles.size()) {
            return node(i + 1, left);
        }
        Demand demand = roles.get(r).role().demand();
        int most = Math.min(left[r], trial.room(roles.get(r), nodes[i]));
        Deque<GangPlacement.Slot> here = new ArrayDeque<>();
        for (int k = 0; k < most; k++) {
            here.push(trial.take(demand, nodes[i]));
        }
        // The last role gains nothing by leaving room.
        int least = r == roles.size() - 1 ? most : 0;
        for (int k = most; k >= least; k--) {
            int[] after = left.clone();
            after[r] -= k;
            int before = taken.get(r).size();
            here.descendingIterator().forEachRemaining(taken.get(r)::add);
            Outcome outcome = mix(i, r + 1, after);
            if (outcome != Outcome.NONE) {
                return outcome;
            }
            while (taken.get(r).size() > before) {
                taken.get(r).removeLast();
            }
            if (--steps <= 0) {
                return Outcome.GAVE_UP;
            }
            if (k > least) {
                trial.giveBack(demand, here.pop());
            }
        }
        while (!here.isEmpty()) {
            trial.giveBack(demand, here.pop());
        }
        return Outcome.NONE;
    }
}
