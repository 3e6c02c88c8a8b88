package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.scheduling.PodEntry;
import io.kumiki.kube.scheduling.VolumePlan;
import io.kumiki.kube.scheduling.VolumePlan.ClaimName;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives one pod its node, on a thread of its own that may wait as long as it takes: first its volumes, then the
/// binding, by the extender whose business it is or by ourselves.
final class PodBinding {
    private static final Logger LOG = LoggerFactory.getLogger(PodBinding.class);
    private static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final Duration VOLUME_PATIENCE = Duration.ofMinutes(10);

    private final LocalApi api;
    private final List<Extender> extenders;

    PodBinding(LocalApi api, List<Extender> extenders) {
        this.api = api;
        this.extenders = extenders;
    }

    /// Why a pod did not get its node.
    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1;

        Rejected(String message) {
            super(message);
        }
    }

    /// @param object the pod as an extender sees it; null when none has a say
    void bind(PodEntry pod, @Nullable JsonNode object, String node, VolumePlan plan)
            throws Rejected, InterruptedException {
        try {
            if (!plan.isEmpty()) {
                prepare(node, plan);
            }
            if (object == null || !byExtender(pod, object, node)) {
                api.cluster().bind(pod.namespace(), pod.name(), pod.uid(), node, Map.of());
            }
        } catch (ApiFault e) {
            throw new Rejected("binding rejected: " + e.getMessage());
        }
    }

    /// The first that has a bind verb and is interested; one that may be ignored is left out when it fails.
    private boolean byExtender(PodEntry pod, JsonNode object, String node) throws Rejected, InterruptedException {
        for (Extender extender : extenders) {
            if (!extender.binds(object)) {
                continue;
            }
            try {
                extender.bind(pod, node);
                return true;
            } catch (Extender.Failed failed) {
                if (!extender.ignorable()) {
                    throw new Rejected("binding rejected: " + failed.getMessage());
                }
                LOG.warn("skipping an ignorable extender in bind: {}", failed.getMessage());
            }
        }
        return false;
    }

    private void prepare(String node, VolumePlan plan) throws Rejected, InterruptedException {
        Set<ClaimName> open = new HashSet<>(plan.provision());
        open.addAll(plan.bind().keySet());
        CompletableFuture<String> done = new CompletableFuture<>();
        try (AutoCloseable _ = api.cluster()
                .watch(ResourceType.CLAIMS, "", Selection.ALL, 0, event -> seen(event, node, plan, open, done))) {
            plan.bind().forEach(this::reserve);
            plan.provision().forEach(claim -> select(claim, node));
            String wrong = done.get(VOLUME_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (!wrong.isEmpty()) {
                throw new Rejected(wrong);
            }
        } catch (TimeoutException e) {
            throw new Rejected("binding volumes: timed out after " + VOLUME_PATIENCE.toMinutes()
                    + " min, still waiting for " + open);
        } catch (Rejected | InterruptedException | ApiFault e) {
            throw e;
        } catch (ExecutionException e) {
            throw new Rejected("binding volumes: " + e.getCause());
        } catch (Exception e) {
            throw new IllegalStateException("a watch of the cluster did not close", e);
        }
    }

    /// One thread at a time.
    private static void seen(
            WatchEvent event, String node, VolumePlan plan, Set<ClaimName> open, CompletableFuture<String> done) {
        JsonNode claim = event.object();
        ClaimName name = new ClaimName(
                claim.path("metadata").path("namespace").asText(),
                claim.path("metadata").path("name").asText());
        if (!open.contains(name)) {
            return;
        }
        String selected =
                claim.path("metadata").path("annotations").path(SELECTED_NODE).asText("");
        if (event.type() == WatchEvent.Type.DELETED) {
            done.complete("binding volumes: persistentvolumeclaim \"" + name.name() + "\" was deleted");
        } else if (claim.path("status").path("phase").asText().equals("Bound")) {
            open.remove(name);
        } else if (event.type() == WatchEvent.Type.MODIFIED
                && plan.provision().contains(name)
                && !selected.equals(node)) {
            done.complete("binding volumes: the provisioner gave node " + node + " back for persistentvolumeclaim \""
                    + name.name() + "\"");
        }
        if (open.isEmpty()) {
            done.complete("");
        }
    }

    private void reserve(ClaimName claim, String volume) {
        JsonNode object = api.get(ResourceType.CLAIMS, claim.namespace(), claim.name());
        ObjectNode patch = Json.object();
        ObjectNode reference = patch.putObject("spec").putObject("claimRef");
        reference
                .put("apiVersion", "v1")
                .put("kind", "PersistentVolumeClaim")
                .put("namespace", claim.namespace())
                .put("name", claim.name());
        if (object != null) {
            reference.put("uid", object.path("metadata").path("uid").asText());
        }
        api.merge(ResourceType.VOLUMES, "", volume, patch);
    }

    private void select(ClaimName claim, String node) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata").putObject("annotations").put(SELECTED_NODE, node);
        api.merge(ResourceType.CLAIMS, claim.namespace(), claim.name(), patch);
    }
}
