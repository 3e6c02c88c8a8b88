package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
    private final JsonNode context;
    private final List<JsonNode> containers = new ArrayList<>();
    private final List<String> found = new ArrayList<>();

    private PodStandard(JsonNode spec) {
        this.spec = spec;
        this.context = spec.path("securityContext");
        spec.path("initContainers").forEach(containers::add);
        spec.path("containers").forEach(containers::add);
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
        return String.join(", ", standard.found);
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
                say("hostPath volumes", plural("volume", paths));
            }
        }
        used("hostPort", "hostPort", PodStandard::hostPorts);
        used("probe or lifecycle host", "probe or lifecycle host", PodStandard::hosts);
        must(
                "privileged",
                "must not set securityContext.privileged=true",
                each -> own(each).path("privileged").asBoolean());
        must(
                "procMount",
                "must not set securityContext.procMount to \"Unmasked\"",
                each -> own(each).path("procMount").asText("Default").equals("Unmasked"));
        seLinux();
        if (!restricted) {
            profile("seccompProfile", "seccompProfile", "securityContext.seccompProfile.type");
        }
        List<String> sysctls = new ArrayList<>();
        context.path("sysctls").forEach(each -> {
            if (!SYSCTLS.contains(each.path("name").asText())) {
                sysctls.add(each.path("name").asText());
            }
        });
        if (!sysctls.isEmpty()) {
            say("forbidden sysctls", String.join(", ", sysctls));
        }
    }

    private void restricted() {
        boolean windows = spec.path("os").path("name").asText().equals("windows");
        if (!windows) {
            must(
                    "allowPrivilegeEscalation != false",
                    "must set securityContext.allowPrivilegeEscalation=false",
                    each -> own(each).path("allowPrivilegeEscalation").asBoolean(true));
            capabilities("unrestricted capabilities", Set.of("NET_BIND_SERVICE"), true);
        }
        volumes();
        eitherOf(
                "runAsNonRoot != true",
                each -> each.has("runAsNonRoot") ? !each.path("runAsNonRoot").asBoolean() : null,
                "must not set securityContext.runAsNonRoot=false",
                "must set securityContext.runAsNonRoot=true");
        String roots = setters(each -> each.path("runAsUser").asLong(-1) == 0);
        if (!roots.isEmpty()) {
            say("runAsUser=0", roots + " must not set runAsUser=0");
        }
        if (!windows) {
            eitherOf(
                    "seccompProfile",
                    each -> each.has("seccompProfile")
                            ? !PROFILES.contains(
                                    each.path("seccompProfile").path("type").asText(""))
                            : null,
                    "must not set securityContext.seccompProfile.type to \"Unconfined\"",
                    "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
        }
    }

    private void say(String what, String detail) {
        found.add(what + " (" + detail + ")");
    }

    private static JsonNode own(JsonNode container) {
        return container.path("securityContext");
    }

    private static String quoted(Iterable<String> words) {
        List<String> all = new ArrayList<>();
        words.forEach(each -> all.add("\"" + each + "\""));
        return String.join(", ", all);
    }

    private static String plural(String noun, List<String> names) {
        return noun + (names.size() == 1 ? " " : "s ") + quoted(names);
    }

    private List<String> those(Predicate<JsonNode> which) {
        return containers.stream()
                .filter(which)
                .map(each -> each.path("name").asText())
                .toList();
    }

    private void must(String what, String detail, Predicate<JsonNode> which) {
        List<String> names = those(which);
        if (!names.isEmpty()) {
            say(what, plural("container", names) + " " + detail);
        }
    }

    /// Whose security context is such: the pod's, those of containers, or both.
    private String setters(Predicate<JsonNode> which) {
        List<String> all = new ArrayList<>();
        if (which.test(context)) {
            all.add("pod");
        }
        List<String> names = those(each -> which.test(own(each)));
        if (!names.isEmpty()) {
            all.add(plural("container", names));
        }
        return String.join(" and ", all);
    }

    private void profile(String what, String field, String words) {
        Set<String> types = new TreeSet<>();
        String who = setters(each -> {
            String type = each.path(field).path("type").asText("");
            return !PROFILES.contains(type) && types.add(type) | true;
        });
        if (!who.isEmpty()) {
            say(what, who + " must not set " + words + " to " + quoted(types));
        }
    }

    /// What the pod says for all of its containers, or each for itself.
    ///
    /// @param bad null when nothing is said
    private void eitherOf(String what, Function<JsonNode, @Nullable Boolean> bad, String mustNot, String must) {
        String who = setters(each -> Boolean.TRUE.equals(bad.apply(each)));
        if (!who.isEmpty()) {
            say(what, who + " " + mustNot);
        } else if (bad.apply(context) == null) {
            List<String> silent = those(each -> bad.apply(own(each)) == null);
            if (!silent.isEmpty()) {
                say(what, "pod or " + plural("container", silent) + " " + must);
            }
        }
    }

    private void capabilities(String what, Set<String> allowed, boolean dropAll) {
        List<String> details = new ArrayList<>();
        List<String> keeping = those(each -> {
            boolean dropped = false;
            for (JsonNode one : own(each).path("capabilities").path("drop")) {
                dropped |= one.asText().equals("ALL");
            }
            return !dropped;
        });
        if (dropAll && !keeping.isEmpty()) {
            details.add(plural("container", keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        Set<String> added = new TreeSet<>();
        List<String> adding = those(each -> {
            boolean odd = false;
            for (JsonNode one : own(each).path("capabilities").path("add")) {
                if (!allowed.contains(one.asText())) {
                    added.add(one.asText());
                    odd = true;
                }
            }
            return odd;
        });
        if (!adding.isEmpty()) {
            details.add(plural("container", adding) + " must not include " + quoted(added)
                    + " in securityContext.capabilities.add");
        }
        if (!details.isEmpty()) {
            say(what, String.join("; ", details));
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
            say("host namespaces", String.join(", ", shared));
        }
    }

    private void used(String what, String noun, Function<JsonNode, Set<String>> used) {
        Set<String> values = new TreeSet<>();
        List<String> users = those(each -> {
            values.addAll(used.apply(each));
            return !used.apply(each).isEmpty();
        });
        if (!users.isEmpty()) {
            say(
                    what,
                    plural("container", users)
                            + (users.size() == 1 ? " uses " : " use ")
                            + noun
                            + (values.size() == 1 ? " " : "s ")
                            + String.join(", ", values));
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
        String who = setters(each -> {
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
            details.add((types.size() == 1 ? "type " : "types ") + quoted(types));
        }
        for (String field : List.of("user", "role")) {
            if (fields.contains(field)) {
                details.add(field + " may not be set");
            }
        }
        say("seLinuxOptions", who + " set forbidden securityContext.seLinuxOptions: " + String.join("; ", details));
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
            say(
                    "restricted volume types",
                    plural("volume", names) + (names.size() == 1 ? " uses" : " use") + " restricted volume type"
                            + (types.size() == 1 ? " " : "s ") + quoted(types));
        }
    }
}
