package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Reads the few bodies that a current kubectl sends as protobuf whatever a server offers: reviews, token requests,
/// delete options and the simple
/// kinds of `kubectl create`. Everything else is asked for as JSON.
final class Protobuf {
    static final String CONTENT_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int DEEPEST = 20;
    private static final DateTimeFormatter MICRO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /// `message number field type`: s text, b bytes, i integer, t truth, T time, U time with microseconds, M map of
    /// texts, B map of bytes, Q map of quantities, X map of lists, a leading * repeats, else a message.
    private static final String FIELDS = """
        Unknown 1 typeMeta TypeMeta
        Unknown 2 raw b
        TypeMeta 1 apiVersion s
        TypeMeta 2 kind s
        ObjectMeta 1 name o
        ObjectMeta 2 generateName o
        ObjectMeta 3 namespace o
        ObjectMeta 5 uid s
        ObjectMeta 6 resourceVersion s
        ObjectMeta 11 labels M
        ObjectMeta 12 annotations M
        ObjectMeta 13 ownerReferences *OwnerReference
        ObjectMeta 14 finalizers *s
        OwnerReference 1 kind s
        OwnerReference 3 name s
        OwnerReference 4 uid s
        OwnerReference 5 apiVersion s
        OwnerReference 6 controller t
        OwnerReference 7 blockOwnerDeletion t
        Lease 1 metadata ObjectMeta
        Lease 2 spec LeaseSpec
        LeaseSpec 1 holderIdentity s
        LeaseSpec 2 leaseDurationSeconds i
        LeaseSpec 3 acquireTime U
        LeaseSpec 4 renewTime U
        LeaseSpec 5 leaseTransitions i
        LeaseSpec 6 strategy s
        LeaseSpec 7 preferredHolder s
        Time 1 seconds i
        Time 2 nanos i
        Namespace 1 metadata ObjectMeta
        ConfigMap 1 metadata ObjectMeta
        ConfigMap 2 data M
        ConfigMap 3 binaryData B
        ConfigMap 4 immutable t
        Secret 1 metadata ObjectMeta
        Secret 2 data B
        Secret 3 type s
        Secret 4 stringData M
        Secret 5 immutable t
        ServiceAccount 1 metadata ObjectMeta
        ServiceAccount 2 secrets *BoundObject
        ServiceAccount 3 imagePullSecrets *LocalReference
        LocalReference 1 name s
        ServiceAccount 4 automountServiceAccountToken t
        SelfSubjectReview 1 metadata ObjectMeta
        SelfSubjectRulesReview 1 metadata ObjectMeta
        SelfSubjectRulesReview 2 spec RulesSpec
        RulesSpec 1 namespace s
        SelfSubjectAccessReview 1 metadata ObjectMeta
        SelfSubjectAccessReview 2 spec SelfAccessSpec
        SelfAccessSpec 1 resourceAttributes ResourceAttributes
        SelfAccessSpec 2 nonResourceAttributes PathAttributes
        SubjectAccessReview 1 metadata ObjectMeta
        SubjectAccessReview 2 spec AccessSpec
        LocalSubjectAccessReview 1 metadata ObjectMeta
        LocalSubjectAccessReview 2 spec AccessSpec
        AccessSpec 1 resourceAttributes ResourceAttributes
        AccessSpec 2 nonResourceAttributes PathAttributes
        AccessSpec 3 user s
        AccessSpec 4 groups *s
        AccessSpec 5 extra X
        AccessSpec 6 uid s
        ResourceAttributes 1 namespace s
        ResourceAttributes 2 verb s
        ResourceAttributes 3 group s
        ResourceAttributes 4 version s
        ResourceAttributes 5 resource s
        ResourceAttributes 6 subresource s
        ResourceAttributes 7 name s
        ResourceAttributes 8 fieldSelector SelectorAttributes
        ResourceAttributes 9 labelSelector SelectorAttributes
        SelectorAttributes 1 rawSelector s
        SelectorAttributes 2 requirements *Requirement
        Requirement 1 key s
        Requirement 2 operator s
        Requirement 3 values *s
        Values 1 items *s
        LabelSelector 1 matchLabels M
        LabelSelector 2 matchExpressions *Requirement
        Role 1 metadata ObjectMeta
        Role 2 rules *PolicyRule
        ClusterRole 1 metadata ObjectMeta
        ClusterRole 2 rules *PolicyRule
        ClusterRole 3 aggregationRule AggregationRule
        AggregationRule 1 clusterRoleSelectors *LabelSelector
        PolicyRule 1 verbs *s
        PolicyRule 2 apiGroups *s
        PolicyRule 3 resources *s
        PolicyRule 4 resourceNames *s
        PolicyRule 5 nonResourceURLs *s
        RoleBinding 1 metadata ObjectMeta
        RoleBinding 2 subjects *Subject
        RoleBinding 3 roleRef RoleRef
        ClusterRoleBinding 1 metadata ObjectMeta
        ClusterRoleBinding 2 subjects *Subject
        ClusterRoleBinding 3 roleRef RoleRef
        Subject 1 kind s
        Subject 2 apiGroup s
        Subject 3 name s
        Subject 4 namespace s
        RoleRef 1 apiGroup s
        RoleRef 2 kind s
        RoleRef 3 name s
        ResourceQuota 1 metadata ObjectMeta
        ResourceQuota 2 spec QuotaSpec
        QuotaSpec 1 hard Q
        QuotaSpec 2 scopes *s
        QuotaSpec 3 scopeSelector ScopeSelector
        ScopeSelector 1 matchExpressions *ScopeRequirement
        ScopeRequirement 1 scopeName s
        ScopeRequirement 2 operator s
        ScopeRequirement 3 values *s
        Quantity 1 string s
        PriorityClass 1 metadata ObjectMeta
        PriorityClass 2 value i
        PriorityClass 3 globalDefault t
        PriorityClass 4 description s
        PriorityClass 5 preemptionPolicy s
        PathAttributes 1 path s
        PathAttributes 2 verb s
        TokenReview 1 metadata ObjectMeta
        TokenReview 2 spec TokenReviewSpec
        TokenReviewSpec 1 token s
        TokenReviewSpec 2 audiences *s
        TokenRequest 1 metadata ObjectMeta
        TokenRequest 2 spec TokenRequestSpec
        TokenRequestSpec 1 audiences *s
        TokenRequestSpec 3 boundObjectRef BoundObject
        TokenRequestSpec 4 expirationSeconds i
        BoundObject 1 kind s
        BoundObject 2 apiVersion s
        BoundObject 3 name s
        BoundObject 4 uid s
        DeleteOptions 1 gracePeriodSeconds i
        DeleteOptions 2 preconditions Preconditions
        DeleteOptions 3 orphanDependents t
        DeleteOptions 4 propagationPolicy s
        DeleteOptions 5 dryRun *s
        Preconditions 1 uid s
        Preconditions 2 resourceVersion s
        """;

