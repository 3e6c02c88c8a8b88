package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.apply.Ownership;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Create and every form of change.
public final class Writes {
    private final Registry registry;
    private final Admission admission;
    private final Supplier<Instant> now;
    private final Supplier<String> uids;

    public Writes(Registry registry, Admission admission, Supplier<Instant> now, Supplier<String> uids) {
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

    /// @param owned whether the object says already who owns its fields
    private StoredObject create(Kind kind, String namespace, ObjectNode object, WriteOptions options, boolean owned) {
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
        return registry.write(options.dryRun(), true, tx -> {
            admission.mayEnter(kind, namespace, name, tx.store());
            ObjectKey key = kind.key(namespace, name);
            if (tx.get(key) != null) {
                throw ApiFault.alreadyExists(kind.storage(), name);
            }
            admission.defaults(kind, object, null);
            if (!owned) {
                Ownership.created(kind, object, options.manager(), at);
            }
            admission.complete(kind, object, null, tx.store());
            return tx.put(kind, key, object);
        });
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
        return registry.write(options.dryRun(), false, tx -> change(tx, update, options));
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
        ObjectNode old = Metadata.tree(before);
        old.put("apiVersion", kind.type().apiVersion()).put("kind", kind.kind());
        ObjectNode next = update.change().apply(before.tree(kind.type().apiVersion(), kind.kind()));
        check(kind, before, next);
        admission.decode(kind, next, options);
        Metadata.keep(next, old);
        separate(kind, update.part(), next, old);
        admission.defaults(kind, next, old);
        if (!update.owned()) {
            Ownership.updated(kind, next, old, options.manager(), update.part(), now.get());
        }
        admission.complete(kind, next, old, tx.store());
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
