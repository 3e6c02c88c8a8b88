package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.kinds.ApiVersions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindTable;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is served, in the old form (one document per group version) and the aggregated one.
final class Discovery {
    private static final String[] MAIN = {
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"
    };
    private static final String[] CUSTOM = {
        "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"
    };
    private static final String[] NAMESPACE = {"create", "delete", "get", "list", "patch", "update", "watch"};
    private static final String[] PROXY = {"create", "delete", "get", "patch", "update"};
    private static final String[] STATUS = {"get", "patch", "update"};

    private final KindTable kinds;

    Discovery(KindTable kinds) {
        this.kinds = kinds;
    }

    /// `null` for a path that is none.
    @Nullable
    ApiAnswer answer(ApiRequest request, String path) {
        String accept = request.header("accept");
        boolean aggregated = accept.contains("as=APIGroupDiscoveryList");
        if (path.equals("/api")) {
            return aggregated ? aggregated(accept, Set.of("")) : ApiAnswer.json(200, versions());
        }
        if (path.equals("/apis")) {
            Set<String> named = groups();
            named.remove("");
            return aggregated ? aggregated(accept, named) : ApiAnswer.json(200, groupList(named));
        }
        String[] parts = path.split("/");
        if (path.equals("/api/v1")) {
            return ApiAnswer.json(200, resources("", "v1"));
        }
        if (parts.length == 3 && parts[1].equals("apis") && groups().contains(parts[2])) {
            return ApiAnswer.json(200, group(parts[2]));
        }
        if (parts.length == 4 && parts[1].equals("apis") && versionsOf(parts[2]).contains(parts[3])) {
            return ApiAnswer.json(200, resources(parts[2], parts[3]));
        }
        return null;
    }

    private Set<String> groups() {
        Set<String> groups = new LinkedHashSet<>();
        kinds.all().forEach(kind -> groups.add(kind.type().group()));
        return groups;
    }

    private List<String> versionsOf(String group) {
        List<String> versions = new ArrayList<>();
        for (Kind kind : kinds.all()) {
            if (kind.type().group().equals(group)
                    && !versions.contains(kind.type().version())) {
                versions.add(kind.type().version());
            }
        }
        versions.sort(ApiVersions.NEWEST_FIRST);
        return versions;
    }

    private static ObjectNode versions() {
        ObjectNode all = Json.object();
        all.put("kind", "APIVersions").putArray("versions").add("v1");
        all.putArray("serverAddressByClientCIDRs");
        return all;
    }

    private ObjectNode groupList(Set<String> groups) {
        ObjectNode list = Json.object();
        list.put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode all = list.putArray("groups");
        groups.forEach(group -> all.add(group(group)));
        return list;
    }

    private ObjectNode group(String name) {
        ObjectNode group = Json.object();
        group.put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
        ArrayNode versions = group.putArray("versions");
        for (String version : versionsOf(name)) {
            versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
        }
        group.set("preferredVersion", versions.get(0));
        return group;
    }

    /// A resource or subresource as it is listed.
    private record Entry(
            String name, Kind kind, String group, String version, String answers, String[] verbs, boolean main) {}

    private static List<Entry> entries(Kind kind) {
        List<Entry> all = new ArrayList<>();
        String plural = kind.type().plural();
        if (!kind.stored()) {
            return List.of(new Entry(plural, kind, "", "", kind.kind(), new String[] {"create"}, true));
        }
        String[] verbs = kind.storage().equals("namespaces") ? NAMESPACE : kind.builtIn() ? MAIN : CUSTOM;
        all.add(new Entry(plural, kind, "", "", kind.kind(), verbs, true));
        if (kind.status()) {
            all.add(new Entry(plural + "/status", kind, "", "", kind.kind(), STATUS, false));
        }
        if (kind.scale() != null) {
            all.add(new Entry(plural + "/scale", kind, "autoscaling", "v1", "Scale", STATUS, false));
        }
        switch (kind.storage()) {
            case "pods" -> {
                all.add(new Entry("pods/eviction", kind, "policy", "v1", "Eviction", new String[] {"create"}, false));
                all.add(new Entry("pods/binding", kind, "", "", "Binding", new String[] {"create"}, false));
                String[] connect = {"create", "get"};
                all.add(new Entry("pods/attach", kind, "", "", "PodAttachOptions", connect, false));
                all.add(new Entry("pods/exec", kind, "", "", "PodExecOptions", connect, false));
                all.add(new Entry("pods/portforward", kind, "", "", "PodPortForwardOptions", connect, false));
                all.add(new Entry("pods/proxy", kind, "", "", "PodProxyOptions", PROXY, false));
                all.add(new Entry("pods/log", kind, "", "", "Pod", new String[] {"get"}, false));
            }
            case "services" -> all.add(new Entry("services/proxy", kind, "", "", "ServiceProxyOptions", PROXY, false));
            case "namespaces" ->
                all.add(new Entry("namespaces/finalize", kind, "", "", "Namespace", new String[] {"update"}, false));
            case "serviceaccounts" ->
                all.add(new Entry(
                        "serviceaccounts/token",
                        kind,
                        "authentication.k8s.io",
                        "v1",
                        "TokenRequest",
                        new String[] {"create"},
                        false));
            default -> {}
        }
        return all;
    }

