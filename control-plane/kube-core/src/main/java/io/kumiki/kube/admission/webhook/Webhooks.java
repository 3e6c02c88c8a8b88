package io.kumiki.kube.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.WebhookCaller;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.cel.MatchConditions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.webhooks.WebhookGroup;
import io.kumiki.kube.patch.JsonPatch;
import io.kumiki.kube.patch.PatchFault;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Asks webhooks about writes, one after the other, in the order of their configurations' names. Never under the
/// registry's lock: an answer may take seconds.
public final class Webhooks {
    private final Registry registry;
    private final WebhookCaller caller;
    private final Supplier<String> uids;
    /// Compiled when they are first asked, not under the lock.
    private final Map<JsonNode, MatchConditions> conditions = new ConcurrentHashMap<>();

    private volatile List<Hook> mutating = List.of();
    private volatile List<Hook> validating = List.of();

    public Webhooks(Registry registry, WebhookCaller caller, Supplier<String> uids) {
        this.registry = registry;
        this.caller = caller;
        this.uids = uids;
    }

    public void load(ObjectStore store) {
        conditions.clear();
        mutating = read(store, WebhookGroup.MUTATING.storage());
        validating = read(store, WebhookGroup.VALIDATING.storage());
    }

    /// Under the registry's lock.
    public void changed(Change change, Supplier<ObjectStore> store) {
        if (Hook.EXEMPT.contains(change.key().storage())) {
            load(store.get());
        }
    }

    private static List<Hook> read(ObjectStore store, String storage) {
        List<Hook> hooks = new ArrayList<>();
        for (StoredObject configuration : store.all(storage, "")) {
            Json.parse(configuration.json()).path("webhooks").forEach(hook -> hooks.add(Hook.read(hook)));
        }
        return List.copyOf(hooks);
    }

    /// Whether any webhook may want to hear of such a write. Most clusters have none: this is asked first.
    public boolean concern(AdmissionRequest.Operation operation, Kind kind, String subresource) {
        if ((mutating.isEmpty() && validating.isEmpty()) || Hook.EXEMPT.contains(kind.storage())) {
            return false;
        }
        List<Kind> versions = versions(kind);
        return mutating.stream().anyMatch(hook -> hook.wants(operation, kind, subresource, versions) != null)
                || validating.stream().anyMatch(hook -> hook.wants(operation, kind, subresource, versions) != null);
    }

    private List<Kind> versions(Kind kind) {
        return registry.kinds().all().stream()
                .filter(other -> other.storage().equals(kind.storage()))
                .toList();
    }

    /// Lets the webhooks change the object of the request.
    ///
    /// @param settle makes an object that a webhook changed whole again
    public void mutate(AdmissionRequest request, Consumer<ObjectNode> settle, Consumer<String> warnings) {
        List<Hook> asked = new ArrayList<>();
        List<ObjectNode> left = new ArrayList<>();
        for (Hook hook : mutating) {
            if (ask(hook, request, settle, warnings)) {
                asked.add(hook);
                left.add(request.object().deepCopy());
            }
        }
        for (int i = 0; i < asked.size(); i++) {
            if (asked.get(i).again() && !left.get(i).equals(request.object())) {
                ask(asked.get(i), request, settle, warnings);
            }
        }
    }

    public void validate(AdmissionRequest request, Consumer<String> warnings) {
        validating.forEach(hook -> ask(hook, request, object -> {}, warnings));
    }

