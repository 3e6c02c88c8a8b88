package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.Marks;
import io.kumiki.extender.foreign.Format;
import io.kumiki.extender.foreign.Terms;
import io.kumiki.model.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gangs of pods that came by themselves: gated members with one label get a Gang object, which asks for a new
/// attempt whenever one has ended, and goes with its last pod. Members learn why they wait.
final class DerivedGangs {
    private static final Logger LOG = LoggerFactory.getLogger(DerivedGangs.class);
    private static final String WHY = "kumiki.io/why";

    /// One gang's pods by name, and what its object said last.
    private static final class Group {
        final Map<String, JsonNode> pods = new TreeMap<>();
        boolean exists;
        boolean derived;
        String said = "";
        SavedWork saved = SavedWork.NONE;
        /// What its object says of that, and whether it is being told.
        SavedWork told = SavedWork.NONE;
        boolean telling;
        /// Where more may come than get slots: the class of each pod that is known, and how many slots each class has.
        final Map<String, String> classOf = new TreeMap<>();
        final Map<String, Integer> slots = new TreeMap<>();
    }

    private static final JsonNode PLACED = MissingNode.getInstance();
    private static final int WRITERS = 8;
    /// After which what could not be deleted is tried again.
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final KubeApi api;
    private final DeclaredGroups declared;
    private final Map<String, Group> groups = new HashMap<>();
    private final Semaphore writers = new Semaphore(WRITERS);
    private boolean closed;

    DerivedGangs(KubeApi api, DeclaredGroups declared) {
        this.api = api;
        this.declared = declared;
    }

