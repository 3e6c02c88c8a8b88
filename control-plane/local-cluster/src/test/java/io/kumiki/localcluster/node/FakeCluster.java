package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Caller;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.admission.PodAccount;
import io.kumiki.kube.kinds.BuiltIns;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A cluster of one node in memory: enough of the API server's pod rules (graceful delete by uid) to work a node
/// agent.
final class FakeCluster implements NodeCluster {
    private final Map<String, ObjectNode> pods = new LinkedHashMap<>();
    private final Map<String, JsonNode> objects = new ConcurrentHashMap<>();
    private @Nullable Consumer<PodChange> consumer;
    final List<String> lifetimes = java.util.Collections.synchronizedList(new ArrayList<>());
    final List<String> events = new ArrayList<>();
    final List<String> history = new ArrayList<>();

    private final Kind kind = BuiltIns.all().stream()
            .filter(each -> each.storage().equals("pods"))
            .findFirst()
            .orElseThrow();

    synchronized void put(ObjectNode pod) {
        if (!pods.containsKey(name(pod))) {
            admit(pod);
        }
        pods.put(name(pod), pod);
        tell(pod, false);
    }

    /// As the API server does: the account's token and the CA are mounted.
    private void admit(ObjectNode pod) {
        object(
                "ConfigMap",
                pod.path("metadata").path("namespace").asText(),
                "kube-root-ca.crt",
                Json.parse("{\"data\":{\"ca.crt\":\"the CA\"}}"));
        ObjectNode spec = pod.withObject("/spec");
        if (!spec.has("serviceAccountName")) {
            spec.put("serviceAccountName", "default");
        }
        ObjectStore accounts = new ObjectStore(1);
        String account = spec.path("serviceAccountName").asText();
        ObjectKey key = new ObjectKey(
                "serviceaccounts", pod.path("metadata").path("namespace").asText(), account);
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", account);
        accounts.restore(StoredObject.of(key, 1, object, new String[0]));
        new PodAccount(int[]::new)
                .admit(
                        new AdmissionRequest(
                                AdmissionRequest.Operation.CREATE, kind, "", pod, null, Caller.SYSTEM, false),
                        accounts,
                        new ArrayList<>());
    }

    synchronized void delete(String name, long grace) {
        ObjectNode pod = pods.get(name).deepCopy();
        ((ObjectNode) pod.path("metadata"))
                .put("deletionTimestamp", "2026-01-01T00:00:00Z")
                .put("deletionGracePeriodSeconds", grace);
        put(pod);
    }

    void object(String kind, String namespace, String name, JsonNode object) {
        objects.put(kind + "/" + namespace + "/" + name, object);
    }

    synchronized @Nullable JsonNode pod(String name) {
        return pods.get(name);
    }

    synchronized JsonNode await(String name, Predicate<JsonNode> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            JsonNode pod = pods.get(name);
            if (pod != null && wanted.test(pod)) {
                return pod;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        "waited 30 s in vain; last seen: " + (pod == null ? "nothing" : pod.path("status")));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    JsonNode awaitPhase(String name, String phase) throws InterruptedException {
        return await(name, pod -> pod.path("status").path("phase").asText().equals(phase));
    }

    synchronized void awaitGone(String name) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (pods.containsKey(name)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("pod " + name + " was not removed: " + pods.get(name));
            }
            TimeUnit.SECONDS.timedWait(this, 1);
        }
    }

    @Override
    public synchronized AutoCloseable watchPods(String nodeName, Consumer<PodChange> consumer) {
        this.consumer = consumer;
        List.copyOf(pods.values()).forEach(pod -> tell(pod, false));
        return () -> this.consumer = null;
    }

    @Override
    public synchronized void writeStatus(JsonNode pod, ObjectNode status) {
        ObjectNode now = pods.get(name(pod));
        if (now != null) {
            ObjectNode next = now.deepCopy();
            next.set("status", status);
            history.add(name(pod) + " " + status.path("phase").asText());
            put(next);
        }
    }

    @Override
    public synchronized void finishDelete(JsonNode pod) {
        ObjectNode gone = pods.remove(name(pod));
        if (gone != null) {
            tell(gone, true);
        }
    }

    @Override
    public synchronized void event(JsonNode pod, String type, String reason, String message) {
        events.add(reason + ": " + message);
        notifyAll();
    }

    synchronized void awaitEvent(String event) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!events.contains(event)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("waited 30 s in vain for \"" + event + "\"; heard: " + events);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public void noteImage(JsonNode pod, String note) {
        event(pod, "Normal", "ImagePlayed", note);
    }

    @Override
    public void writeNode(ObjectNode node) {}

    @Override
    public boolean renewLease(String nodeName) {
        return true;
    }

    @Override
    public @Nullable JsonNode configMap(String namespace, String name) {
        return objects.get("ConfigMap/" + namespace + "/" + name);
    }

    @Override
    public @Nullable JsonNode secret(String namespace, String name) {
        return objects.get("Secret/" + namespace + "/" + name);
    }

    @Override
    public @Nullable JsonNode claim(String namespace, String name) {
        return objects.get("PersistentVolumeClaim/" + namespace + "/" + name);
    }

    @Override
    public @Nullable JsonNode persistentVolume(String name) {
        return objects.get("PersistentVolume//" + name);
    }

    @Override
    public String token(
            String namespace,
            String serviceAccount,
            String audience,
            long expirationSeconds,
            String podName,
            String podUid) {
        lifetimes.add(serviceAccount + " " + audience + " " + expirationSeconds);
        return "token-of-" + serviceAccount + (audience.isEmpty() ? "" : "-for-" + audience);
    }

    private void tell(ObjectNode pod, boolean gone) {
        notifyAll();
        if (consumer != null) {
            consumer.accept(new PodChange(pod, gone));
        }
    }

    private static String name(JsonNode pod) {
        return pod.path("metadata").path("name").asText();
    }
}
