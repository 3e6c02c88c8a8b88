package io.kumiki.extender;

import io.kumiki.ledger.Ledger;
import io.kumiki.ledger.LedgerEntry;
import io.kumiki.ledger.LedgerSettings;
import io.kumiki.planner.Decision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The planner's sums on their way to the ledger. The member is started with the first of them, and everything that
/// has to do with it happens on a thread of its own: without a TenantQuota there is none, and the planner hands over
/// the newest sums and goes on, whatever the other members do.
final class LedgerLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerLink.class);

    private final LedgerSettings settings;
    private volatile Runnable changed = () -> {};
    private @Nullable LedgerEntry newest;
    private @Nullable Thread thread;
    private volatile @Nullable Ledger ledger;
    private boolean closed;

    LedgerLink(LedgerSettings settings) {
        this.settings = settings;
    }

    /// @param then called when something newer is known here, from any thread; must not block
    void onChange(Runnable then) {
        changed = then;
    }

    synchronized void publish(Decision.Publish publish) {
        newest = new LedgerEntry(
                publish.tree(),
                publish.epoch(),
                publish.sequence(),
                publish.usage(),
                publish.binding().stream()
                        .map(b -> new LedgerEntry.BindingGang(b.namespace(), b.name(), b.tenant(), b.amounts()))
                        .toList());
        if (thread == null && !closed) {
            thread = Thread.ofPlatform().daemon().name("ledger").start(this::run);
        }
        notifyAll();
    }

    private void run() {
        Ledger joined;
        try {
            joined = Ledger.start(settings);
        } catch (RuntimeException e) {
            LOG.warn("there is no ledger, so quota is told to nobody (it is decided as before): {}", e.toString());
            return;
        }
        joined.onChange(_ -> changed.run());
        ledger = joined;
        try {
            while (true) {
                joined.publish(next());
            }
        } catch (InterruptedException e) {
            joined.close();
        }
    }

    private synchronized LedgerEntry next() throws InterruptedException {
        while (newest == null) {
            if (closed) {
                throw new InterruptedException("closed");
            }
            wait();
        }
        LedgerEntry entry = newest;
        newest = null;
        return entry;
    }

    /// What this process knows; empty while no TenantQuota exists.
    Optional<Ledger> ledger() {
        return Optional.ofNullable(ledger);
    }

    /// What this process knows of the tree with that root, whoever published it; empty for nothing yet.
    Optional<Decision.Publish> told(String tree) {
        return ledger().flatMap(there -> there.read(tree))
                .map(entry -> new Decision.Publish(
                        entry.tree(),
                        entry.epoch(),
                        entry.sequence(),
                        entry.usage(),
                        entry.binding().stream()
                                .map(b ->
                                        new Decision.Publish.Binding(b.namespace(), b.name(), b.tenant(), b.amounts()))
                                .toList()));
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
            notifyAll();
        }
        if (running != null) {
            try {
                // The member leaves properly; one that hangs must not keep the process.
                running.join(6_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
