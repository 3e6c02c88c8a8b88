package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The columns of the built-in kinds, as kubectl shows them.
public final class BuiltInColumns {
    private static final Map<String, String> MODES =
            Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");

    private BuiltInColumns() {}

    private static final Map<String, List<Column>> BY_KIND = Map.ofEntries(
            Map.entry(
                    "Pod",
                    List.of(
                            Column.NAME,
                            text("Ready", 0, PodCells::ready),
                            text("Status", 0, PodCells::status),
                            timed("Restarts", 0, PodCells::restarts),
                            Column.AGE,
                            field("IP", 1, "status.podIP"),
                            field("Node", 1, "spec.nodeName"),
                            field("Nominated Node", 1, "status.nominatedNodeName"),
                            text("Readiness Gates", 1, PodCells::gates))),
            Map.entry(
                    "Node",
                    List.of(
                            Column.NAME,
                            text("Status", 0, NodeCells::status),
                            text("Roles", 0, NodeCells::roles),
                            Column.AGE,
                            plain("Version", 0, "status.nodeInfo.kubeletVersion"),
                            text("Internal-IP", 1, node -> NodeCells.address(node, "InternalIP")),
                            text("External-IP", 1, node -> NodeCells.address(node, "ExternalIP")),
                            plain("OS-Image", 1, "status.nodeInfo.osImage"),
                            plain("Kernel-Version", 1, "status.nodeInfo.kernelVersion"),
                            plain("Container-Runtime", 1, "status.nodeInfo.containerRuntimeVersion"))),
            Map.entry("Namespace", List.of(Column.NAME, plain("Status", 0, "status.phase"), Column.AGE)),
            Map.entry(
                    "Service",
                    List.of(
                            Column.NAME,
                            text("Type", 0, s -> at(s, "spec.type").asText("ClusterIP")),
                            field("Cluster-IP", 0, "spec.clusterIP"),
                            text("External-IP", 0, BuiltInColumns::externalAddress),
                            text("Port(s)", 0, BuiltInColumns::ports),
                            Column.AGE,
                            text("Selector", 1, s -> pairs(at(s, "spec.selector"))))),
            Map.entry(
                    "ConfigMap",
                    List.of(
                            Column.NAME,
                            number(
                                    "Data",
                                    c -> c.path("data").size()
                                            + c.path("binaryData").size()),
                            Column.AGE)),
            Map.entry(
                    "Secret",
                    List.of(
                            Column.NAME,
                            plain("Type", 0, "type"),
                            number("Data", s -> s.path("data").size()),
                            Column.AGE)),
            Map.entry(
                    "ServiceAccount",
                    List.of(
                            Column.NAME,
                            number("Secrets", s -> s.path("secrets").size()),
                            Column.AGE)),
            Map.entry(
                    "Event",
                    List.of(
                            timed("Last Seen", 0, BuiltInColumns::lastSeen),
                            plain("Type", 0, "type"),
                            plain("Reason", 0, "reason"),
                            text("Object", 0, BuiltInColumns::object),
                            plain("Subobject", 1, "involvedObject.fieldPath"),
                            text("Source", 1, BuiltInColumns::source),
                            text("Message", 0, e -> e.path("message").asText("").strip()),
                            timed("First Seen", 1, BuiltInColumns::firstSeen),
                            number(
                                    "Count",
                                    1,
                                    e -> Math.max(
                                            1,
                                            e.path("series")
                                                    .path("count")
                                                    .asInt(e.path("count").asInt(1)))),
                            new Column("Name", "string", "name", "Name of the event.", 1, Column.NAME.cell()))),
            Map.entry(
                    "PersistentVolumeClaim",
                    List.of(
                            Column.NAME,
                            text(
                                    "Status",
                                    0,
                                    c -> c.path("metadata").has("deletionTimestamp")
                                            ? "Terminating"
                                            : at(c, "status.phase").asText("")),
                            plain("Volume", 0, "spec.volumeName"),
                            plain("Capacity", 0, "status.capacity.storage"),
                            text("Access Modes", 0, c -> modes(at(c, "status.accessModes"))),
                            plain("StorageClass", 0, "spec.storageClassName"),
                            text(
                                    "VolumeAttributesClass",
                                    0,
                                    c -> at(c, "spec.volumeAttributesClassName").asText("<unset>")),
                            Column.AGE,
                            text("VolumeMode", 1, c -> at(c, "spec.volumeMode").asText("<unset>")))),
            Map.entry(
                    "PersistentVolume",
                    List.of(
                            Column.NAME,
                            plain("Capacity", 0, "spec.capacity.storage"),
                            text("Access Modes", 0, v -> modes(at(v, "spec.accessModes"))),
                            plain("Reclaim Policy", 0, "spec.persistentVolumeReclaimPolicy"),
                            text(
                                    "Status",
                                    0,
                                    v -> v.path("metadata").has("deletionTimestamp")
                                            ? "Terminating"
                                            : at(v, "status.phase").asText("")),
                            text("Claim", 0, BuiltInColumns::claim),
                            plain("StorageClass", 0, "spec.storageClassName"),
                            text(
                                    "VolumeAttributesClass",
                                    0,
                                    v -> at(v, "spec.volumeAttributesClassName").asText("<unset>")),
                            plain("Reason", 0, "status.reason"),
                            Column.AGE,
                            text("VolumeMode", 1, v -> at(v, "spec.volumeMode").asText("<unset>")))),
            Map.entry("Lease", List.of(Column.NAME, plain("Holder", 0, "spec.holderIdentity"), Column.AGE)),
            Map.entry(
                    "StorageClass",
                    List.of(
                            new Column(
                                    "Name",
                                    "string",
                                    "name",
                                    "Name must be unique.",
                                    0,
                                    (object, now) -> TextNode.valueOf(storageClass(object))),
                            plain("Provisioner", 0, "provisioner"),
                            text(
                                    "ReclaimPolicy",
                                    0,
                                    s -> s.path("reclaimPolicy").asText("Delete")),
                            text(
                                    "VolumeBindingMode",
                                    0,
                                    s -> s.path("volumeBindingMode").asText("Immediate")),
                            new Column(
                                    "AllowVolumeExpansion",
                                    "string",
                                    "",
                                    "",
                                    0,
                                    (s, now) -> s.path("allowVolumeExpansion").isBoolean()
                                            ? s.get("allowVolumeExpansion")
                                            : com.fasterxml.jackson.databind.node.BooleanNode.FALSE),
                            Column.AGE)),
            Map.entry(
                    "CustomResourceDefinition",
                    List.of(Column.NAME, plain("Created At", 0, "metadata.creationTimestamp"))));

