package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.admission.AdmissionRequest.Operation;
import io.kumiki.kube.admission.webhook.Webhooks;
import io.kumiki.kube.apply.Ownership;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Create and every form of change.
public final class Writes {
    private final Registry registry;
    private static final Set<String> REVIEWED = Set.of("", "status", "scale");
    private static final int ATTEMPTS = 5;

    private final Admission admission;
    private final Webhooks webhooks;
    private final Supplier<Instant> now;
    private final Supplier<String> uids;

    public Writes(
            Registry registry, Admission admission, Webhooks webhooks, Supplier<Instant> now, Supplier<String> uids) {
        this.webhooks = webhooks;
        this.registry = registry;
        this.admission = admission;
        this.now = now;
        this.uids = uids;
    }

    /// @param object is taken over and changed
    public StoredObject create(Kind kind, String namespace, ObjectNode object, WriteOptions options) {
        Metadata.of(object).remove("managedFields");
        return create(kind, namespace, object, options, false);
    }

    /// Something new, for a write of many.
    ///
    /// @param object is taken over and changed
    public record Fresh(Kind kind, String namespace, ObjectNode object) {}

    /// All or none, as one write: what the cluster makes for itself at a start.
    public void createAll(List<Fresh> all, WriteOptions options) {
        List<Function<Tx, StoredObject>> work = new ArrayList<>();
        for (Fresh each : all) {
            work.add(prepare(each.kind(), each.namespace(), each.object(), options, false));
        }
        registry.write(
                options.dryRun(),
                true,
                tx -> work.stream().map(each -> each.apply(tx)).toList());
    }

    /// @param owned whether the object says already who owns its fields
    private StoredObject create(Kind kind, String namespace, ObjectNode object, WriteOptions options, boolean owned) {
        Function<Tx, StoredObject> rest = prepare(kind, namespace, object, options, owned);
        if (webhooks.concern(Operation.CREATE, kind, "")) {
            registry.read(store -> {
                admission.mayEnter(kind, namespace, Metadata.name(object), store);
                return store;
            });
            reviewed(
                    new AdmissionRequest(Operation.CREATE, kind, "", object, null, options.caller(), options.dryRun()),
                    options);
        }
        return registry.write(options.dryRun(), true, rest);
    }

    /// Asks the webhooks, outside the lock. What they change passes everything else again when it is stored.
    private void reviewed(AdmissionRequest request, WriteOptions options) {
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
        registry.read(store -> {
            admission.complete(judged, store);
            return store;
        });
        webhooks.validate(judged, options.warnings());
    }

    /// Asks the webhooks about a deletion that somebody wants; what follows from other writes is not asked about.
    public void reviewDelete(Kind kind, String namespace, String name, WriteOptions options) {
        if (!webhooks.concern(Operation.DELETE, kind, "")) {
            return;
        }
        StoredObject found = registry.get(kind.key(namespace, name));
        if (found != null) {
            AdmissionRequest request = new AdmissionRequest(
                    Operation.DELETE,
                    kind,
                    "",
                    found.tree(kind.type().apiVersion(), kind.kind()),
                    null,
                    options.caller(),
                    options.dryRun());
            webhooks.mutate(request, changed -> {}, options.warnings());
            webhooks.validate(request, options.warnings());
        }
    }

    /// Everything that needs no lock; gives what is left to do under it.
    private Function<Tx, StoredObject> prepare(
            Kind kind, String namespace, ObjectNode object, WriteOptions options, boolean owned) {
        if (Metadata.resourceVersion(object) != null) {
            throw ApiFault.unexplained("resourceVersion should not be set on objects to be created");
        }
        admission.decode(kind, object, options);
        String name = admission.name(kind, namespace, object);
        String uid = uids.get();
        Instant at = now.get();
        Metadata.begin(object, kind.namespaced() ? namespace : "", name, uid, at, kind.generation());
        if (kind.status()) {
            kind.rules().initialStatus(object);
        }
        kind.rules().warn(object, options.warnings());
        return tx -> {
            admission.mayEnter(kind, namespace, name, tx.store());
            ObjectKey key = kind.key(namespace, name);
            if (tx.get(key) != null) {
                throw ApiFault.alreadyExists(kind.storage(), name);
            }
            admission.defaults(kind, object, null);
            if (!owned) {
                Ownership.created(kind, object, options.manager(), at);
            }
            admission.complete(
                    new AdmissionRequest(Operation.CREATE, kind, "", object, null, options.caller(), options.dryRun()),
                    tx.store());
            return tx.put(kind, key, object);
        };
    }

