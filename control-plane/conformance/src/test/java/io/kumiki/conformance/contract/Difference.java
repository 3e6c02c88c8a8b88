package io.kumiki.conformance.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.conformance.cluster.Reply;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Where two answers differ, when what no two clusters have in common is left out: uids, times, revisions, tokens,
/// drawn
/// names, addresses, ages.
final class Difference {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final Pattern REVISION = Pattern.compile(
            "(resource ?version: |resourceVersion in precondition: |object meta: |current: |\\()\\d+",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> REVISIONS = Set.of("resourceVersion");
    private static final Set<String> TOKENS = Set.of("continue", "token", "caBundle");
    /// A list of mistakes is compared by their places and reasons; each server has its own words for them.
    private static final List<String> WORDS = List.of("/details/causes/*/message");
    /// What is wrong with which object is compared, how it is put is not.
    private static final Pattern REFUSAL =
            Pattern.compile("(.*? is invalid: |.*? error in our request).*", Pattern.DOTALL);
    /// What a table says a column is for is prose of each server's own.
    private static final List<String> PROSE =
            List.of("/columnDefinitions/*/description", "/*/object/columnDefinitions/*/description");
    private static final Pattern GENERATED = Pattern.compile("-[bcdfghjklmnpqrstvwxz2456789]{5}\\b");
    /// Hashes are made of the same letters, by another function.
    private static final Pattern HASHED = Pattern.compile("-[bcdfghjklmnpqrstvwxz2456789]{6,10}(?=\\b)");
    private static final Set<String> HASHES =
            Set.of("pod-template-hash", "controller-revision-hash", "controller.kubernetes.io~1hash");
    private static final Pattern EVENT_NAME = Pattern.compile("\\.[0-9a-f]{6,16}\\b");
    private static final Pattern NODE_PORT = Pattern.compile(":3\\d{4}/");
    private static final Pattern WEBHOOK = Pattern.compile("https://127\\.0\\.0\\.1:\\d+/(embedded|real)");
    /// What a reader says of a text that it cannot read is compared up to its own words.
    private static final Pattern READER = Pattern.compile(
            "(.*(?:the object provided is unrecognized \\(must be of type \\w+\\): "
                    + "|\\w+ in version \"[^\"]*\" cannot be handled as a \\w+: (?!strict decoding error)"
                    + "|error decoding patch: "
                    + "|invalid continue token: continue key is not valid: "
                    + "|failed to call webhook: )).+",
            Pattern.DOTALL);
    /// Of a version document: what was built, by whom and when.
    private static final Set<String> BUILD =
            Set.of("/gitVersion", "/gitCommit", "/gitTreeState", "/buildDate", "/goVersion", "/compiler", "/platform");
    private static final Pattern AGE = Pattern.compile("(\\d+[smhd])+|<invalid>");
    /// What a cluster's own parts own tells only which of them writes, and in how many steps.
    private static final Set<String> OWN_PARTS = Set.of("kube-controller-manager", "kube-apiserver");
    private static final Set<String> ADDRESSES = Set.of("clusterIP", "clusterIPs");
    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");

    private final Set<String> apart;
    private final List<String> found = new ArrayList<>();

    private Difference(Set<String> apart, boolean refusal) {
        this.apart = new LinkedHashSet<>(apart);
        this.apart.addAll(PROSE);
        if (refusal) {
            this.apart.addAll(WORDS);
        }
    }

    /// @param apart pointers not to look at; `*` for everything but the code
    static List<String> between(Reply ours, Reply theirs, Set<String> apart) {
        Difference difference = new Difference(apart, theirs.code() == 422);
        if (apart.contains("*")) {
            return List.of();
        }
        if (ours.code() != theirs.code()) {
            return List.of("embedded HTTP " + ours.code() + " " + ours.text() + ", real HTTP " + theirs.code() + " "
                    + theirs.text());
        }
        difference.header("content-type", ours, theirs);
        difference.header("warning", ours, theirs);
        JsonNode a = read(ours);
        JsonNode b = read(theirs);
        difference.compare("", a, b);
        return difference.found;
    }

    private void header(String name, Reply ours, Reply theirs) {
        String a = sorted(ours.header(name));
        String b = sorted(theirs.header(name));
        if (!a.equals(b) && !apart.contains(name)) {
            found.add(name + ": embedded «" + a + "», real «" + b + "»");
        }
    }

    private static String sorted(String header) {
        return java.util.Arrays.stream(header.split(", (?=299 )"))
                .sorted()
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /// A watch is compared as a list of its events.
    private static JsonNode read(Reply reply) {
        String text = reply.text().strip();
        if (text.startsWith("{") && text.contains("}\n{")) {
            ArrayNode events = Json.array();
            reply.lines().forEach(events::add);
            return events;
        }
        return text.startsWith("{") || text.startsWith("[")
                ? Json.parse(text)
                : Json.mapper().getNodeFactory().textNode(text);
    }

    private void compare(String path, JsonNode a, JsonNode b) {
        // Go's type of a condition has it always, so whoever writes the condition owns it.
        if (ignored(path) || path.endsWith("/f:lastProbeTime")) {
            return;
        }
        if (path.endsWith("/metadata") && empty(a) && empty(b)) {
            return;
        }
        if ((silent(a) && silent(b)) || (path.equals("/details") && (empty(a) && empty(b)))) {
            return;
        }
        if (path.isEmpty() && a.has("gitVersion") && b.has("gitVersion")) {
            apart.addAll(BUILD);
        }
        if (fresh(path, a, b)) {
            return;
        }
        if (a instanceof ObjectNode left && b instanceof ObjectNode right) {
            Map<String, JsonNode> ours = members(left);
            Map<String, JsonNode> theirs = members(right);
            Set<String> names = new LinkedHashSet<>(theirs.keySet());
            names.addAll(ours.keySet());
            for (String name : names) {
                compare(
                        path + "/" + name.replace("~", "~0").replace("/", "~1"),
                        ours.getOrDefault(name, MissingNode.getInstance()),
                        theirs.getOrDefault(name, MissingNode.getInstance()));
            }
        } else if (a instanceof ArrayNode left && b instanceof ArrayNode right) {
            if (told(left) && told(right)) {
                compare(path, byName(left), byName(right));
            } else {
                lists(path, left, right);
            }
        } else if (!plain(path, a).equals(plain(path, b))) {
            found.add(path + ": embedded " + show(a) + ", real " + show(b));
        }
    }

    /// A definition is established in the write that makes it, or a moment later: whoever wants to know asks again.
    private static boolean fresh(String path, JsonNode a, JsonNode b) {
        return path.equals("/status")
                && a.has("storedVersions")
                && b.has("storedVersions")
                && established(a) != established(b);
    }

    private static boolean established(JsonNode status) {
        for (JsonNode each : status.path("conditions")) {
            if (each.path("type").asText().equals("Established")) {
                return each.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static boolean empty(JsonNode node) {
        return node.isMissingNode() || (node.isObject() && node.isEmpty());
    }

    /// What Go's types write where nothing was said: an absent member, null, an empty text or list, and objects of
    /// nothing
    /// else.
    private static boolean silent(JsonNode node) {
        return node.isMissingNode()
                || node.isNull()
                || (node.isTextual() && node.asText().isEmpty())
                || (node.isArray() && node.isEmpty())
                || (node.isObject()
                        && !node.isEmpty()
                        && node.properties().stream().allMatch(each -> silent(each.getValue())));
    }

    /// The names of managed fields hold uids too.
    private static Map<String, JsonNode> members(ObjectNode object) {
        Map<String, JsonNode> members = new LinkedHashMap<>();
        object.properties()
                .forEach(each -> members.put(UUID.matcher(each.getKey()).replaceAll("<uid>"), each.getValue()));
        return members;
    }

    /// A `*` stands for any one step.
    private boolean ignored(String path) {
        return apart.contains(path)
                || apart.stream().anyMatch(each -> each.contains("*") && path.matches(pattern(each)));
    }

    private static String pattern(String pointer) {
        return Pattern.quote(pointer).replace("*", "\\E[^/]+\\Q");
    }

    /// What discovery lists goes by name, so that what one server does not serve can be said by name:
    /// `/resources/nodes~1proxy`, `/items/apps/versions/v1/resources/deployments/subresources/status`.
    private static boolean told(ArrayNode list) {
        return !list.isEmpty()
                && list.valueStream().noneMatch(each -> served(each).isEmpty());
    }

    private static String served(JsonNode entry) {
        if (entry.has("versions") && entry.path("metadata").isObject()) {
            String group = entry.path("metadata").path("name").asText("");
            return group.isEmpty() ? "core" : group;
        }
        for (String name : List.of("subresource", "resource")) {
            if (entry.has(name) && entry.has("verbs")) {
                return entry.path(name).asText();
            }
        }
        return entry.has("resources")
                ? entry.path("version").asText("")
                : entry.has("verbs") ? entry.path("name").asText("") : "";
    }

    private static ObjectNode byName(ArrayNode list) {
        ObjectNode named = Json.object();
        list.forEach(each -> named.set(served(each), each));
        return named;
    }

    private void lists(String path, ArrayNode left, ArrayNode right) {
        List<JsonNode> a = items(path, left);
        List<JsonNode> b = items(path, right);
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            compare(
                    path + "/" + i,
                    i < a.size() ? a.get(i) : MissingNode.getInstance(),
                    i < b.size() ? b.get(i) : MissingNode.getInstance());
        }
    }

    /// Writes of the same second have no order in managedFields, and mistakes have none at all.
    private static List<JsonNode> items(String path, ArrayNode array) {
        List<JsonNode> items = new ArrayList<>();
        array.forEach(items::add);
        if (path.equals("/details/causes")) {
            items.sort(Comparator.comparing(Difference::mistake));
            // A mistake that is found by two checks is told twice.
            items = distinct(items);
        }
        if (path.equals("/items") && !items.isEmpty() && items.stream().allMatch(Difference::generated)) {
            items.sort(Comparator.comparing(Difference::about));
        }
        if (path.equals("/status/nonResourceRules") || path.equals("/status/resourceRules")) {
            // What somebody may do is a set.
            items.sort(Comparator.comparing(JsonNode::toString));
        }
        if (path.endsWith("/conditions")) {
            items.sort(Comparator.comparing((JsonNode n) -> n.path("type").asText()));
        }
        if (path.endsWith("/managedFields")) {
            items.removeIf(each -> OWN_PARTS.contains(each.path("manager").asText()));
            items.sort(Comparator.comparing((JsonNode n) -> n.path("manager").asText())
                    .thenComparing(n -> n.path("operation").asText())
                    .thenComparing(n -> n.path("subresource").asText()));
        }
        return items;
    }

    private static String mistake(JsonNode cause) {
        return cause.path("field").asText() + " " + cause.path("reason").asText();
    }

    private static List<JsonNode> distinct(List<JsonNode> causes) {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        causes.forEach(each -> found.putIfAbsent(mistake(each), each));
        return new ArrayList<>(found.values());
    }

    /// Where names are drawn, a list has no order to compare.
    private static boolean generated(JsonNode item) {
        String name = item.at("/metadata/name").asText();
        return item.at("/metadata").has("generateName")
                || EVENT_NAME.matcher(name).find()
                || HASHED.matcher(name).find();
    }

    private static String about(JsonNode item) {
        return made(item.at("/metadata/name").asText()) + " "
                + item.at("/reason").asText() + " " + made(item.at("/message").asText()) + " "
                + item.at("/metadata/annotations") + item.at("/metadata/labels");
    }

    private static String made(String text) {
        String plain =
                WEBHOOK.matcher(EVENT_NAME.matcher(text).replaceAll(".<time>")).replaceAll("<webhook>");
        plain = NODE_PORT.matcher(plain).replaceAll(":<port>/");
        return HASHED.matcher(GENERATED.matcher(plain).replaceAll("-<made>")).replaceAll("-<hash>");
    }

    private static String plain(String path, JsonNode node) {
        String[] steps = path.split("/");
        String field = steps[steps.length - 1];
        String parent = steps.length > 1 ? steps[steps.length - 2] : "";
        if (node.isTextual() && !node.asText().isEmpty()) {
            if (REVISIONS.contains(field) || TOKENS.contains(field)) {
                return "<" + field + ">";
            }
            if (HASHES.contains(field)) {
                return "<hash>";
            }
            if (parent.equals("cells") && AGE.matcher(node.asText()).matches()) {
                return "<age>";
            }
            boolean address = ADDRESSES.contains(field) || ADDRESSES.contains(parent) || parent.equals("cells");
            if (address && ADDRESS.matcher(node.asText()).matches()) {
                return "<address>";
            }
            String text = UUID.matcher(node.asText()).replaceAll("<uid>");
            text = TIME.matcher(text).replaceAll("<time>");
            text = REVISION.matcher(text).replaceAll("$1<n>");
            if (path.equals("/message")) {
                text = REFUSAL.matcher(text).replaceAll("$1<words>");
            }
            if (field.equals("message")) {
                text = READER.matcher(text).replaceAll("$1<words>");
            }
            return "\"" + made(text) + "\"";
        }
        if (node.isNumber() && field.equals("nodePort") && node.asInt() >= 30_000) {
            return "<port>";
        }
        if (node.isNumber()) {
            return node.decimalValue().stripTrailingZeros().toPlainString();
        }
        return node.isMissingNode() ? "absent" : node.toString();
    }

    private static String show(JsonNode node) {
        return node.isMissingNode() ? "absent" : "«" + node + "»";
    }
}
