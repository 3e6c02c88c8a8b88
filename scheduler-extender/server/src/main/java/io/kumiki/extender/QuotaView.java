package io.kumiki.extender;

import io.kumiki.planner.Decision;
import io.kumiki.quota.Standing;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// What people ask about quota: how the TenantQuotas stand, and what this process's copy of the ledger tells of usage.
/// Asks nobody else, so it never makes anybody wait.
public final class QuotaView {
    private final LedgerLink ledger;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile List<Standing> standings = List.of();

    QuotaView(LedgerLink ledger) {
        this.ledger = ledger;
        ledger.onChange(this::changed);
    }

    void stand(List<Standing> now) {
        standings = now;
        changed();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    /// TenantQuotas as they were applied, in the order of their names.
    public List<Standing> standings() {
        return standings;
    }

    /// What is known here of the use of the tree with that root, whoever leads; empty for nothing yet.
    public Optional<Decision.Publish> usage(String tree) {
        return ledger.told(tree);
    }

    /// Calls back when something else is told, from any thread; must not block. Until closed.
    public AutoCloseable onChange(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }
}
