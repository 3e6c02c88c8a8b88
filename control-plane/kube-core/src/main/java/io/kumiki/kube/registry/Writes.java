package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.admission.AdmissionRequest.Operation;
import io.kumiki.kube.admission.PodSecurity;
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

/// Create and every form of change.
public final class Writes {
    private final Registry registry;
    private static final Set<String> REVIEWED = Set.of("", "status");
    private static final int ATTEMPTS = 5;

    private final Admission admission;
    private final Webhooks webhooks;
    private final Reviewing reviewing;
    private final Supplier<Instant> now;
    private final Supplier<String> uids;

    public Writes(
            Registry registry, Admission admission, Webhooks webhooks, Supplier<Instant> now, Supplier<String> uids) {
        this.webhooks = webhooks;
        this.reviewing = new Reviewing(registry, admission, webhooks);
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
        if (!webhooks.concern(Operation.CREATE, kind, "")) {
            return registry.write(options.dryRun(), true, prepare(kind, namespace, object, options, owned));
        }
        // What webhooks add belongs to nobody: the writer owns what they wrote themselves.
        Function<Tx, StoredObject> rest = prepare(kind, namespace, object, options, true);
        admission.defaults(kind, object, null);
        if (!owned) {
            Ownership.created(kind, object, options.manager(), now.get());
        }
        registry.read(store -> {
            admission.mayEnter(kind, namespace, Metadata.name(object), store);
            return store;
        });
        reviewing.change(
                new AdmissionRequest(Operation.CREATE, kind, "", object, null, options.caller(), options.dryRun()),
                options);
        return registry.write(options.dryRun(), true, rest);
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
        kind.rules().foresee(object, null);
        if (!owned) {
            // It depends on nothing that is stored: the lock need not be held for it.
            admission.defaults(kind, object, null);
            Ownership.created(kind, object, options.manager(), at);
        }
        return tx -> {
            admission.mayEnter(kind, namespace, name, tx.store());
            ObjectKey key = kind.key(namespace, name);
            if (tx.get(key) != null) {
                throw ApiFault.alreadyExists(kind.type().storage(), name);
            }
            if (owned) {
                // Webhooks may have changed it since; an apply is completed only here.
                admission.defaults(kind, object, null);
            }
            AdmissionRequest request =
                    new AdmissionRequest(Operation.CREATE, kind, "", object, null, options.caller(), options.dryRun());
            admission.complete(request, tx.store());
            PodSecurity.warn(request, tx.store(), options.warnings());
            return tx.put(kind, key, object);
        };
    }

    /// Asks the webhooks about requests that are no change of an object.
    public Reviewing reviewing() {
        return reviewing;
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
        return asked || update.kind().rules().slow()
                ? updateOutside(update, options, asked)
                : registry.write(options.dryRun(), false, tx -> change(tx, update, options));
    }

    /// What takes long (webhooks, rules to compile) sees the change of one revision, without the lock; when another
    /// write came between, it is done again.
    ///
    /// @param asked whether webhooks want to see it
    private StoredObject updateOutside(Update update, WriteOptions options, boolean asked) {
        Kind kind = update.kind();
        ObjectKey key = kind.key(update.namespace(), update.name());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StoredObject before = registry.get(key);
            if (before == null) {
                throw ApiFault.notFound(kind.type().storage(), update.name());
            }
            ObjectNode old = tree(kind, before);
            ObjectNode next = next(update, before, old, options);
            admission.defaults(kind, next, old);
            if (!update.owned()) {
                Ownership.updated(kind, next, old, options.manager(), update.part(), now.get());
            }
            if (asked) {
                reviewing.change(
                        new AdmissionRequest(
                                Operation.UPDATE, kind, update.part(), next, old, options.caller(), options.dryRun()),
                        options);
            }
            kind.rules().foresee(next, old);
            Update admitted =
                    new Update(kind, update.namespace(), update.name(), update.part(), there -> next.deepCopy(), true);
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
                kind.type().storage(),
                update.name(),
                "the object was modified each time while its change was judged; please try again");
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
            throw ApiFault.notFound(kind.type().storage(), update.name());
        }
        ObjectNode old = tree(kind, before);
        ObjectNode next = next(update, before, old, options);
        admission.defaults(kind, next, old);
        if (!update.owned()) {
            Ownership.updated(kind, next, old, options.manager(), update.part(), now.get());
        }
        AdmissionRequest request = new AdmissionRequest(
                Operation.UPDATE, kind, update.part(), next, old, options.caller(), options.dryRun());
        admission.complete(request, tx.store());
        PodSecurity.warn(request, tx.store(), options.warnings());
        kind.rules().warn(next, options.warnings());
        if (!update.part().equals("binding")) {
            Boundaries.raiseGeneration(kind, next, old);
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
        ObjectNode tree = kind.tree(stored);
        Metadata.of(tree).remove("resourceVersion");
        return tree;
    }

    /// What the change makes of the object, with everything that it may not change as it was.
    private ObjectNode next(Update update, StoredObject before, ObjectNode old, WriteOptions options) {
        Kind kind = update.kind();
        ObjectNode shown = old.deepCopy();
        Metadata.of(shown).put("resourceVersion", Long.toString(before.revision()));
        ObjectNode next = update.change().apply(shown);
        Boundaries.check(kind, before, next);
        admission.decode(kind, next, options);
        Metadata.keep(next, old);
        Boundaries.separate(kind, update.part(), next, old);
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
}
