package io.kumiki.kube.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One object: its JSON as immutable bytes and the few values that lists, watches and garbage collection ask for.
///
/// The bytes begin with `{"metadata":{` and hold neither kind, apiVersion nor resourceVersion. Those are written in
/// front when the object is
/// served, so that an unchanged object has equal bytes, a deletion needs no new copy and one stored form serves
/// several API versions.
public final class StoredObject {
    private static final byte[] START = "{\"metadata\":{".getBytes(StandardCharsets.UTF_8);

    private final ObjectKey key;
    private final String uid;
    private final long revision;
    private final String[] labels;
    private final String[] owners;
    private final String[] fields;
    private final boolean deleting;
    private final byte[] json;

    private StoredObject(
            ObjectKey key,
            String uid,
            long revision,
            String[] labels,
            String[] owners,
            String[] fields,
            boolean deleting,
            byte[] json) {
        this.key = key;
        this.uid = uid;
        this.revision = revision;
        this.labels = labels;
        this.owners = owners;
        this.fields = fields;
        this.deleting = deleting;
        this.json = json;
    }

    /// @param object with or without kind, apiVersion and resourceVersion; is not changed
    /// @param fields values of the kind's selectable fields, in the kind's order
    public static StoredObject of(ObjectKey key, long revision, ObjectNode object, String[] fields) {
        byte[] json = encode(object);
        Bounds.check(key, json);
        return index(key, revision, object, fields, json);
    }

    /// From bytes as {@link #json()} gave them.
    public static StoredObject of(ObjectKey key, long revision, JsonNode object, String[] fields, byte[] json) {
        return index(key, revision, object, fields, json);
    }

    private static StoredObject index(ObjectKey key, long revision, JsonNode object, String[] fields, byte[] json) {
        JsonNode metadata = object.path("metadata");
        JsonNode labels = metadata.path("labels");
        String[] pairs = labels.isEmpty() ? NONE : new String[labels.size() * 2];
        int i = 0;
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            pairs[i++] = label.getKey().intern();
            pairs[i++] = label.getValue().asText();
        }
        JsonNode references = metadata.path("ownerReferences");
        String[] owners = references.isEmpty() ? NONE : new String[references.size()];
        for (int n = 0; n < owners.length; n++) {
            owners[n] = references.get(n).path("uid").asText();
        }
        return new StoredObject(
                key,
                metadata.path("uid").asText(),
                revision,
                pairs,
                owners,
                fields,
                metadata.has("deletionTimestamp"),
                json);
    }

    private static final String[] NONE = {};

    /// The stored form of an object.
    public static byte[] encode(ObjectNode object) {
        ObjectNode plain = Json.object();
        plain.set("metadata", object.path("metadata"));
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            switch (entry.getKey()) {
                case "kind", "apiVersion", "metadata" -> {}
                default -> plain.set(entry.getKey(), entry.getValue());
            }
        }
        if (plain.path("metadata").has("resourceVersion")
                || plain.path("metadata").has("selfLink")) {
            ObjectNode metadata = ((ObjectNode) plain.get("metadata")).objectNode();
            metadata.setAll((ObjectNode) plain.get("metadata"));
            metadata.remove(List.of("resourceVersion", "selfLink"));
            plain.set("metadata", metadata);
        }
        return Json.bytes(plain);
    }

    public ObjectKey key() {
        return key;
    }

    public String uid() {
        return uid;
    }

    public long revision() {
        return revision;
    }

    /// Whether its deletion has begun.
    public boolean deleting() {
        return deleting;
    }

    public List<String> owners() {
        return Arrays.asList(owners);
    }

    public @Nullable String label(String name) {
        for (int i = 0; i < labels.length; i += 2) {
            if (labels[i].equals(name)) {
                return labels[i + 1];
            }
        }
        return null;
    }

    /// The value of the kind's n-th selectable field.
    public String field(int n) {
        return fields[n];
    }

    /// As stored. Shared: never written to.
    @SuppressWarnings("EI_EXPOSE_REP")
    public byte[] json() {
        return json;
    }

    public int size() {
        return json.length;
    }

    /// The same object as removed: equal in everything but the revision.
    public StoredObject at(long removal) {
        return new StoredObject(key, uid, removal, labels, owners, fields, deleting, json);
    }

    /// A fresh tree as clients see it.
    public ObjectNode tree(String apiVersion, String kind) {
        return tree(apiVersion, kind, revision);
    }

    public ObjectNode tree(String apiVersion, String kind, long shownRevision) {
        ObjectNode stored = (ObjectNode) Json.parse(json);
        ObjectNode tree = Json.object();
        tree.put("kind", kind).put("apiVersion", apiVersion);
        tree.setAll(stored);
        if (shownRevision > 0) {
            ((ObjectNode) tree.get("metadata")).put("resourceVersion", Long.toString(shownRevision));
        }
        return tree;
    }

    /// The wire form in two parts, head and rest, appended to the list; the rest is the stored array itself from an
    /// offset, copied once.
    public byte[] wire(String apiVersion, String kind) {
        return wire(apiVersion, kind, revision);
    }

    /// As an item of a list whose items do not repeat kind and apiVersion.
    public byte[] item() {
        byte[] head = ("{\"metadata\":{\"resourceVersion\":\"" + revision + "\",").getBytes(StandardCharsets.UTF_8);
        return join(head);
    }

    private byte[] join(byte[] head) {
        byte[] whole = Arrays.copyOf(head, head.length + json.length - START.length);
        System.arraycopy(json, START.length, whole, head.length, json.length - START.length);
        return whole;
    }

    public byte[] wire(String apiVersion, String kind, long shownRevision) {
        byte[] head = ("{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\",\"metadata\":{"
                        + (shownRevision > 0 ? "\"resourceVersion\":\"" + shownRevision + "\"," : ""))
                .getBytes(StandardCharsets.UTF_8);
        return join(head);
    }

    /// For a document that is answered once and never stored, such as a dry run's.
    public static List<String> ownersOf(JsonNode object) {
        List<String> found = new ArrayList<>();
        object.path("metadata")
                .path("ownerReferences")
                .forEach(r -> found.add(r.path("uid").asText()));
        return found;
    }
}
