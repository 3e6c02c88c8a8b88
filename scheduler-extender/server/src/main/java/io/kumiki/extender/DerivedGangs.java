package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.model.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gangs of pods that came by themselves: gated members with one label get a Gang object, which asks for a new
/// attempt whenever one has ended, and goes with its last pod. Members learn why they wait.
final class DerivedGangs {
    private static final Logger LOG = LoggerFactory.getLogger(DerivedGangs.class);
    private static final String DERIVED = "kumiki.io/derived";
    private static final String WHY = "kumiki.io/why";

    /// One gang's pods by name, and what its object said last.
    private static final class Group {
        final Map<String, JsonNode> pods = new TreeMap<>();
        boolean exists;
        boolean derived;
        String said = "";
    }

    private static final JsonNode PLACED = MissingNode.getInstance();
    private static final int WRITERS = 8;

    private final KubeApi api;
    private final Map<String, Group> groups = new HashMap<>();
    private final Semaphore writers = new Semaphore(WRITERS);

    DerivedGangs(KubeApi api) {
        this.api = api;
    }

    synchronized void pod(JsonNode pod) {
        String gang = pod.path("metadata").path("labels").path(Facts.GANG).asText("");
        if (gang.isEmpty()) {
            return;
        }
        String namespace = pod.path("metadata").path("namespace").asText();
        Group group = groups.computeIfAbsent(namespace + "/" + gang, _ -> new Group());
        boolean gated = Facts.gated(pod);
        // Of pods that have their slot nothing is asked any more: a tree of each would fill the memory.
        boolean fresh = group.pods.put(pod.path("metadata").path("name").asText(), gated ? lean(pod) : PLACED) == null;
        if (!group.exists && gated) {
            create(namespace, gang, group);
        } else if (fresh && group.exists && gated && !group.said.isEmpty()) {
            explain(namespace, pod, group.said);
        }
    }

    private static JsonNode lean(JsonNode pod) {
        if (pod.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        return pod;
    }

    /// The pod as it was seen last while it is gated; null for one that is not known.
    synchronized @Nullable JsonNode gated(String namespace, String gang, String name) {
        Group group = groups.get(namespace + "/" + gang);
        JsonNode pod = group == null ? null : group.pods.get(name);
        return pod == PLACED ? null : pod;
    }

    synchronized void podGone(String key) {
        String namespace = key.substring(0, key.indexOf('/'));
        String name = key.substring(key.indexOf('/') + 1);
        for (var entry : groups.entrySet()) {
            Group group = entry.getValue();
            if (entry.getKey().startsWith(namespace + "/") && group.pods.remove(name) != null) {
                if (group.pods.isEmpty() && group.derived) {
                    api.delete(path(entry.getKey()), Json.object());
                }
                return;
            }
        }
    }

    synchronized void gang(JsonNode gang) {
        JsonNode metadata = gang.path("metadata");
        Group group = groups.computeIfAbsent(ObjectFeed.key(gang), _ -> new Group());
        group.exists = true;
        group.derived = metadata.path("labels").path(DERIVED).asText("").equals("true");
        if (!group.derived) {
            return;
        }
        JsonNode status = gang.path("status");
        int attempt = gang.path("spec").path("attempt").asInt();
        if (status.path("ended").asBoolean() && status.path("attempt").asInt() == attempt) {
            ObjectNode patch = Json.object();
            patch.putObject("metadata")
                    .put("resourceVersion", metadata.path("resourceVersion").asText());
            patch.putObject("spec").put("attempt", attempt + 1);
            api.merge(path(ObjectFeed.key(gang)), patch);
        }
        String reason = status.path("reason").asText("");
        String said = reason + ": " + status.path("message").asText("");
        boolean waits = status.path("phase").asText("").equals("Waiting");
        if (waits && !reason.isEmpty() && !group.said.startsWith(reason + ":")) {
            String namespace = metadata.path("namespace").asText();
            group.pods.values().stream().filter(Facts::gated).forEach(pod -> explain(namespace, pod, said));
        }
        group.said = waits ? said : "";
    }

    synchronized void gangGone(String key) {
        Group group = groups.get(key);
        if (group == null) {
            return;
        }
        group.exists = false;
        group.said = "";
        if (group.pods.isEmpty()) {
            groups.remove(key);
        } else if (group.pods.values().stream().anyMatch(Facts::gated)) {
            create(key.substring(0, key.indexOf('/')), key.substring(key.indexOf('/') + 1), group);
        }
    }

    private void explain(String namespace, JsonNode pod, String said) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata")
                .put("uid", pod.path("metadata").path("uid").asText())
                .putObject("annotations")
                .put(WHY, said);
        String at = "/api/v1/namespaces/" + namespace + "/pods/"
                + pod.path("metadata").path("name").asText();
        soon(() -> api.merge(at, patch));
    }

