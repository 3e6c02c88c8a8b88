package io.kumiki.kube.lifecycle;

import io.kumiki.kube.quota.QuotaLedger;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.Change;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Everything that follows from a write.
public final class Consequences implements Registry.Consequences {
    private final GarbageCollector garbage;
    private final NamespaceLife namespaces;
    private final Definitions definitions;
    private volatile Registry.@Nullable Consequences others;
    private final AggregatedRoles roles;
    private final QuotaStatus quotas;

    /// @param authority the CA that every namespace is given, as PEM; empty for none
    public Consequences(
            Registry registry, Writes writes, Deletes deletes, Supplier<String> authority, QuotaLedger ledger) {
        this.garbage = new GarbageCollector(registry, writes, deletes);
        this.namespaces = new NamespaceLife(registry, writes, deletes, authority);
        this.definitions = new Definitions(registry, writes, deletes);
        this.roles = new AggregatedRoles(registry, writes);
        this.quotas = new QuotaStatus(registry, writes, ledger);
    }

    @Override
    public void of(Change change, Consumer<Runnable> later) {
        definitions.changed(change, later);
        garbage.changed(change, later);
        namespaces.changed(change, later);
        roles.changed(change, later);
        quotas.changed(change, later);
        Registry.Consequences more = others;
        if (more != null) {
            more.of(change, later);
        }
    }

    /// Somebody else who hears of every change under the lock: the controllers.
    public void also(Registry.Consequences more) {
        others = more;
    }

    /// After a start: goes on with what a stop interrupted.
    public void resume() {
        namespaces.resume();
        garbage.resume();
        definitions.resume();
        roles.resume();
        quotas.resume();
    }
}
