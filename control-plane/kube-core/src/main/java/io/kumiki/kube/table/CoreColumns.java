package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The columns of the core group, as kubectl shows them.
public final class CoreColumns {
    private static final Map<String, String> MODES =
            Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");

    private static final int SHOWN = 3;

    private CoreColumns() {}

    private static final Map<String, List<Column>> BY_KIND = Map.ofEntries(
            Map.entry(
                    "Pod",
                    List.of(
                            Column.NAME,
                            Column.text("Ready", 0, PodCells::ready),
                            Column.text("Status", 0, PodCells::status),
                            Column.timed("Restarts", 0, PodCells::restarts),
                            Column.AGE,
                            Column.field("IP", 1, "status.podIP"),
                            Column.field("Node", 1, "spec.nodeName"),
                            Column.field("Nominated Node", 1, "status.nominatedNodeName"),
                            Column.text("Readiness Gates", 1, PodCells::gates))),
            Map.entry(
                    "Node",
                    List.of(
                            Column.NAME,
                            Column.text("Status", 0, NodeCells::status),
                            Column.text("Roles", 0, NodeCells::roles),
                            Column.AGE,
                            Column.plain("Version", 0, "status.nodeInfo.kubeletVersion"),
                            Column.text("Internal-IP", 1, node -> NodeCells.address(node, "InternalIP")),
                            Column.text("External-IP", 1, node -> NodeCells.address(node, "ExternalIP")),
                            Column.plain("OS-Image", 1, "status.nodeInfo.osImage"),
                            Column.plain("Kernel-Version", 1, "status.nodeInfo.kernelVersion"),
                            Column.plain("Container-Runtime", 1, "status.nodeInfo.containerRuntimeVersion"))),
            Map.entry("Namespace", List.of(Column.NAME, Column.plain("Status", 0, "status.phase"), Column.AGE)),
            Map.entry(
                    "Service",
                    List.of(
                            Column.NAME,
                            Column.text("Type", 0, s -> at(s, "spec.type").asText("ClusterIP")),
                            Column.field("Cluster-IP", 0, "spec.clusterIP"),
                            Column.text("External-IP", 0, CoreColumns::externalAddress),
                            Column.text("Port(s)", 0, CoreColumns::ports),
                            Column.AGE,
                            Column.text("Selector", 1, s -> pairs(at(s, "spec.selector"))))),
            Map.entry(
                    "ConfigMap",
                    List.of(
                            Column.NAME,
                            Column.count(
                                    "Data",
                                    c -> c.path("data").size()
                                            + c.path("binaryData").size()),
                            Column.AGE)),
            Map.entry(
                    "Secret",
                    List.of(
                            Column.NAME,
                            Column.plain("Type", 0, "type"),
                            Column.count("Data", s -> s.path("data").size()),
                            Column.AGE)),
            Map.entry(
                    "Endpoints", List.of(Column.NAME, Column.text("Endpoints", 0, CoreColumns::endpoints), Column.AGE)),
            Map.entry(
                    "ServiceAccount",
                    List.of(
                            Column.NAME,
                            Column.count("Secrets", s -> s.path("secrets").size()),
                            Column.AGE)),
            Map.entry(
                    "Event",
                    List.of(
                            Column.timed("Last Seen", 0, CoreColumns::lastSeen),
                            Column.plain("Type", 0, "type"),
                            Column.plain("Reason", 0, "reason"),
                            Column.text("Object", 0, CoreColumns::object),
                            Column.plain("Subobject", 1, "involvedObject.fieldPath"),
                            Column.text("Source", 1, CoreColumns::source),
                            Column.text(
                                    "Message",
                                    0,
                                    e -> e.path("message").asText("").strip()),
                            Column.timed("First Seen", 1, CoreColumns::firstSeen),
                            Column.count(
                                    "Count",
                                    1,
                                    e -> Math.max(
                                            1,
                                            e.path("series")
                                                    .path("count")
                                                    .asInt(e.path("count").asInt(1)))),
                            new Column("Name", "string", "name", "Name of the event.", 1, Column.NAME.cell()))),
            Map.entry(
                    "ResourceQuota",
                    List.of(
                            Column.NAME,
                            Column.text("Request", 0, q -> quota(q, false)),
                            Column.text("Limit", 0, q -> quota(q, true)),
                            Column.AGE)),
            Map.entry(
                    "PersistentVolumeClaim",
                    List.of(
                            Column.NAME,
                            Column.text(
                                    "Status",
                                    0,
                                    c -> c.path("metadata").has("deletionTimestamp")
                                            ? "Terminating"
                                            : at(c, "status.phase").asText("")),
                            Column.plain("Volume", 0, "spec.volumeName"),
                            Column.plain("Capacity", 0, "status.capacity.storage"),
                            Column.text("Access Modes", 0, c -> modes(at(c, "status.accessModes"))),
                            Column.plain("StorageClass", 0, "spec.storageClassName"),
                            Column.text(
                                    "VolumeAttributesClass",
                                    0,
                                    c -> at(c, "spec.volumeAttributesClassName").asText("<unset>")),
                            Column.AGE,
                            Column.text(
                                    "VolumeMode",
                                    1,
                                    c -> at(c, "spec.volumeMode").asText("<unset>")))),
            Map.entry(
                    "PersistentVolume",
                    List.of(
                            Column.NAME,
                            Column.plain("Capacity", 0, "spec.capacity.storage"),
                            Column.text("Access Modes", 0, v -> modes(at(v, "spec.accessModes"))),
                            Column.plain("Reclaim Policy", 0, "spec.persistentVolumeReclaimPolicy"),
                            Column.text(
                                    "Status",
                                    0,
                                    v -> v.path("metadata").has("deletionTimestamp")
                                            ? "Terminating"
                                            : at(v, "status.phase").asText("")),
                            Column.text("Claim", 0, CoreColumns::claim),
                            Column.plain("StorageClass", 0, "spec.storageClassName"),
                            Column.text(
                                    "VolumeAttributesClass",
                                    0,
                                    v -> at(v, "spec.volumeAttributesClassName").asText("<unset>")),
                            Column.plain("Reason", 0, "status.reason"),
                            Column.AGE,
                            Column.text(
                                    "VolumeMode",
                                    1,
                                    v -> at(v, "spec.volumeMode").asText("<unset>")))));

