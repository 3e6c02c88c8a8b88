package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.select.LabelSelector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the scheduler knows of claims, volumes and storage classes.
final class Volumes {
    static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";

    /// A PersistentVolumeClaim.
    ///
    /// @param selectedNode where it is being provisioned, or empty
    record Claim(String namespace, String name, Wanted wanted, State state) {
        String key() {
            return namespace + "/" + name;
        }

        boolean bound() {
            return !state.volume.isEmpty() && state.phase.equals("Bound");
        }

        boolean oncePerPod() {
            return wanted.modes.contains("ReadWriteOncePod");
        }
    }

    record Wanted(
            String storageClass,
            long size,
            Set<String> modes,
            String volumeMode,
            @Nullable LabelSelector labels) {}

    record State(String volume, String phase, String selectedNode, boolean terminating, Set<String> owners) {}

    /// A PersistentVolume.
    ///
    /// @param claim namespace/name it belongs to, or empty
    /// @param affinity `null` when every node reaches it
    record Volume(
            String name,
            String claim,
            Wanted offers,
            Map<String, String> labels,
            @Nullable List<NodeRule.Term> affinity,
            boolean free) {
        boolean reachableFrom(NodeEntry node) {
            return affinity == null || NodeRule.any(affinity, node.name, node.labels());
        }
    }

    /// @param waits WaitForFirstConsumer
    /// @param topologies any of which the node must match; none allows every node
    record StorageClass(boolean waits, boolean provisions, List<LabelSelector> topologies) {}

    private final Map<String, Claim> claims = new HashMap<>();
    private final Map<String, Volume> volumes = new HashMap<>();
    private final Map<String, StorageClass> classes = new HashMap<>();
    /// Volumes chosen for a claim whose object does not say so yet.
    private final Map<String, String> promised = new HashMap<>();

    void claim(JsonNode object) {
        JsonNode spec = object.path("spec");
        JsonNode metadata = object.path("metadata");
        Set<String> owners = new HashSet<>();
        metadata.path("ownerReferences")
                .forEach(owner -> owners.add(owner.path("uid").asText()));
        Claim claim = new Claim(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                wanted(
                        spec,
                        spec.path("resources").path("requests"),
                        spec.path("selector").isObject() ? LabelSelector.of(spec.path("selector")) : null),
                new State(
                        spec.path("volumeName").asText(""),
                        object.path("status").path("phase").asText(""),
                        metadata.path("annotations").path(SELECTED_NODE).asText(""),
                        metadata.has("deletionTimestamp"),
                        owners));
        claims.put(claim.key(), claim);
        if (claim.bound()) {
            promised.values().remove(claim.key());
        }
    }

    void claimGone(String namespace, String name) {
        claims.remove(namespace + "/" + name);
    }

    void volume(JsonNode object) {
        JsonNode spec = object.path("spec");
        JsonNode reference = spec.path("claimRef");
        String name = object.path("metadata").path("name").asText();
        Map<String, String> labels = new HashMap<>();
        object.path("metadata")
                .path("labels")
                .properties()
                .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText()));
        JsonNode affinity = spec.path("nodeAffinity").path("required");
        String phase = object.path("status").path("phase").asText("");
        volumes.put(
                name,
                new Volume(
                        name,
                        reference.isObject()
                                ? reference.path("namespace").asText() + "/"
                                        + reference.path("name").asText()
                                : "",
                        wanted(spec, spec.path("capacity"), null),
                        labels,
                        affinity.isObject() ? NodeRule.terms(affinity.path("nodeSelectorTerms")) : null,
                        !object.path("metadata").has("deletionTimestamp")
                                && (phase.isEmpty() || phase.equals("Available") || phase.equals("Pending"))));
    }

    private static Wanted wanted(JsonNode spec, JsonNode amounts, @Nullable LabelSelector labels) {
        Set<String> modes = new HashSet<>();
        spec.path("accessModes").forEach(mode -> modes.add(mode.asText()));
        return new Wanted(
                spec.path("storageClassName").asText(""),
                Quantity.units(Quantity.parse(amounts.path("storage").asText("0"))),
                modes,
                spec.path("volumeMode").asText("Filesystem"),
                labels);
    }

    void volumeGone(String name) {
        volumes.remove(name);
        promised.remove(name);
    }

    void storageClass(JsonNode object) {
        List<LabelSelector> topologies = new ArrayList<>();
        for (JsonNode term : object.path("allowedTopologies")) {
            List<LabelSelector> all = new ArrayList<>();
            for (JsonNode expression : term.path("matchLabelExpressions")) {
                var in = io.kumiki.model.Json.array();
                in.addObject()
                        .put("key", expression.path("key").asText())
                        .put("operator", "In")
                        .set("values", expression.path("values"));
                all.add(LabelSelector.expressions(in));
            }
            topologies.add(all.stream().reduce(LabelSelector.ALL, LabelSelector::and));
        }
        String provisioner = object.path("provisioner").asText("");
        classes.put(
                object.path("metadata").path("name").asText(),
                new StorageClass(
                        object.path("volumeBindingMode").asText("Immediate").equals("WaitForFirstConsumer"),
                        !provisioner.isEmpty() && !provisioner.equals(NO_PROVISIONER),
                        topologies));
    }

    void storageClassGone(String name) {
        classes.remove(name);
    }

    @Nullable
    Claim claim(String namespace, String name) {
        return claims.get(namespace + "/" + name);
    }

    @Nullable
    Volume volume(String name) {
        return volumes.get(name);
    }

    @Nullable
    StorageClass storageClass(String name) {
        return classes.get(name);
    }

    /// Whether the claim is bound only when a pod's node is known.
    boolean waits(Claim claim) {
        StorageClass of = classes.get(claim.wanted.storageClass);
        return of != null && of.waits && claim.state.volume.isEmpty();
    }

    /// The smallest free volume that suits the claim and that the node reaches; one reserved for the claim first.
    @Nullable
    Volume match(Claim claim, NodeEntry node, Collection<String> taken) {
        Volume best = null;
        for (Volume volume : volumes.values()) {
            if (!volume.free || taken.contains(volume.name) || !volume.reachableFrom(node)) {
                continue;
            }
            if (volume.claim.equals(claim.key())) {
                return volume;
            }
            if (volume.claim.isEmpty()
                    && !promised.containsKey(volume.name)
                    && suits(claim.wanted, volume)
                    && (best == null || smaller(volume, best))) {
                best = volume;
            }
        }
        return best;
    }

    private static boolean suits(Wanted wanted, Volume volume) {
        Wanted offers = volume.offers;
        return offers.storageClass.equals(wanted.storageClass)
                && offers.size >= wanted.size
                && offers.modes.containsAll(wanted.modes)
                && offers.volumeMode.equals(wanted.volumeMode)
                && (wanted.labels == null || wanted.labels.matches(volume.labels::get));
    }

    private static boolean smaller(Volume a, Volume b) {
        int bySize = Long.compare(a.offers.size, b.offers.size);
        return bySize < 0 || (bySize == 0 && a.name.compareTo(b.name) < 0);
    }

    /// The volumes of a plan are nobody else's from now on.
    void promise(VolumePlan plan) {
        plan.bind().forEach((claim, volume) -> promised.put(volume, claim.namespace() + "/" + claim.name()));
    }

    void release(VolumePlan plan) {
        plan.bind().forEach((claim, volume) -> promised.remove(volume));
    }
}
