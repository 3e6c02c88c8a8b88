package io.kumiki.ledger;

import io.kumiki.quota.Amounts;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// One quota tree as its planner saw it last. Sums and the gangs still being bound, never a list of everything that
/// runs: the entry stays small however large the cluster is.
///
/// @param epoch the planner's leadership; a later leader's word replaces an earlier one's
/// @param sequence counts the planner's publications within its epoch
/// @param usage by tenant, with what is below it
/// @param binding gangs that are placed and not fully bound, oldest first
public record LedgerEntry(
        String tree, long epoch, long sequence, SortedMap<String, Amounts> usage, List<BindingGang> binding) {
    /// A placed gang of which not every pod is bound.
    public record BindingGang(String namespace, String name, String tenant, Amounts amounts) {}

    public LedgerEntry {
        usage = Collections.unmodifiableSortedMap(new TreeMap<>(usage));
        binding = List.copyOf(binding);
    }

    public boolean newerThan(LedgerEntry other) {
        return epoch != other.epoch ? epoch > other.epoch : sequence > other.sequence;
    }
}
