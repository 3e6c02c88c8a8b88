package io.kumiki.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionPolicy;
import io.kumiki.kube.admission.ClusterAddresses;
import io.kumiki.kube.admission.DefaultClass;
import io.kumiki.kube.admission.DefaultTolerations;
import io.kumiki.kube.admission.LimitRanges;
import io.kumiki.kube.admission.NodePorts;
import io.kumiki.kube.admission.PodAccount;
import io.kumiki.kube.admission.PodPriority;
import io.kumiki.kube.admission.PodRuntime;
import io.kumiki.kube.admission.PodSecurity;
import io.kumiki.kube.admission.webhook.Webhooks;
import io.kumiki.kube.controllers.BuiltInControllers;
import io.kumiki.kube.controllers.Carrier;
import io.kumiki.kube.controllers.ControllerSettings;
import io.kumiki.kube.controllers.Controllers;
import io.kumiki.kube.controllers.EventRecorder;
import io.kumiki.kube.kinds.BuiltIns;
import io.kumiki.kube.kinds.CustomKinds;
import io.kumiki.kube.kinds.DefinitionStatus;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindTable;
import io.kumiki.kube.lifecycle.Consequences;
import io.kumiki.kube.quota.QuotaLedger;
import io.kumiki.kube.rbac.Bootstrap;
import io.kumiki.kube.rbac.Escalation;
import io.kumiki.kube.rbac.RoleBasedAccess;
import io.kumiki.kube.registry.Binding;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Patches;
import io.kumiki.kube.registry.Reads;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.rest.Accounts;
import io.kumiki.kube.rest.Parts;
import io.kumiki.kube.rest.Router;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Kubernetes without I/O: the door for the HTTP shell ({@link #handle}) and for the parts that live in the same
/// process (scheduler, node agent,
/// simulated nodes), which speak in JSON trees but pass the same admission. Safe to call from any thread; a write
/// returns when it is durable.
public final class Cluster {
    private final ClusterSettings settings;
    private final List<Admission.Step> steps = new CopyOnWriteArrayList<>();
    private final List<Admission.Step> last = new CopyOnWriteArrayList<>();
    private final QuotaLedger quotas = new QuotaLedger();
    private final KindTable kinds;
    private final Registry registry;
    private final Reads reads;
    private final Writes writes;
    private final Deletes deletes;
    private final Patches patches;
    private final Consequences consequences;
    private final Accounts accounts;
    private final RoleBasedAccess access;
    private final Webhooks webhooks;
    private final Router router;

    /// Loads what the journal holds.
    public Cluster(ClusterSettings settings, Journal journal) {
        this.settings = settings;
        this.kinds = new KindTable(BuiltIns.all());
        this.registry = new Registry(kinds, journal, settings.windowChanges());
        this.access = new RoleBasedAccess();
        steps.addAll(List.of(
                new DefaultClass(),
                new ClusterAddresses(),
                new NodePorts(),
                new DefinitionStatus(settings.now()),
                new PodAccount(settings.letters()),
                new DefaultTolerations(),
                new PodPriority(),
                new PodRuntime(),
                new LimitRanges(),
                new Escalation(access)));
        last.add(new PodSecurity());
        last.add(quotas);
        Admission admission = new Admission(settings.letters(), steps, last);
        this.webhooks = new Webhooks(registry, settings.webhooks(), settings.uids());
        this.reads = new Reads(registry);
        this.writes = new Writes(registry, admission, webhooks, settings.now(), settings.uids());
        this.deletes = new Deletes(registry, settings.now());
        this.patches = new Patches(writes, admission, settings.now());
        this.consequences = new Consequences(registry, writes, deletes, settings.authority(), quotas);
        this.accounts = new Accounts(settings, registry);
        this.router =
                new Router(new Parts(settings, kinds, registry, reads, writes, deletes, patches, access), accounts);
        load(journal);
        registry.read(store -> {
            access.load(store);
            quotas.load(store);
            webhooks.load(store);
            return store;
        });
        registry.consequences((change, later) -> {
            access.changed(change);
            webhooks.changed(change, () -> registry.read(store -> store));
            consequences.of(change, later);
        });
    }

    private void load(Journal journal) {
        List<Journal.Entry> held = new ArrayList<>();
        long seen = journal.load(held::add);
        for (Journal.Entry entry : held) {
            if (entry.key().storage().equals(ResourceType.DEFINITIONS.storage())) {
                kinds.replace(entry.key().name(), CustomKinds.of(Json.parse(entry.json())));
            }
        }
        registry.load(
                sink -> held.forEach(entry -> {
                    Kind kind = kinds.byStorage(entry.key().storage());
                    JsonNode object = Json.parse(entry.json());
                    String[] fields = kind == null ? new String[0] : kind.fieldsOf(object);
                    sink.accept(StoredObject.of(entry.key(), entry.revision(), object, fields, entry.json()));
                }),
                seen);
    }

    /// After a start: makes what every cluster has (roles, priority classes) and goes on with consequences that a
    /// stop interrupted (namespaces that were ending, owners that are gone).
    public void resume() {
        new Bootstrap(registry, writes).run();
        consequences.resume();
        registry.follow();
    }

    /// The built-in controllers (Deployments, Jobs, nodes, …) begin to listen; whoever asked for them runs them, once
    /// for a cluster.
    public Controllers controllers(ControllerSettings how) {
        var events = new EventRecorder(registry, writes, patches, settings.now());
        var made = new Controllers(
                registry,
                new Carrier(registry, writes, deletes, patches, events),
                BuiltInControllers.all(how, settings.now().get()),
                settings.now());
        consequences.also(made);
        made.resume();
        return made;
    }

    /// Carries out what still follows from earlier writes because the journal was in trouble when it was due. The
    /// next write does it too; in a cluster that nobody writes to the shell calls this now and then.
    public void follow() {
        registry.follow();
    }

    /// One request of the Kubernetes API.
    public ApiAnswer handle(ApiRequest request) {
        return router.handle(request);
    }

    /// A rule of somebody else's (the node agent's, an image table's) that every object passes from now on; the same
    /// rule can answer a webhook on another cluster.
    public void admit(AdmissionPolicy policy) {
        steps.add((request, store, violations) -> policy.review(request, violations));
    }

    /// Who shows this token; `null` when nobody known does.
    public @Nullable Caller authenticate(String bearerToken) {
        return accounts.authenticate(bearerToken, List.of());
    }

    /// A token for a service account, as TokenRequest gives it.
    ///
    /// @param audience empty for this API server
    /// @param pod to bind the token to, with its uid; empty for none
    public String accountToken(
            String namespace, String account, String audience, long seconds, String pod, String podUid) {
        var bound = pod.isEmpty() ? null : new Accounts.Bound("Pod", pod, podUid);
        return accounts.issue(namespace, account, audience.isEmpty() ? List.of() : List.of(audience), seconds, bound)
                .token();
    }

    /// `null` when absent.
    public @Nullable ObjectNode get(ResourceType type, String namespace, String name) {
        Kind kind = kinds.get(type);
        StoredObject found = registry.get(kind.key(namespace, name));
        return found == null ? null : tree(kind, found);
    }

    /// @param namespace empty for all
    public Listed list(ResourceType type, String namespace, Selection selection) {
        Kind kind = kinds.get(type);
        var page = reads.list(kind, namespace, selection, 0, "", 0, false);
        return new Listed(
                page.revision(), page.objects().stream().map(o -> tree(kind, o)).toList());
    }

    public ObjectNode create(ResourceType type, String namespace, ObjectNode object, WriteOptions options) {
        Kind kind = kinds.get(type);
        return tree(kind, writes.create(kind, namespace, object.deepCopy(), options));
    }

    /// Replaces the object; with a resourceVersion only if it is still at that.
    ///
    /// @param part empty for the object, `status` for its status
    public ObjectNode update(
            ResourceType type, String namespace, ObjectNode object, String part, WriteOptions options) {
        Kind kind = kinds.get(type);
        String name = object.path("metadata").path("name").asText();
        return tree(
                kind, writes.update(new Writes.Update(kind, namespace, name, part, old -> object.deepCopy()), options));
    }

    public ObjectNode patch(
            ResourceType type,
            String namespace,
            String name,
            String part,
            PatchType how,
            JsonNode patch,
            WriteOptions options) {
        Kind kind = kinds.get(type);
        return tree(
                kind,
                patches.patch(kind, namespace, name, part, how, patch, options).stored());
    }

    /// Returns the object as it is after the call, or as it was when it is gone.
    public ObjectNode delete(ResourceType type, String namespace, String name, Deletion how) {
        Kind kind = kinds.get(type);
        return tree(kind, deletes.delete(kind, namespace, name, how).object());
    }

    /// Gives a pod its node.
    ///
    /// @param uid of the pod meant, empty for whichever has the name
    /// @param annotations merged into the pod in the same write
    public void bind(String namespace, String pod, String uid, String node, Map<String, String> annotations) {
        var change = Binding.change(
                namespace, pod, uid, node, annotations, settings.now().get());
        writes.update(
                new Writes.Update(kinds.get(ResourceType.PODS), namespace, pod, "binding", change),
                WriteOptions.by("kumiki-scheduler"));
    }

    /// Tells of every change after a revision, in order, from one thread at a time; the consumer must not block.
    ///
    /// @param namespace empty for all
    /// @param from a list's revision; 0 to be told first of what is there, as `ADDED`
    public AutoCloseable watch(
            ResourceType type, String namespace, Selection selection, long from, Consumer<WatchEvent> consumer) {
        return registry.watch(
                new Registry.WatchOrder(kinds.get(type), namespace, selection, from, false, false), consumer);
    }

    /// How many objects of a type are there.
    public int count(ResourceType type) {
        return registry.read(store -> store.count(type.storage()));
    }

    private static ObjectNode tree(Kind kind, StoredObject stored) {
        return kind.tree(stored);
    }
}
