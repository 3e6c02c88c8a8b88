package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.admission.AdmissionRequest.Operation;
import io.kumiki.kube.admission.webhook.Webhooks;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.StoredObject;

/// Asks the admission webhooks, never under the lock.
public final class Reviewing {
    private final Registry registry;
    private final Admission admission;
    private final Webhooks webhooks;

    Reviewing(Registry registry, Admission admission, Webhooks webhooks) {
        this.registry = registry;
        this.admission = admission;
        this.webhooks = webhooks;
    }

    /// Asks the webhooks, outside the lock. What they change passes everything else again when it is stored.
    void change(AdmissionRequest request, WriteOptions options) {
        Kind kind = request.kind();
        ObjectNode before = request.object().deepCopy();
        registry.read(store -> {
            admission.mutate(request, store);
            return store;
        });
        webhooks.mutate(
                request,
                changed -> {
                    admission.decode(kind, changed, options);
                    Metadata.keep(changed, before);
                    admission.defaults(kind, changed, request.old());
                },
                options.warnings());
        ObjectNode whole = request.object().deepCopy();
        AdmissionRequest judged = new AdmissionRequest(
                request.operation(),
                kind,
                request.subresource(),
                whole,
                request.old(),
                request.caller(),
                request.dryRun());
        admission.defaults(kind, whole, request.old());
        kind.rules().foresee(whole, request.old());
        registry.read(store -> {
            admission.complete(judged, store);
            return store;
        });
        webhooks.validate(judged, options.warnings());
    }

    /// Asks the webhooks about a deletion that somebody wants; what follows from other writes is not asked about.
    public void deletion(Kind kind, String namespace, String name, WriteOptions options) {
        if (!webhooks.concern(Operation.DELETE, kind, "")) {
            return;
        }
        StoredObject found = registry.get(kind.key(namespace, name));
        if (found != null) {
            AdmissionRequest request = new AdmissionRequest(
                    Operation.DELETE, kind, "", kind.tree(found), null, options.caller(), options.dryRun());
            webhooks.mutate(request, changed -> {}, options.warnings());
            webhooks.validate(request, options.warnings());
        }
    }

    /// Whether somebody wants to hear of it: most requests are made into no question at all.
    public boolean concern(Operation operation, Kind kind, String subresource) {
        return webhooks.concern(operation, kind, subresource);
    }

    /// Asks about a request below an object: a binding, an eviction, a scale, a token, a connection. Webhooks may
    /// change what it carries.
    public void part(AdmissionRequest request, WriteOptions options) {
        if (webhooks.concern(request.operation(), request.kind(), request.subresource())) {
            webhooks.mutate(request, changed -> {}, options.warnings());
            webhooks.validate(request, options.warnings());
        }
    }
}
