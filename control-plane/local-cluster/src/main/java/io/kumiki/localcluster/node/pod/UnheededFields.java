package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// Fields of a pod that this node reads over: the pod runs without what they ask for.
final class UnheededFields {
    private UnheededFields() {}

    /// One sentence for each of them.
    static List<String> of(JsonNode spec) {
        List<String> found = new ArrayList<>();
        String runtime = spec.path("runtimeClassName").asText("");
        if (!runtime.isEmpty()) {
            found.add("runtimeClassName \"" + runtime + "\": this node knows one runtime only, its own");
        }
        List<String> sysctls = new ArrayList<>();
        spec.path("securityContext")
                .path("sysctls")
                .forEach(each -> sysctls.add(each.path("name").asText()));
        if (!sysctls.isEmpty()) {
            found.add("securityContext.sysctls " + String.join(", ", sysctls) + ": this machine's own settings hold");
        }
        if (spec.path("dnsPolicy").asText("").equals("None")
                || !spec.path("dnsConfig").isEmpty()) {
            found.add(
                    "dnsPolicy and dnsConfig: names are found in the pod's hosts file and as this machine finds them");
        }
        if (spec.path("setHostnameAsFQDN").asBoolean()) {
            found.add("setHostnameAsFQDN: the host name stays the short one");
        }
        if (!spec.path("hostUsers").asBoolean(true)) {
            found.add("hostUsers false: users of the pod are those of this machine");
        }
        for (JsonNode container : spec.path("containers")) {
            container(container, found);
        }
        return found;
    }

    private static void container(JsonNode container, List<String> found) {
        String name = "container \"" + container.path("name").asText() + "\": ";
        for (JsonNode port : container.path("ports")) {
            int host = port.path("hostPort").asInt();
            if (host != 0 && host != port.path("containerPort").asInt()) {
                found.add(name + "hostPort " + host + " is not forwarded; a Service of type NodePort is");
            }
        }
        for (JsonNode mount : container.path("volumeMounts")) {
            for (String field : List.of("mountPropagation", "recursiveReadOnly")) {
                String asked = mount.path(field).asText("");
                if (!asked.isEmpty() && !asked.equals("None") && !asked.equals("Disabled")) {
                    found.add(name + field + " " + asked + " of "
                            + mount.path("mountPath").asText() + " is not applied: mounts are the container's own");
                }
            }
        }
    }
}
