package io.kumiki.kube.lifecycle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.quota.QuotaLedger;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.Change;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Tells in each ResourceQuota's status what the ledger knows. Many writes at once are told once.
final class QuotaStatus {
    private static final WriteOptions BY = WriteOptions.by("kube-controller-manager");

    private final Registry registry;
    private final Writes writes;
    private final QuotaLedger ledger;
    private final Set<String> queued = ConcurrentHashMap.newKeySet();

    QuotaStatus(Registry registry, Writes writes, QuotaLedger ledger) {
        this.registry = registry;
        this.writes = writes;
        this.ledger = ledger;
    }

    /// Under the lock.
    void changed(Change change, Consumer<Runnable> later) {
        String namespace = change.key().namespace();
        boolean stale = registry.read(store -> ledger.changed(change, store));
        if (stale && queued.add(namespace)) {
            later.accept(() -> tell(namespace));
        }
    }

    void resume() {
        registry.read(store -> store.all(ResourceType.QUOTAS.storage(), "")).stream()
                .map(quota -> quota.key().namespace())
                .distinct()
                .forEach(this::tell);
    }

    private void tell(String namespace) {
        queued.remove(namespace);
        for (String name : registry.read(store -> ledger.names(namespace))) {
            var update = new Writes.Update(
                    registry.kinds().get(ResourceType.QUOTAS), namespace, name, "status", (ObjectNode old) -> {
                        ObjectNode status = ledger.status(namespace, name);
                        if (status != null) {
                            old.set("status", status);
                        }
                        return old;
                    });
            writes.update(update, BY);
        }
    }
}