    /// Whoever tells us of pods must not wait for what is written about them.
    private void soon(Runnable write) {
        Thread.ofVirtual().name("derived gangs").start(() -> {
            writers.acquireUninterruptibly();
            try {
                write.run();
            } finally {
                writers.release();
            }
        });
    }

    /// Only once every class has shown a pod: before that nobody knows what its members ask for.
    private void create(String namespace, String name, Group group) {
        Map<String, JsonNode> first = new LinkedHashMap<>();
        JsonNode any = null;
        for (JsonNode pod : group.pods.values()) {
            if (Facts.gated(pod)) {
                any = any == null ? pod : any;
                first.putIfAbsent(
                        pod.path("metadata").path("labels").path(Facts.CLASS).asText(Facts.ONLY_CLASS), pod);
            }
        }
        if (any == null) {
            return;
        }
        JsonNode annotations = any.path("metadata").path("annotations");
        Map<String, Integer> sizes = annotations.has("kumiki.io/gang-class-sizes")
                ? PodAdmission.sizes(
                        annotations.path("kumiki.io/gang-class-sizes").asText())
                : Map.of(
                        first.keySet().iterator().next(),
                        annotations.path("kumiki.io/gang-size").asInt(1));
        if (!first.keySet().containsAll(sizes.keySet())) {
            return;
        }
        ObjectNode gang = Json.object().put("apiVersion", "kumiki.io/v1alpha1").put("kind", "Gang");
        ObjectNode metadata = gang.putObject("metadata").put("name", name).put("namespace", namespace);
        metadata.putObject("labels").put(DERIVED, "true");
        ObjectNode noted = metadata.putObject("annotations");
        String image = any.path("spec").path("containers").path(0).path("image").asText("");
        noted.put(Facts.IMAGE, image.replaceFirst("@.*", ""));
        copy(annotations, Facts.USER, noted, Facts.USER);
        for (JsonNode owner : any.path("metadata").path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                metadata.putArray("ownerReferences").add(owner);
            }
        }
        ObjectNode spec = gang.putObject("spec").put("attempt", 0).put("gated", true);
        copy(annotations, "kumiki.io/topology-required", spec, "required");
        copy(annotations, "kumiki.io/topology-preferred", spec, "preferred");
        spec.put("priority", any.path("spec").path("priority").asInt(0));
        if (annotations.path("kumiki.io/expected-seconds").asText("").matches("[1-9][0-9]{0,8}")) {
            spec.put(
                    "expectedSeconds",
                    annotations.path("kumiki.io/expected-seconds").asLong());
        }
        ArrayNode classes = spec.putArray("classes");
        sizes.forEach((of, size) ->
                PodShape.members(classes.addObject(), of, size, size, java.util.Objects.requireNonNull(first.get(of))));
        group.exists = true;
        soon(() -> post(namespace, name, gang));
    }

    private void post(String namespace, String name, ObjectNode gang) {
        KubeApi.Result result = api.post("/apis/kumiki.io/v1alpha1/namespaces/" + namespace + "/gangs", gang);
        if (!result.done() && result.code() != 409) {
            LOG.warn("gang {}/{} cannot be created: {}", namespace, name, result.message());
            synchronized (this) {
                Group group = groups.get(namespace + "/" + name);
                if (group != null) {
                    group.exists = false;
                }
            }
        }
    }

    private static void copy(JsonNode annotations, String from, ObjectNode spec, String to) {
        if (annotations.has(from)) {
            spec.put(to, annotations.path(from).asText());
        }
    }

    private static String path(String key) {
        int slash = key.indexOf('/');
        return "/apis/kumiki.io/v1alpha1/namespaces/" + key.substring(0, slash) + "/gangs/" + key.substring(slash + 1);
    }
}