    public static List<Column> of(String kind) {
        return BY_KIND.getOrDefault(kind, Column.NAME_AND_AGE);
    }

    private static Column text(String name, int priority, Function<JsonNode, String> cell) {
        return new Column(name, "string", "", "", priority, (object, now) -> TextNode.valueOf(cell.apply(object)));
    }

    private static Column timed(String name, int priority, BiFunction<JsonNode, Instant, String> cell) {
        return new Column(name, "string", "", "", priority, (object, now) -> TextNode.valueOf(cell.apply(object, now)));
    }

    private static Column plain(String name, int priority, String path) {
        return text(name, priority, object -> at(object, path).asText(""));
    }

    private static Column field(String name, int priority, String path) {
        return text(name, priority, object -> {
            String value = at(object, path).asText("");
            return value.isEmpty() ? "<none>" : value;
        });
    }

    private static Column number(String name, Function<JsonNode, Integer> cell) {
        return number(name, 0, cell);
    }

    private static Column number(String name, int priority, Function<JsonNode, Integer> cell) {
        return new Column(name, "integer", "", "", priority, (object, now) -> IntNode.valueOf(cell.apply(object)));
    }

    private static JsonNode at(JsonNode object, String path) {
        JsonNode node = object;
        for (String name : path.split("\\.")) {
            node = node.path(name);
        }
        return node;
    }

    private static String pairs(JsonNode map) {
        StringBuilder text = new StringBuilder();
        map.properties()
                .forEach(e -> text.append(text.isEmpty() ? "" : ",")
                        .append(e.getKey())
                        .append('=')
                        .append(e.getValue().asText()));
        return text.isEmpty() ? "<none>" : text.toString();
    }

    private static String externalAddress(JsonNode service) {
        List<String> addresses = new ArrayList<>();
        at(service, "spec.externalIPs").forEach(ip -> addresses.add(ip.asText()));
        if (at(service, "spec.type").asText().equals("ExternalName")) {
            return at(service, "spec.externalName").asText();
        }
        return addresses.isEmpty() ? "<none>" : String.join(",", addresses);
    }

    private static String ports(JsonNode service) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : at(service, "spec.ports")) {
            String node = port.has("nodePort") ? ":" + port.get("nodePort").asText() : "";
            ports.add(port.path("port").asText() + node + "/"
                    + port.path("protocol").asText("TCP"));
        }
        return ports.isEmpty() ? "<none>" : String.join(",", ports);
    }

    private static String modes(JsonNode modes) {
        List<String> names = new ArrayList<>();
        modes.forEach(mode -> names.add(MODES.getOrDefault(mode.asText(), mode.asText())));
        return String.join(",", names);
    }

    private static String claim(JsonNode volume) {
        JsonNode claim = at(volume, "spec.claimRef");
        return claim.isObject()
                ? claim.path("namespace").asText() + "/" + claim.path("name").asText()
                : "";
    }

    private static String storageClass(JsonNode object) {
        String name = at(object, "metadata.name").asText();
        String marked = object.path("metadata")
                .path("annotations")
                .path("storageclass.kubernetes.io/is-default-class")
                .asText("");
        return marked.equals("true") ? name + " (default)" : name;
    }

    private static String object(JsonNode event) {
        JsonNode about = event.path("involvedObject");
        return about.path("kind").asText().toLowerCase(java.util.Locale.ROOT) + "/"
                + about.path("name").asText();
    }

    private static String source(JsonNode event) {
        String component = event.path("source")
                .path("component")
                .asText(event.path("reportingComponent").asText(""));
        String host = event.path("source").path("host").asText("");
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static String lastSeen(JsonNode event, Instant now) {
        String at = event.path("series")
                .path("lastObservedTime")
                .asText(event.path("lastTimestamp").asText(""));
        return at.isEmpty() ? firstSeen(event, now) : Age.since(at, now);
    }

    private static String firstSeen(JsonNode event, Instant now) {
        String at = event.path("firstTimestamp").asText("");
        return Age.since(at.isEmpty() ? event.path("eventTime").asText("") : at, now);
    }
}
