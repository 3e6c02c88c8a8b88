package io.kumiki.localcluster.node.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a container's process gives up before it starts: ways to more rights, capabilities, writing to its root.
///
/// @param noNewPrivileges programs that change the user, or have capabilities of their own, change nothing
/// @param drop capabilities as Linux names them, in small letters without `cap_`; `all` for all
/// @param add those kept in spite of `all`
/// @param readOnlyRoot only volumes, /dev and /proc can be written to
public record Hardening(boolean noNewPrivileges, List<String> drop, List<String> add, boolean readOnlyRoot) {
    public static final Hardening NONE = new Hardening(false, List.of(), List.of(), false);

    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String ALL = "all";
    private static final Set<String> CAPABILITIES =
            Set.of(("chown dac_override dac_read_search fowner fsetid kill setgid"
                            + " setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock"
                            + " ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice"
                            + " sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override"
                            + " mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore")
                    .split(" "));

    public Hardening {
        drop = List.copyOf(drop);
        add = List.copyOf(add);
    }

    /// What is done of a container's securityContext on a node of this kind; the rest is {@link #missing}.
    ///
    /// @param root whether the node agent is root
    public static Hardening of(JsonNode context, Isolation isolation, boolean root) {
        Set<String> missing = new HashSet<>(missing(context, isolation, root));
        JsonNode capabilities = context.path("capabilities");
        boolean limited = !capabilities.isEmpty() && !missing.contains("capabilities");
        return new Hardening(
                noEscalation(context) && !missing.contains("allowPrivilegeEscalation"),
                limited ? names(capabilities.path("drop")) : List.of(),
                limited ? names(capabilities.path("add")) : List.of(),
                context.path("readOnlyRootFilesystem").asBoolean() && !missing.contains("readOnlyRootFilesystem"));
    }

    /// The fields that are asked for and cannot be applied.
    public static List<String> missing(JsonNode context, Isolation isolation, boolean root) {
        boolean tool = Files.isExecutable(SETPRIV);
        List<String> missing = new ArrayList<>();
        JsonNode capabilities = context.path("capabilities");
        // Who is not root has none; in a user namespace they are counted in another way.
        boolean counted = tool && root && (isolation == Isolation.UNSHARE || isolation == Isolation.PLAIN);
        if (!capabilities.isEmpty() && !(counted && known(capabilities))) {
            missing.add("capabilities");
        }
        if (context.path("readOnlyRootFilesystem").asBoolean() && !(root && isolation == Isolation.UNSHARE)) {
            missing.add("readOnlyRootFilesystem");
        }
        if (noEscalation(context) && !tool) {
            missing.add("allowPrivilegeEscalation");
        }
        return missing;
    }

    private static boolean noEscalation(JsonNode context) {
        return context.has("allowPrivilegeEscalation")
                && !context.path("allowPrivilegeEscalation").asBoolean();
    }

    private static boolean known(JsonNode capabilities) {
        List<String> all = new ArrayList<>(names(capabilities.path("drop")));
        all.addAll(names(capabilities.path("add")));
        return all.stream().allMatch(name -> name.equals(ALL) || CAPABILITIES.contains(name));
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(name -> names.add(name.asText().toLowerCase(Locale.ROOT).replaceFirst("^cap_", "")));
        return names;
    }

    /// The options of `setpriv` in one word without quotes, or `-` for none.
    String options() {
        List<String> words = new ArrayList<>();
        if (noNewPrivileges) {
            words.add("--no-new-privs");
        }
        if (!drop.isEmpty()) {
            List<String> bounding = new ArrayList<>();
            drop.forEach(name -> bounding.add("-" + name));
            add.forEach(name -> bounding.add("+" + name));
            words.add("--bounding-set=" + String.join(",", bounding));
            // What is inherited would come back through root's programs.
            words.add("--inh-caps=-all");
        }
        return words.isEmpty() ? "-" : String.join(" ", words);
    }
}
