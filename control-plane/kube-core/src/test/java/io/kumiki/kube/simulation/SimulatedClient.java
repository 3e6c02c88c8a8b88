package io.kumiki.kube.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A cluster on a virtual clock with clients that try again until an operation is answered; crashes and lost replies
/// come from its journal, cuts and slowness of watches from here.
public final class SimulatedClient {
    private static final int PATIENCE = 200;

    private final FaultyJournal journal;
    private final SplittableRandom random;
    private final boolean cuts;
    private final long seed;
    private final Set<String> uids = new HashSet<>();
    private final List<Informer> informers = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Cluster cluster;
    private int lives;

    /// @param cuts whether watches break and lag
    public SimulatedClient(long seed, FaultyJournal journal, boolean cuts, List<ResourceType> watched) {
        this.seed = seed;
        this.journal = journal;
        this.cuts = cuts;
        this.random = new SplittableRandom(seed ^ 0x5DEECE66DL);
        this.cluster = live();
        watched.forEach(type -> informers.add(new Informer(type, cluster)));
    }

    private Cluster live() {
        while (true) {
            try {
                // A new process draws other uids.
                Cluster made = new Cluster(ClusterSettings.simulated(() -> now, seed * 1_000 + lives++), journal);
                made.resume();
                return made;
            } catch (FaultyJournal.Crash | ApiFault failed) {
                // A start that fails is tried again.
                assertThat(lives).as("crashes in a row").isLessThan(PATIENCE);
            }
        }
    }

    public Cluster cluster() {
        return cluster;
    }

    public int lives() {
        return lives;
    }

    public int relists() {
        return informers.stream().mapToInt(Informer::relists).sum();
    }

    public void advance(long seconds) {
        now = now.plusSeconds(seconds);
    }

    /// A new process in the place of the old one.
    public void restart() throws Exception {
        cluster = live();
        for (Informer informer : informers) {
            informer.reconnect(cluster);
        }
    }

    /// Sends a request until it is answered; 504 stands for a lost reply. A conflict may be with something that is
    /// still being removed, because a fault put that off: it is asked again when nothing is put off any more.
    public ObjectNode request(String method, String path, String contentType, String body) throws Exception {
        boolean settled = false;
        for (int i = 0; i < PATIENCE; i++) {
            try {
                ObjectNode answer = once(method, path, contentType, body);
                disturb();
                int code = answer.path("code").asInt();
                if (code == 409 && !settled) {
                    settle();
                    settled = true;
                } else if (code != 504) {
                    return answer;
                }
            } catch (FaultyJournal.Crash crash) {
                restart();
            }
        }
        throw new AssertionError(method + " " + path + " is never answered");
    }

    private void settle() {
        for (int i = 0; i < PATIENCE; i++) {
            cluster.follow();
        }
    }

    private ObjectNode once(String method, String path, String contentType, String body) {
        String[] parts = path.split("\\?", 2);
        Map<String, List<String>> query =
                parts.length == 1 ? Map.of() : Map.of(parts[1].split("=")[0], List.of(parts[1].split("=")[1]));
        ApiAnswer answer = cluster.handle(new ApiRequest(
                method,
                parts[0],
                query,
                Map.of("content-type", contentType, "user-agent", "simulation"),
                body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Caller.administrator()));
        ApiAnswer.Whole whole = (ApiAnswer.Whole) answer;
        if (!whole.contentType().startsWith(ApiAnswer.JSON)) {
            // A path that nothing is served at any more, such as a definition's that is gone.
            return Json.object().put("code", whole.status());
        }
        var text = new ByteArrayOutputStream();
        whole.body().forEach(text::writeBytes);
        ObjectNode object = (ObjectNode) Json.parse(text.toByteArray());
        if (method.equals("POST") && object.at("/metadata/uid").isTextual()) {
            assertThat(uids.add(object.at("/metadata/uid").asText()))
                    .as("a uid is given once")
                    .isTrue();
        }
        return object;
    }

    private void disturb() throws Exception {
        for (Informer informer : informers) {
            if (cuts && random.nextInt(20) == 0) {
                informer.cut();
            }
            informer.take(cuts ? random.nextInt(4) : Integer.MAX_VALUE);
        }
    }

    /// Everything that is stored, without what may differ between two ways to the same end.
    public Map<String, String> state() {
        Map<String, String> names = new TreeMap<>();
        Map<String, JsonNode> trees = new TreeMap<>();
        for (Map.Entry<String, Journal.Entry> each : journal.durable().entrySet()) {
            JsonNode tree = Json.parse(each.getValue().json());
            trees.put(each.getKey(), tree);
            names.put(tree.at("/metadata/uid").asText(), each.getKey());
        }
        Map<String, String> state = new TreeMap<>();
        trees.forEach((key, tree) -> {
            ObjectNode metadata = (ObjectNode) tree.get("metadata");
            metadata.remove(List.of("uid", "creationTimestamp", "managedFields", "generation"));
            if (metadata.get("ownerReferences") instanceof ArrayNode owners) {
                owners.forEach(owner -> ((ObjectNode) owner)
                        .put("uid", names.getOrDefault(owner.path("uid").asText(), "nobody")));
            }
            state.put(key, tree.toString().replaceAll("\"[a-zA-Z]*Time(stamp)?\":\"[^\"]*\"", ""));
        });
        return state;
    }

    /// What must hold when nothing is under way any more.
    public void checkAtRest() throws Exception {
        for (Informer informer : informers) {
            informer.check();
            assertThat(informer.seen()).isLessThanOrEqualTo(journal.revision());
        }
        Map<String, String> alive = new TreeMap<>();
        Set<String> namespaces = new HashSet<>();
        journal.durable().forEach((key, entry) -> {
            JsonNode tree = Json.parse(entry.json());
            alive.put(tree.at("/metadata/uid").asText(), key);
            if (entry.key().storage().equals("namespaces")) {
                namespaces.add(entry.key().name());
            }
        });
        journal.durable().forEach((key, entry) -> {
            JsonNode metadata = Json.parse(entry.json()).path("metadata");
            assertThat(entry.key().namespace().isEmpty()
                            || namespaces.contains(entry.key().namespace()))
                    .as("%s is in a namespace that is there", key)
                    .isTrue();
            boolean owned = metadata.path("ownerReferences").isEmpty();
            for (JsonNode owner : metadata.path("ownerReferences")) {
                owned |= alive.containsKey(owner.path("uid").asText());
            }
            assertThat(owned)
                    .as("%s has an owner that is there: %s", key, metadata)
                    .isTrue();
            assertThat(metadata.has("deletionTimestamp"))
                    .as("%s ends: %s", key, metadata)
                    .isFalse();
        });
    }
}
