package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What the Pod Security Standards forbid in a pod, in Kubernetes' words and in its order.
final class PodStandard {
    private static final Set<String> CAPABILITIES = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");
    private static final Set<String> SYSCTLS = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_wmem");
    private static final Set<String> LABELS =
            Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");
    private static final Set<String> VOLUMES = Set.of(
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret");
    private static final Set<String> PROFILES = Set.of("", "RuntimeDefault", "Localhost");
    private static final List<String> HANDLERS =
            List.of("/livenessProbe", "/readinessProbe", "/startupProbe", "/lifecycle/postStart", "/lifecycle/preStop");

    private final JsonNode spec;
    private final PodFindings found;

    private PodStandard(JsonNode spec) {
        this.spec = spec;
        this.found = new PodFindings(spec);
    }

    /// Empty when the pod is as the level wants it.
    ///
    /// @param restricted the stricter level; else baseline
    static String wrong(JsonNode spec, boolean restricted) {
        PodStandard standard = new PodStandard(spec);
        standard.baseline(restricted);
        if (restricted) {
            standard.restricted();
        }
        return standard.found.text();
    }

    private void baseline(boolean restricted) {
        profile("forbidden AppArmor profile", "appArmorProfile", "AppArmor profile type");
        if (!restricted) {
            capabilities("non-default capabilities", CAPABILITIES, false);
        }
        host();
        if (!restricted) {
            List<String> paths = new ArrayList<>();
            spec.path("volumes").forEach(each -> {
                if (each.has("hostPath")) {
                    paths.add(each.path("name").asText());
                }
            });
            if (!paths.isEmpty()) {
                found.say("hostPath volumes", PodFindings.plural("volume", paths));
            }
        }
        found.used("hostPort", "hostPort", PodStandard::hostPorts);
        found.used("probe or lifecycle host", "probe or lifecycle host", PodStandard::hosts);
        found.must(
                "privileged",
                "must not set securityContext.privileged=true",
                each -> PodFindings.own(each).path("privileged").asBoolean());
        found.must(
                "procMount",
                "must not set securityContext.procMount to \"Unmasked\"",
                each -> PodFindings.own(each)
                        .path("procMount")
                        .asText("Default")
                        .equals("Unmasked"));
        seLinux();
        if (!restricted) {
            profile("seccompProfile", "seccompProfile", "securityContext.seccompProfile.type");
        }
        List<String> sysctls = new ArrayList<>();
        spec.path("securityContext").path("sysctls").forEach(each -> {
            if (!SYSCTLS.contains(each.path("name").asText())) {
                sysctls.add(each.path("name").asText());
            }
        });
        if (!sysctls.isEmpty()) {
            found.say("forbidden sysctls", String.join(", ", sysctls));
        }
    }

    private void restricted() {
        boolean windows = spec.path("os").path("name").asText().equals("windows");
        if (!windows) {
            found.must(
                    "allowPrivilegeEscalation != false",
                    "must set securityContext.allowPrivilegeEscalation=false",
                    each -> PodFindings.own(each)
                            .path("allowPrivilegeEscalation")
                            .asBoolean(true));
            capabilities("unrestricted capabilities", Set.of("NET_BIND_SERVICE"), true);
        }
        volumes();
        found.eitherOf(
                "runAsNonRoot != true",
                each -> each.has("runAsNonRoot") ? !each.path("runAsNonRoot").asBoolean() : null,
                "must not set securityContext.runAsNonRoot=false",
                "must set securityContext.runAsNonRoot=true");
        String roots = found.setters(each -> each.path("runAsUser").asLong(-1) == 0);
        if (!roots.isEmpty()) {
            found.say("runAsUser=0", roots + " must not set runAsUser=0");
        }
        if (!windows) {
            found.eitherOf(
                    "seccompProfile",
                    each -> each.has("seccompProfile")
                            ? !PROFILES.contains(
                                    each.path("seccompProfile").path("type").asText(""))
                            : null,
                    "must not set securityContext.seccompProfile.type to \"Unconfined\"",
                    "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
        }
    }

    private void profile(String what, String field, String words) {
        Set<String> types = new TreeSet<>();
        String who = found.setters(each -> {
            String type = each.path(field).path("type").asText("");
            boolean odd = !PROFILES.contains(type);
            if (odd) {
                types.add(type);
            }
            return odd;
        });
        if (!who.isEmpty()) {
            found.say(what, who + " must not set " + words + " to " + PodFindings.quoted(types));
        }
    }

    private void capabilities(String what, Set<String> allowed, boolean dropAll) {
        List<String> details = new ArrayList<>();
        List<String> keeping = found.those(each -> {
            boolean dropped = false;
            for (JsonNode one : PodFindings.own(each).path("capabilities").path("drop")) {
                dropped |= one.asText().equals("ALL");
            }
            return !dropped;
        });
        if (dropAll && !keeping.isEmpty()) {
            details.add(
                    PodFindings.plural("container", keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        Set<String> added = new TreeSet<>();
        List<String> adding = found.those(each -> {
            boolean odd = false;
            for (JsonNode one : PodFindings.own(each).path("capabilities").path("add")) {
                if (!allowed.contains(one.asText())) {
                    added.add(one.asText());
                    odd = true;
                }
            }
            return odd;
        });
        if (!adding.isEmpty()) {
            details.add(PodFindings.plural("container", adding) + " must not include " + PodFindings.quoted(added)
                    + " in securityContext.capabilities.add");
        }
        if (!details.isEmpty()) {
            found.say(what, String.join("; ", details));
        }
    }

    private void host() {
        List<String> shared = new ArrayList<>();
        for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (spec.path(field).asBoolean()) {
                shared.add(field + "=true");
            }
        }
        if (!shared.isEmpty()) {
            found.say("host namespaces", String.join(", ", shared));
        }
    }

    private static Set<String> hostPorts(JsonNode container) {
        Set<String> ports = new TreeSet<>();
        for (JsonNode port : container.path("ports")) {
            if (port.path("hostPort").asInt() != 0) {
                ports.add(port.path("hostPort").asText());
            }
        }
        return ports;
    }

    private static Set<String> hosts(JsonNode container) {
        Set<String> hosts = new TreeSet<>();
        for (String at : HANDLERS) {
            for (String kind : List.of("httpGet", "tcpSocket")) {
                String host = container.at(at).path(kind).path("host").asText("");
                if (!host.isEmpty()) {
                    hosts.add("\"" + host + "\"");
                }
            }
        }
        return hosts;
    }

    private void seLinux() {
        Set<String> types = new TreeSet<>();
        Set<String> fields = new TreeSet<>();
        String who = found.setters(each -> {
            JsonNode options = each.path("seLinuxOptions");
            boolean odd = !LABELS.contains(options.path("type").asText(""));
            if (odd) {
                types.add(options.path("type").asText());
            }
            for (String field : List.of("user", "role")) {
                if (!options.path(field).asText("").isEmpty()) {
                    fields.add(field);
                    odd = true;
                }
            }
            return odd;
        });
        if (who.isEmpty()) {
            return;
        }
        List<String> details = new ArrayList<>();
        if (!types.isEmpty()) {
            details.add((types.size() == 1 ? "type " : "types ") + PodFindings.quoted(types));
        }
        for (String field : List.of("user", "role")) {
            if (fields.contains(field)) {
                details.add(field + " may not be set");
            }
        }
        found.say(
                "seLinuxOptions", who + " set forbidden securityContext.seLinuxOptions: " + String.join("; ", details));
    }

    private void volumes() {
        List<String> names = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (JsonNode volume : spec.path("volumes")) {
            for (Map.Entry<String, JsonNode> each : volume.properties()) {
                if (!each.getKey().equals("name") && !VOLUMES.contains(each.getKey())) {
                    names.add(volume.path("name").asText());
                    types.add(each.getKey());
                }
            }
        }
        if (!names.isEmpty()) {
            found.say(
                    "restricted volume types",
                    PodFindings.plural("volume", names) + (names.size() == 1 ? " uses" : " use")
                            + " restricted volume type" + (types.size() == 1 ? " " : "s ") + PodFindings.quoted(types));
        }
    }
}