    public static List<Column> of(String kind) {
        return BY_KIND.getOrDefault(kind, Column.NAME_AND_AGE);
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
        boolean balanced = at(service, "spec.type").asText().equals("LoadBalancer");
        if (balanced) {
            at(service, "status.loadBalancer.ingress")
                    .forEach(each -> addresses.add(
                            each.path("ip").asText(each.path("hostname").asText())));
        }
        String none = balanced ? "<pending>" : "<none>";
        return addresses.isEmpty() ? none : String.join(",", addresses);
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

    private static String endpoints(JsonNode endpoints) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                if (subset.path("ports").isEmpty()) {
                    all.add(address.path("ip").asText());
                }
            }
            for (JsonNode port : subset.path("ports")) {
                for (JsonNode address : subset.path("addresses")) {
                    String ip = address.path("ip").asText();
                    all.add((ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":"
                            + port.path("port").asText());
                }
            }
        }
        if (all.isEmpty()) {
            return endpoints.path("subsets").isEmpty() ? "<none>" : "";
        }
        String shown = String.join(",", all.subList(0, Math.min(SHOWN, all.size())));
        return all.size() > SHOWN ? shown + " + " + (all.size() - SHOWN) + " more..." : shown;
    }

    private static String modes(JsonNode modes) {
        List<String> names = new ArrayList<>();
        modes.forEach(mode -> names.add(MODES.getOrDefault(mode.asText(), mode.asText())));
        return String.join(",", names);
    }

    private static String quota(JsonNode quota, boolean limits) {
        List<String> cells = new ArrayList<>();
        JsonNode status = quota.path("status");
        for (var hard : status.path("hard").properties()) {
            if (hard.getKey().startsWith("limits") == limits) {
                cells.add(hard.getKey() + ": "
                        + status.path("used").path(hard.getKey()).asText("0") + "/"
                        + hard.getValue().asText());
            }
        }
        cells.sort(null);
        return String.join(", ", cells);
    }

    private static String claim(JsonNode volume) {
        JsonNode claim = at(volume, "spec.claimRef");
        return claim.isObject()
                ? claim.path("namespace").asText() + "/" + claim.path("name").asText()
                : "";
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
        if (host.isEmpty()) {
            host = event.path("reportingInstance").asText("");
        }
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