    private record Field(String name, String type) {}

    private static final Map<String, Map<Integer, Field>> MESSAGES = new HashMap<>();

    /// Messages of which nothing may be dropped.
    private static final Set<String> WHOLE = new HashSet<>();

    static {
        FIELDS.lines().forEach(Protobuf::learn);
        WorkloadMessages.FIELDS.lines().forEach(line -> WHOLE.add(learn(line)));
    }

    private static String learn(String line) {
        String[] words = line.split(" ");
        MESSAGES.computeIfAbsent(words[0], m -> new HashMap<>())
                .put(Integer.parseInt(words[1]), new Field(words[2], words[3]));
        return words[0];
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    private Protobuf(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    static ObjectNode read(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw ApiFault.badRequest("the body is not a Kubernetes protobuf document");
        }
        try {
            ObjectNode envelope = new Protobuf(body, MAGIC.length, body.length).message("Unknown", 0);
            String kind = envelope.path("typeMeta").path("kind").asText();
            if (!MESSAGES.containsKey(kind) || !envelope.has("raw") && kind.isEmpty()) {
                throw Bodies.unsupported(CONTENT_TYPE + " (" + kind + ")", "application/json, application/yaml");
            }
            byte[] raw = Base64.getDecoder().decode(envelope.path("raw").asText());
            ObjectNode object = Json.object();
            object.put(
                            "apiVersion",
                            envelope.path("typeMeta").path("apiVersion").asText())
                    .put("kind", kind);
            object.setAll(new Protobuf(raw, 0, raw.length).message(kind, 0));
            return object;
        } catch (IndexOutOfBoundsException e) {
            throw ApiFault.badRequest("the protobuf document ends too early");
        }
    }

    private ObjectNode message(String type, int depth) {
        if (depth > DEEPEST) {
            throw ApiFault.badRequest("the protobuf document is nested too deeply");
        }
        ObjectNode object = Json.object();
        while (at < end) {
            long tag = varint();
            Field field = MESSAGES.getOrDefault(type, Map.of()).get((int) (tag >>> 3));
            int wire = (int) (tag & 7);
            if (wire == 0) {
                long value = varint();
                if (field == null) {
                    unread(type, tag, value == 0);
                } else if (field.type().equals("t")) {
                    object.put(field.name(), value != 0);
                } else if (value != 0 || !field.type().equals("z")) {
                    object.put(field.name(), value);
                }
            } else if (wire == 2) {
                Protobuf part = part();
                if (field == null) {
                    unread(type, tag, part.at == part.end);
                } else {
                    part.put(object, field, depth);
                }
            } else {
                skip(wire);
            }
        }
        return object;
    }

    private static void unread(String type, long tag, boolean empty) {
        if (!empty && WHOLE.contains(type)) {
            throw Bodies.unsupported(
                    CONTENT_TYPE + " (field " + (tag >>> 3) + " of " + type + ")",
                    "application/json, application/yaml");
        }
    }

    private void put(ObjectNode object, Field field, int depth) {
        switch (field.type()) {
            case "-" -> {}
            case "o" -> {
                if (at < end) {
                    object.put(field.name(), text());
                }
            }
            case "I" -> object.set(field.name(), either(message("IntOrString", depth + 1)));
            case "s" -> object.put(field.name(), text());
            case "b" -> object.put(field.name(), base64());
            case "*s" -> object.withArray("/" + field.name()).add(text());
            case "M" -> entry(object.withObject("/" + field.name()), part -> TextNode.valueOf(part.text()));
            case "B" -> entry(object.withObject("/" + field.name()), part -> TextNode.valueOf(part.base64()));
            case "Q" ->
                entry(
                        object.withObject("/" + field.name()),
                        part -> part.message("Quantity", depth + 1).path("string"));
            case "X" ->
                entry(
                        object.withObject("/" + field.name()),
                        part -> part.message("Values", depth + 1).withArray("/items"));
            case "T" ->
                object.put(
                        field.name(),
                        Instant.ofEpochSecond(message("Time", depth + 1)
                                        .path("seconds")
                                        .asLong())
                                .toString());
            case "U" -> object.put(field.name(), micro(message("Time", depth + 1)));
            default -> {
                boolean repeated = field.type().startsWith("*");
                ObjectNode part = message(repeated ? field.type().substring(1) : field.type(), depth + 1);
                if (repeated) {
                    object.withArray("/" + field.name()).add(part);
                } else {
                    object.set(field.name(), part);
                }
            }
        }
    }

    private static JsonNode either(ObjectNode part) {
        return part.path("type").asInt() == 0
                ? IntNode.valueOf(part.path("intVal").asInt())
                : TextNode.valueOf(part.path("strVal").asText());
    }

    /// A lease's times have microseconds, always six digits.
    private static String micro(ObjectNode time) {
        return MICRO.format(Instant.ofEpochSecond(
                time.path("seconds").asLong(), time.path("nanos").asLong()));
    }

    private void entry(ObjectNode map, Function<Protobuf, JsonNode> read) {
        String key = "";
        JsonNode value = TextNode.valueOf("");
        while (at < end) {
            long tag = varint();
            Protobuf part = part();
            if (tag >>> 3 == 1) {
                key = part.text();
            } else {
                value = read.apply(part);
            }
        }
        map.set(key, value);
    }

    private String text() {
        return new String(bytes, at, end - at, StandardCharsets.UTF_8);
    }

    private String base64() {
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, at, end));
    }

    private Protobuf part() {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw ApiFault.badRequest("the protobuf document ends too early");
        }
        Protobuf part = new Protobuf(bytes, at, at + (int) length);
        at += (int) length;
        return part;
    }

    private void skip(int wire) {
        at += switch (wire) {
            case 1 -> 8;
            case 5 -> 4;
            default -> throw ApiFault.badRequest("the protobuf document is not well-formed");
        };
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw ApiFault.badRequest("the protobuf document ends too early");
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw ApiFault.badRequest("the protobuf document is not well-formed");
    }
}