    /// What one change does to an object.
    ///
    /// @param part `""` for the object, `status` for its status
    /// @param change gets the object as it is (without resourceVersion) and gives what it shall be; may change what
    ///     it was given
    /// @param owned whether the change says itself who owns which fields
    public record Update(
            Kind kind, String namespace, String name, String part, UnaryOperator<ObjectNode> change, boolean owned) {
        public Update(Kind kind, String namespace, String name, String part, UnaryOperator<ObjectNode> change) {
            this(kind, namespace, name, part, change, false);
        }
    }

    /// What is there or made by an update, and whether it is new.
    public record Written(StoredObject stored, boolean created) {}

    public StoredObject update(Update update, WriteOptions options) {
        boolean asked =
                REVIEWED.contains(update.part()) && webhooks.concern(Operation.UPDATE, update.kind(), update.part());
        return asked
                ? updateReviewed(update, options)
                : registry.write(options.dryRun(), false, tx -> change(tx, update, options));
    }

    /// The webhooks see the change of one revision; when another write came between, they are asked again.
    private StoredObject updateReviewed(Update update, WriteOptions options) {
        Kind kind = update.kind();
        ObjectKey key = kind.key(update.namespace(), update.name());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StoredObject before = registry.get(key);
            if (before == null) {
                throw ApiFault.notFound(kind.storage(), update.name());
            }
            ObjectNode old = tree(kind, before);
            ObjectNode next = next(update, before, old, options);
            reviewed(
                    new AdmissionRequest(
                            Operation.UPDATE, kind, update.part(), next, old, options.caller(), options.dryRun()),
                    options);
            Update admitted = new Update(
                    kind, update.namespace(), update.name(), update.part(), now -> next.deepCopy(), update.owned());
            StoredObject written = registry.write(options.dryRun(), false, tx -> {
                        StoredObject there = tx.get(key);
                        boolean same = there != null && there.revision() == before.revision();
                        return same ? Optional.of(change(tx, admitted, options)) : Optional.<StoredObject>empty();
                    })
                    .orElse(null);
            if (written != null) {
                return written;
            }
        }
        throw ApiFault.conflict(
                kind.storage(),
                update.name(),
                "the object was modified each time while its admission webhooks were asked; please try again");
    }

    /// Changes what is there, or creates what the supplier gives. For server-side apply.
    public Written updateOrCreate(Update update, WriteOptions options, Supplier<ObjectNode> fresh) {
        ObjectKey key = update.kind().key(update.namespace(), update.name());
        while (true) {
            if (registry.get(key) == null && update.part().isEmpty()) {
                try {
                    return new Written(create(update.kind(), update.namespace(), fresh.get(), options, true), true);
                } catch (ApiFault e) {
                    if (!e.reason().equals("AlreadyExists")) {
                        throw e;
                    }
                }
            }
            return new Written(update(update, options), false);
        }
    }

    private StoredObject change(Tx tx, Update update, WriteOptions options) {
        Kind kind = update.kind();
        ObjectKey key = kind.key(update.namespace(), update.name());
        StoredObject before = tx.get(key);
        if (before == null) {
            throw ApiFault.notFound(kind.storage(), update.name());
        }
        ObjectNode old = tree(kind, before);
        ObjectNode next = next(update, before, old, options);
        admission.defaults(kind, next, old);
        if (!update.owned()) {
            Ownership.updated(kind, next, old, options.manager(), update.part(), now.get());
        }
        admission.complete(
                new AdmissionRequest(
                        Operation.UPDATE, kind, update.part(), next, old, options.caller(), options.dryRun()),
                tx.store());
        kind.rules().warn(next, options.warnings());
        if (!update.part().equals("binding")) {
            raiseGeneration(kind, next, old);
        }
        if (next.path("metadata").has("deletionTimestamp") && !Metadata.finalizing(next) && ended(kind, next)) {
            return kind.store(key, tx.remove(before).revision(), next);
        }
        if (next.equals(old)) {
            return before;
        }
        return tx.put(kind, key, next);
    }

    private static ObjectNode tree(Kind kind, StoredObject stored) {
        ObjectNode tree = Metadata.tree(stored);
        return tree.put("apiVersion", kind.type().apiVersion()).put("kind", kind.kind());
    }

    /// What the change makes of the object, with everything that it may not change as it was.
    private ObjectNode next(Update update, StoredObject before, ObjectNode old, WriteOptions options) {
        Kind kind = update.kind();
        ObjectNode next = update.change().apply(before.tree(kind.type().apiVersion(), kind.kind()));
        check(kind, before, next);
        admission.decode(kind, next, options);
        Metadata.keep(next, old);
        separate(kind, update.part(), next, old);
        return next;
    }

    /// Whether nothing but finalizers held a deletion up. A pod waits for its node agent as well.
    static boolean ended(Kind kind, JsonNode object) {
        if (Deletes.CONTAINERS.contains(kind.storage())) {
            return false;
        }
        boolean pod = kind.storage().equals("pods");
        return !pod
                || object.path("metadata").path("deletionGracePeriodSeconds").asLong() == 0;
    }

    private static void check(Kind kind, StoredObject before, ObjectNode next) {
        String wanted = Metadata.resourceVersion(next);
        Metadata.of(next).remove("resourceVersion");
        String name = before.key().name();
        if (wanted != null && !wanted.equals("0") && !wanted.equals(Long.toString(before.revision()))) {
            throw ApiFault.conflict(
                    kind.storage(),
                    name,
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
        String uid = next.path("metadata").path("uid").asText("");
        if (!uid.isEmpty() && !uid.equals(before.uid())) {
            throw ApiFault.conflict(
                    kind.storage(),
                    name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + before.uid());
        }
        String given = next.path("metadata").path("name").asText(name);
        if (!given.equals(name)) {
            throw ApiFault.badRequest(
                    "the name of the object (" + given + ") does not match the name on the URL (" + name + ")");
        }
        String namespace = next.path("metadata").path("namespace").asText("");
        if (!namespace.isEmpty() && !namespace.equals(before.key().namespace())) {
            throw ApiFault.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /// The main resource never changes status, the status subresource never changes anything else but metadata that
    /// is the user's.
    private static void separate(Kind kind, String part, ObjectNode next, ObjectNode old) {
        if (part.equals("status")) {
            JsonNode status = next.get("status");
            JsonNode metadata = next.get("metadata");
            JsonNode managed = metadata.get("managedFields");
            next.removeAll();
            next.setAll(old.deepCopy());
            replace(next, "status", status);
            if (managed != null) {
                Metadata.of(next).set("managedFields", managed);
            }
            if (kind.storage().equals("nodes") || kind.storage().equals("pods")) {
                replace(Metadata.of(next), "labels", metadata.get("labels"));
                replace(Metadata.of(next), "annotations", metadata.get("annotations"));
            }
        } else if (kind.status() && part.isEmpty()) {
            replace(next, "status", old.get("status"));
        }
    }

    private static void replace(ObjectNode object, String field, @Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            object.remove(field);
        } else {
            object.set(field, value);
        }
    }

    private static void raiseGeneration(Kind kind, ObjectNode next, ObjectNode old) {
        if (!kind.generation()) {
            return;
        }
        ObjectNode a = next.deepCopy();
        ObjectNode b = old.deepCopy();
        for (ObjectNode each : new ObjectNode[] {a, b}) {
            each.remove("metadata");
            if (kind.status()) {
                each.remove("status");
            }
        }
        if (!a.equals(b)) {
            Metadata.of(next)
                    .put("generation", old.path("metadata").path("generation").asLong() + 1);
        }
    }
}