    /// Nothing is tried again from now on.
    synchronized void close() {
        closed = true;
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
        boolean fresh = group.pods.put(pod.path("metadata").path("name").asText(), gated ? pod : PLACED) == null;
        if (mayExceed(pod)) {
            String of = pod.path("metadata").path("name").asText();
            String phase = pod.path("status").path("phase").asText("");
            if (phase.equals("Succeeded") || phase.equals("Failed")) {
                group.classOf.remove(of);
            } else {
                group.classOf.put(of, classOf(pod));
            }
        }
        group.saved = group.saved.and(SavedWork.ofPod(pod));
        if (group.exists && group.derived) {
            follow(namespace + "/" + gang, group);
        }
        if (!group.exists && gated) {
            create(namespace, gang, group);
        } else if (fresh && gated && !group.slots.isEmpty()) {
            release(namespace, group);
        } else if (fresh && group.exists && gated && !group.said.isEmpty()) {
            explain(namespace, pod, group.said);
        }
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
                group.classOf.remove(name);
                if (group.pods.isEmpty() && group.derived) {
                    String gang = entry.getKey();
                    soon(() -> delete(gang));
                }
                return;
            }
        }
    }

    synchronized void gang(JsonNode gang) {
        JsonNode metadata = gang.path("metadata");
        Group group = groups.computeIfAbsent(ObjectFeed.key(gang), _ -> new Group());
        group.exists = true;
        group.derived =
                metadata.path("labels").path(GangDraft.DERIVED).asText("").equals("true");
        if (!group.derived) {
            return;
        }
        group.told = group.told.and(SavedWork.ofGang(gang));
        follow(ObjectFeed.key(gang), group);
        JsonNode status = gang.path("status");
        int attempt = gang.path("spec").path("attempt").asInt();
        if (status.path("ended").asBoolean() && status.path("attempt").asInt() == attempt) {
            ObjectNode patch = Json.object();
            patch.putObject("metadata")
                    .put("resourceVersion", metadata.path("resourceVersion").asText());
            patch.putObject("spec").put("attempt", attempt + 1);
            String at = path(ObjectFeed.key(gang));
            soon(() -> api.merge(at, patch));
        }
        String reason = status.path("reason").asText("");
        String said = reason + ": " + status.path("message").asText("");
        boolean waits = status.path("phase").asText("").equals("Waiting");
        if (waits && !reason.isEmpty() && !group.said.startsWith(reason + ":")) {
            String namespace = metadata.path("namespace").asText();
            group.pods.values().stream().filter(Facts::gated).forEach(pod -> explain(namespace, pod, said));
        }
        group.said = waits ? said : "";
        group.slots.clear();
        status.path("slots")
                .forEach(of -> group.slots.put(
                        of.path("name").asText(), of.path("nodes").size()));
        if (!group.slots.isEmpty() && isElastic(gang)) {
            release(metadata.path("namespace").asText(), group);
        }
    }

    /// Its pods go on saving their state while they run: what preempting it costs is to be known.
    private void follow(String key, Group group) {
        if (group.telling || !group.saved.isNewsTo(group.told)) {
            return;
        }
        SavedWork news = group.saved.and(group.told);
        group.telling = true;
        soon(() -> {
            KubeApi.Result result = api.merge(path(key), news.patch());
            synchronized (this) {
                group.telling = false;
                if (result.done()) {
                    group.told = news;
                    follow(key, group);
                } else {
                    // Told again with the next word of its pods, or of the object.
                    LOG.info("gang {}: {}", key, result.message());
                }
            }
        });
    }

    private static String foreign(JsonNode object) {
        return object.path("metadata").path("annotations").path(Marks.GROUP).asText("");
    }

    /// More of its group's pods may come than get slots.
    private static boolean mayExceed(JsonNode pod) {
        return !foreign(pod).isEmpty()
                || pod.path("metadata").path("annotations").has(Marks.MINIMUM);
    }

    private static boolean isElastic(JsonNode gang) {
        boolean some = !foreign(gang).isEmpty();
        for (JsonNode members : gang.path("spec").path("classes")) {
            some |= members.path("min").asInt() < members.path("max").asInt();
        }
        return some;
    }

    static String classOf(JsonNode pod) {
        return pod.path("metadata").path("labels").path(Facts.CLASS).asText(Facts.ONLY_CLASS);
    }

    /// Pods that came after their gang was placed, and above its minimum, where it has no slots for them: each is
    /// planned for itself, as a gang of one.
    private void release(String namespace, Group group) {
        Map<String, Integer> taken = new TreeMap<>();
        for (var each : new TreeMap<>(group.classOf).entrySet()) {
            JsonNode pod = group.pods.get(each.getKey());
            boolean over = taken.merge(each.getValue(), 1, Integer::sum) > group.slots.getOrDefault(each.getValue(), 0);
            if (over && pod != null && pod != PLACED && reservation(pod).isEmpty()) {
                ObjectNode patch = Json.object();
                ObjectNode metadata = patch.putObject("metadata")
                        .put("uid", pod.path("metadata").path("uid").asText());
                metadata.putObject("labels")
                        .put(
                                Facts.GANG,
                                "one-" + pod.path("metadata").path("uid").asText());
                metadata.putObject("annotations")
                        .put(Marks.SIZE, "1")
                        .putNull(Marks.SIZES)
                        .putNull(Marks.MINIMUM);
                String at = "/api/v1/namespaces/" + namespace + "/pods/" + each.getKey();
                group.classOf.remove(each.getKey());
                group.pods.remove(each.getKey());
                soon(() -> api.merge(at, patch));
            }
        }
    }

    private static String reservation(JsonNode pod) {
        return pod.path("metadata").path("annotations").path(Facts.RESERVATION).asText("");
    }

    /// Another system's object of this namespace says something new.
    synchronized void declared(String namespace) {
        for (var entry : groups.entrySet()) {
            Group group = entry.getValue();
            if (!group.exists && entry.getKey().startsWith(namespace + "/")) {
                create(namespace, entry.getKey().substring(namespace.length() + 1), group);
            }
        }
    }

    synchronized void gangGone(String key) {
        Group group = groups.get(key);
        if (group == null) {
            return;
        }
        group.exists = false;
        group.said = "";
        group.told = SavedWork.NONE;
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
        String name = pod.path("metadata").path("name").asText();
        String gang = pod.path("metadata").path("labels").path(Facts.GANG).asText("");
        soon(() -> {
            // It may have been placed meanwhile: a late word would only make its binding fail.
            if (gang.isEmpty() || gated(namespace, gang, name) != null) {
                api.merge(at, patch);
            }
        });
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

    private void create(String namespace, String name, Group group) {
        List<JsonNode> gated = group.pods.values().stream().filter(Facts::gated).toList();
        if (gated.isEmpty()) {
            return;
        }
        String foreign = foreign(gated.getFirst());
        ObjectNode gang =
                foreign.isEmpty() ? GangDraft.own(namespace, name, gated) : joined(namespace, name, foreign, gated);
        if (gang != null) {
            group.exists = true;
            soon(() -> post(namespace, name, gang));
        }
    }

    /// Once as many pods are there as the group declares; until then its pods are told what is missing.
    private @Nullable ObjectNode joined(String namespace, String name, String foreign, List<JsonNode> gated) {
        JsonNode any = gated.getFirst();
        Format format = Format.of(foreign);
        Terms terms = (format == null ? Terms.NONE : format.said(any)).or(declared.terms(namespace, foreign));
        int own = any.path("metadata").path("annotations").path(Marks.SIZE).asInt(0);
        int minimum = own > 0 ? own : terms.minimum();
        if (minimum > 0 && gated.size() >= minimum) {
            return GangDraft.joined(namespace, name, foreign, gated, minimum, terms, declared);
        }
        String says = minimum == 0
                ? "MembersMissing: group " + foreign + " is not declared yet"
                // Without the number that exist: it would have to be told to all of them with each that comes.
                : "MembersMissing: of its " + minimum + " pods some do not exist yet";
        gated.stream()
                .filter(pod -> !pod.path("metadata")
                        .path("annotations")
                        .path(WHY)
                        .asText("")
                        .equals(says))
                .forEach(pod -> explain(namespace, pod, says));
        return null;
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

    /// As long as nobody has come in the meantime: nothing else ever asks for it again.
    private void delete(String key) {
        synchronized (this) {
            Group group = groups.get(key);
            if (closed || group == null || !group.exists || !group.pods.isEmpty()) {
                return;
            }
        }
        KubeApi.Result result = api.delete(path(key), Json.object());
        if (!result.done() && result.code() != 404) {
            LOG.info("gang {} has no pods any more and cannot be deleted yet: {}", key, result.message());
            CompletableFuture.delayedExecutor(AGAIN.toSeconds(), TimeUnit.SECONDS)
                    .execute(() -> soon(() -> delete(key)));
        }
    }

    private static String path(String key) {
        int slash = key.indexOf('/');
        return "/apis/kumiki.io/v1alpha1/namespaces/" + key.substring(0, slash) + "/gangs/" + key.substring(slash + 1);
    }
}