    private ObjectNode resources(String group, String version) {
        ObjectNode list = Json.object();
        list.put("kind", "APIResourceList");
        if (!group.isEmpty()) {
            list.put("apiVersion", "v1");
        }
        list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (Kind kind : kinds.all()) {
            if (!kind.type().group().equals(group) || !kind.type().version().equals(version)) {
                continue;
            }
            for (Entry entry : entries(kind)) {
                ObjectNode resource = resources.addObject();
                resource.put("name", entry.name())
                        .put("singularName", entry.main() ? kind.singular() : "")
                        .put("namespaced", kind.namespaced());
                if (!entry.group().isEmpty()) {
                    resource.put("group", entry.group()).put("version", entry.version());
                }
                resource.put("kind", entry.answers());
                words(resource, "verbs", List.of(entry.verbs()));
                if (entry.main()) {
                    words(resource, "shortNames", kind.shortNames());
                    words(resource, "categories", kind.categories());
                    String stored = storedAs(kind);
                    if (!stored.isEmpty()) {
                        resource.put("storageVersionHash", stored);
                    }
                }
            }
        }
        return list;
    }

    /// Tells clients when a kind begins to be stored in another version: eight bytes of its name's SHA-256. Empty for
    /// what is not stored.
    private static String storedAs(Kind kind) {
        Kind keeper = kind.keeper();
        String version = keeper.rules().storageVersion(keeper.type().version());
        if (!kind.stored() || version.isEmpty()) {
            return "";
        }
        String name = keeper.type().group() + "/" + version + "/" + keeper.kind();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(Arrays.copyOf(hash, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void words(ObjectNode to, String field, List<String> words) {
        if (!words.isEmpty()) {
            ArrayNode array = to.putArray(field);
            words.forEach(array::add);
        }
    }

    private ApiAnswer aggregated(String accept, Set<String> groups) {
        String version = accept.contains("v=v2beta1") && !accept.contains("v=v2;") ? "v2beta1" : "v2";
        ObjectNode list = Json.object();
        list.put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/" + version);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        for (String group : groups) {
            ObjectNode item = items.addObject();
            ObjectNode metadata = item.putObject("metadata");
            if (!group.isEmpty()) {
                metadata.put("name", group);
            }
            metadata.putNull("creationTimestamp");
            ArrayNode versions = item.putArray("versions");
            for (String each : versionsOf(group)) {
                ObjectNode one = versions.addObject().put("version", each).put("freshness", "Current");
                one.set("resources", aggregatedResources(group, each));
            }
        }
        byte[] body = Json.bytes(list);
        String type = "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
        return new ApiAnswer.Whole(200, type, List.of(body), Map.of("Vary", "Accept"));
    }

    private ArrayNode aggregatedResources(String group, String version) {
        Map<String, ObjectNode> byName = new LinkedHashMap<>();
        for (Kind kind : kinds.all()) {
            if (!kind.type().group().equals(group) || !kind.type().version().equals(version)) {
                continue;
            }
            // Built-in kinds leave out what is the group's anyway, custom ones do not.
            boolean own = !kind.builtIn();
            for (Entry entry : entries(kind)) {
                ObjectNode answers = Json.object()
                        .put("group", own && entry.group().isEmpty() ? group : entry.group())
                        .put("version", own && entry.version().isEmpty() ? version : entry.version())
                        .put("kind", entry.answers());
                if (entry.main()) {
                    ObjectNode resource = Json.object().put("resource", entry.name());
                    resource.set("responseKind", answers);
                    resource.put("scope", kind.namespaced() ? "Namespaced" : "Cluster")
                            .put("singularResource", kind.singular());
                    words(resource, "verbs", List.of(entry.verbs()));
                    words(resource, "shortNames", kind.shortNames());
                    words(resource, "categories", kind.categories());
                    byName.put(entry.name(), resource);
                } else {
                    ObjectNode below = Json.object()
                            .put(
                                    "subresource",
                                    entry.name().substring(entry.name().indexOf('/') + 1));
                    below.set("responseKind", answers);
                    words(below, "verbs", List.of(entry.verbs()));
                    byName.getOrDefault(kind.type().plural(), Json.object())
                            .withArray("/subresources")
                            .add(below);
                }
            }
        }
        ArrayNode all = Json.array();
        byName.values().forEach(all::add);
        return all;
    }
}