    private boolean ask(Hook hook, AdmissionRequest request, Consumer<ObjectNode> settle, Consumer<String> warnings) {
        Kind kind = request.kind();
        Kind wanted = hook.wants(request.operation(), kind, request.subresource(), versions(kind));
        if (wanted == null || !hook.selects(namespace(request), request)) {
            return false;
        }
        String uid = uids.get();
        ObjectNode review = Review.of(uid, request, wanted);
        if (request.operation() == AdmissionRequest.Operation.CREATE
                && request.part() == null
                && mutating.contains(hook)) {
            Review.unborn(review);
        }
        if (!hook.conditions().isEmpty() && !holds(hook, request, review.path("request"))) {
            return false;
        }
        JsonNode response;
        try {
            WebhookCaller.Target target = registry.read(store -> new Targets(store).of(hook.client(), hook.timeout()));
            byte[] answer = caller.call(target, Json.bytes(review));
            response = Review.response(uid, answer, mutating.contains(hook));
        } catch (WebhookCaller.Unreachable | Targets.Unresolved e) {
            return failed(hook, "failed to call webhook: " + e.getMessage());
        } catch (Review.Unusable e) {
            return failed(hook, "received invalid webhook response: " + e.getMessage());
        }
        response.path("warnings").forEach(warning -> warnings.accept(warning.asText()));
        if (!response.path("allowed").asBoolean()) {
            throw Review.denial(hook.name(), response.path("status"));
        }
        boolean mutates = mutating.contains(hook);
        if (mutates && response.hasNonNull("patch")) {
            return patched(hook, request, response, wanted, settle);
        }
        return true;
    }

    private boolean holds(Hook hook, AdmissionRequest request, JsonNode asked) {
        ObjectNode rest = asked.deepCopy();
        rest.remove(List.of("object", "oldObject"));
        try {
            return conditions
                    .computeIfAbsent(hook.conditions(), MatchConditions::compile)
                    .hold(asked.path("object"), asked.path("oldObject"), rest);
        } catch (MatchConditions.Unclear e) {
            if (hook.ignoresFailure()) {
                return false;
            }
            throw ApiFault.forbidden(request.kind().storage(), request.name(), String.valueOf(e.getMessage()));
        }
    }

    private boolean failed(Hook hook, String why) {
        if (hook.ignoresFailure()) {
            return false;
        }
        throw ApiFault.internal("failed calling webhook \"" + hook.name() + "\": " + why);
    }

    private boolean patched(
            Hook hook, AdmissionRequest request, JsonNode response, Kind wanted, Consumer<ObjectNode> settle) {
        try {
            JsonNode patch = patch(hook, response);
            if (patch == null || patch.isEmpty()) {
                return patch != null;
            }
            String type = response.path("patchType").asText();
            if (!type.equals("JSONPatch")) {
                return failed(hook, "unsupported patch type \"" + type + "\"");
            }
            ObjectNode object = request.object().deepCopy();
            if (request.part() == null) {
                object.put("apiVersion", wanted.type().apiVersion());
            }
            if (!(JsonPatch.apply(object, patch) instanceof ObjectNode next)) {
                throw new IllegalArgumentException("it leaves no object");
            }
            if (request.part() == null) {
                next.put("apiVersion", request.kind().type().apiVersion())
                        .put("kind", request.kind().kind());
            }
            settle.accept(next);
            request.object().removeAll();
            request.object().setAll(next);
            return true;
        } catch (PatchFault | IllegalArgumentException e) {
            // The real server fails here whatever the webhook's failurePolicy says: it did answer.
            throw ApiFault.internal("the patch cannot be applied: " + e.getMessage());
        }
    }

    /// `null` when it cannot be read and the webhook's failures are ignored.
    private @Nullable JsonNode patch(Hook hook, JsonNode response) {
        try {
            JsonNode patch =
                    Json.parse(Base64.getDecoder().decode(response.path("patch").asText()));
            if (patch.isArray()) {
                return patch;
            }
        } catch (IllegalArgumentException | Json.Malformed e) {
            failed(hook, "received undecodable patch in webhook response: " + e.getMessage());
            return null;
        }
        failed(hook, "received undecodable patch in webhook response: it is no list of operations");
        return null;
    }

    /// Labels of the request's namespace; `null` when it is about nothing in a namespace.
    private @Nullable JsonNode namespace(AdmissionRequest request) {
        if (request.kind().storage().equals("namespaces")) {
            return request.object().path("metadata").path("labels");
        }
        if (!request.kind().namespaced()) {
            return null;
        }
        StoredObject found = registry.get(new ObjectKey("namespaces", "", request.namespace()));
        return found == null
                ? Json.object()
                : Json.parse(found.json()).path("metadata").path("labels");
    }
}
