package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `pods/eviction`: a deletion that asks the pod's disruption budget first. The budget is charged before the pod goes,
/// by compare-and-set, so two evictions never share one allowance.
record Evictions(Parts parts) {
    private static final Set<String> OVER = Set.of("Succeeded", "Failed", "Pending");
    private static final String BUDGETS = ResourceType.DISRUPTION_BUDGETS.storage();
    private static final int TRIES = 8;

    ApiAnswer answer(ApiRequest request, RequestPath target) {
        ObjectNode eviction = Bodies.object(request, "policy/v1", "Eviction");
        String named = eviction.path("metadata").path("name").asText(target.name());
        if (!named.equals(target.name())) {
            throw ApiFault.badRequest("name in URL does not match name in Eviction object");
        }
        Kind pods = parts.kinds().get(ResourceType.PODS);
        WriteOptions options = Wishes.write(request, "CreateOptions", false, new ArrayList<>());
        var shown = new AdmissionRequest.Part("policy", "v1", "Eviction", target.namespace(), target.name());
        parts.writes()
                .reviewing()
                .part(
                        new AdmissionRequest(
                                AdmissionRequest.Operation.CREATE,
                                pods,
                                "eviction",
                                eviction,
                                null,
                                request.caller(),
                                options.dryRun(),
                                shown),
                        options);
        Deletion how = deletion(eviction.path("deleteOptions"), options.dryRun());
        StoredObject stored = parts.reads().get(pods, target.namespace(), target.name());
        if (how.uid() != null && !how.uid().equals(stored.uid())) {
            throw ApiFault.conflict(
                    "pods",
                    target.name(),
                    "Precondition failed: UID in precondition: " + how.uid() + ", UID in object meta: " + stored.uid());
        }
        JsonNode pod = Json.parse(stored.json());
        boolean free = OVER.contains(pod.path("status").path("phase").asText()) || stored.deleting();
        if (!free) {
            charge(stored, pod, how.dryRun());
        }
        // Kubernetes sends the eviction's reason along as a condition, so that a Job's failure policy may see it.
        if (!how.dryRun() && !stored.deleting()) {
            mark(pods, stored);
        }
        parts.deletes().delete(pods, target.namespace(), target.name(), how.onlyUid(stored.uid()));
        return Subresources.success(201);
    }

    private static Deletion deletion(JsonNode options, boolean dryRun) {
        JsonNode grace = options.path("gracePeriodSeconds");
        JsonNode uid = options.path("preconditions").path("uid");
        JsonNode revision = options.path("preconditions").path("resourceVersion");
        return new Deletion(
                grace.isNumber() ? grace.asLong() : null,
                options.path("propagationPolicy").isTextual()
                        ? options.path("propagationPolicy").asText()
                        : null,
                uid.isTextual() ? uid.asText() : null,
                revision.isTextual() ? revision.asText() : null,
                dryRun || !options.path("dryRun").isEmpty());
    }

    private void charge(StoredObject stored, JsonNode pod, boolean dryRun) {
        Kind kind = parts.kinds().get(ResourceType.DISRUPTION_BUDGETS);
        for (int tries = 0; ; tries++) {
            StoredObject budget = budget(stored);
            if (budget == null) {
                return;
            }
            JsonNode found = Json.parse(budget.json());
            if (!ready(pod) && unhealthyMayGo(found)) {
                return;
            }
            refuseWhenSpent(found);
            ObjectNode next = kind.tree(budget);
            ObjectNode status = next.withObject("/status");
            int left = status.path("disruptionsAllowed").asInt() - 1;
            status.put("disruptionsAllowed", left);
            if (left == 0) {
                spent(status, next.path("metadata").path("generation").asLong());
            }
            Instant now = parts.settings().now().get().truncatedTo(ChronoUnit.SECONDS);
            status.withObject("/disruptedPods").put(stored.key().name(), now.toString());
            try {
                parts.writes()
                        .update(
                                new Writes.Update(
                                        kind,
                                        budget.key().namespace(),
                                        budget.key().name(),
                                        "status",
                                        old -> next.deepCopy()),
                                new WriteOptions(
                                        "kube-apiserver", dryRun, false, "Ignore", warning -> {}, Caller.SYSTEM));
                return;
            } catch (ApiFault fault) {
                if (fault.code() != 409 || tries == TRIES) {
                    throw fault;
                }
            }
        }
    }

    /// Whoever asks next is told at once, before the budget is looked at anew.
    private void spent(ObjectNode status, long generation) {
        Conditions.set(
                status,
                Json.object()
                        .put("type", "DisruptionAllowed")
                        .put("status", "False")
                        .put("reason", "InsufficientPods")
                        .put("message", "")
                        .put("observedGeneration", generation)
                        .put(
                                "lastTransitionTime",
                                parts.settings()
                                        .now()
                                        .get()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .toString()));
    }

    private @Nullable StoredObject budget(StoredObject pod) {
        List<StoredObject> found = new ArrayList<>();
        for (StoredObject each :
                parts.registry().read(store -> store.all(BUDGETS, pod.key().namespace()))) {
            if (LabelSelector.of(Json.parse(each.json()).path("spec").path("selector"))
                    .matches(pod::label)) {
                found.add(each);
            }
        }
        if (found.size() > 1) {
            throw ApiFault.unexplained(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    private static boolean ready(JsonNode pod) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static boolean unhealthyMayGo(JsonNode budget) {
        JsonNode status = budget.path("status");
        return budget.path("spec").path("unhealthyPodEvictionPolicy").asText().equals("AlwaysAllow")
                || (status.path("currentHealthy").asInt()
                                >= status.path("desiredHealthy").asInt()
                        && status.path("desiredHealthy").asInt() > 0);
    }

    private static void refuseWhenSpent(JsonNode budget) {
        JsonNode status = budget.path("status");
        String name = budget.path("metadata").path("name").asText();
        if (status.path("observedGeneration").asLong()
                < budget.path("metadata").path("generation").asLong()) {
            throw ApiFault.tooManyRequests(
                    "Cannot evict pod as it would violate the pod's disruption budget.",
                    new Violation(
                            "",
                            "DisruptionBudget",
                            "The disruption budget " + name + " is still being processed by the server."));
        }
        if (status.path("disruptionsAllowed").asInt() < 1) {
            throw ApiFault.tooManyRequests(
                    "Cannot evict pod as it would violate the pod's disruption budget.",
                    new Violation(
                            "",
                            "DisruptionBudget",
                            "The disruption budget " + name + " needs "
                                    + status.path("desiredHealthy").asInt() + " healthy pods and has "
                                    + status.path("currentHealthy").asInt() + " currently"));
        }
    }

    private void mark(Kind pods, StoredObject pod) {
        String at = parts.settings().now().get().truncatedTo(ChronoUnit.SECONDS).toString();
        parts.writes()
                .update(
                        new Writes.Update(pods, pod.key().namespace(), pod.key().name(), "status", old -> {
                            ObjectNode condition = Json.object()
                                    .put("type", "DisruptionTarget")
                                    .put("status", "True")
                                    .put("reason", "EvictionByEvictionAPI")
                                    .put("message", "Eviction API: evicting")
                                    .put("lastTransitionTime", at);
                            Conditions.set(old.withObject("/status"), condition);
                            return old;
                        }),
                        WriteOptions.by("kube-apiserver"));
    }
}
