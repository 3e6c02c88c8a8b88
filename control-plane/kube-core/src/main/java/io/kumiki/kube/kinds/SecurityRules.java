package io.kumiki.kube.kinds;

import io.kumiki.kube.schema.Faults;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What makes the security contexts of a pod and of its containers good ones.
final class SecurityRules {
    private static final List<String> PROFILES = List.of("Localhost", "RuntimeDefault", "Unconfined");
    private static final Pattern SYSCTL =
            Pattern.compile("([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?");

    private SecurityRules() {}

    static void pod(Place spec) {
        Place context = spec.at("securityContext");
        ids(context, List.of("runAsUser", "runAsGroup", "fsGroup"));
        context.at("supplementalGroups").items().forEach(SecurityRules::id);
        context.at("fsGroupChangePolicy").maybe(List.of("Always", "OnRootMismatch"));
        context.at("supplementalGroupsPolicy").maybe(List.of("Merge", "Strict"));
        profiles(context);
        sysctls(context.at("sysctls").items(), spec.at("hostNetwork").value().asBoolean());
        if (spec.at("shareProcessNamespace").value().asBoolean()
                && spec.at("hostPID").value().asBoolean()) {
            spec.at("shareProcessNamespace")
                    .named(context.path() + ".shareProcessNamespace")
                    .invalid("ShareProcessNamespace and HostPID cannot both be enabled");
        }
        if (!spec.at("hostUsers").value().asBoolean(true)) {
            for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
                if (spec.at(shared).value().asBoolean()) {
                    String path = shared.equals("hostNetwork") ? shared : "H" + shared.substring(1);
                    spec.found().add(Faults.forbidden(spec.path() + "." + path, "when `hostUsers` is false"));
                }
            }
        }
    }

    /// @param ownUsers whether the pod has users of its own
    static void container(Place context, boolean ownUsers) {
        ids(context, List.of("runAsUser", "runAsGroup"));
        profiles(context);
        Place mount = context.at("procMount");
        mount.maybe(List.of("Default", "Unmasked"));
        if (mount.is("Unmasked") && !ownUsers) {
            mount.invalid("`hostUsers` must be false to use `Unmasked`");
        }
        if (context.at("allowPrivilegeEscalation").value().asBoolean(true)) {
            return;
        }
        if (context.at("privileged").value().asBoolean()) {
            context.invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        for (Place each : context.at("capabilities").at("add").items()) {
            if (each.is("CAP_SYS_ADMIN")) {
                context.invalid("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
    }

    private static void ids(Place context, List<String> fields) {
        fields.forEach(each -> id(context.at(each)));
    }

    private static void id(Place id) {
        id.between(0, Integer.MAX_VALUE);
    }

    private static void profiles(Place context) {
        profile(context.at("seccompProfile"), "seccomp", "seccompProfile");
        profile(context.at("appArmorProfile"), "AppArmor", "appArmorProfile");
    }

    private static void profile(Place profile, String name, String field) {
        if (!profile.given()) {
            return;
        }
        Place type = profile.at("type");
        Place file = profile.at("localhostProfile");
        if (type.blank()) {
            type.required("type is required when " + field + " is set");
        }
        type.maybe(PROFILES);
        if (type.is("Localhost") && file.blank()) {
            file.required("must be set when " + name + " type is Localhost");
        } else if (!type.is("Localhost") && file.given()) {
            profile.named(file.path()).invalid("can only be set when " + name + " type is Localhost");
        }
    }

    private static void sysctls(List<Place> sysctls, boolean hostNetwork) {
        Set<String> names = new HashSet<>();
        for (Place each : sysctls) {
            Place name = each.at("name");
            if (!name.needed()) {
                continue;
            }
            if (name.text().length() > 253 || !SYSCTL.matcher(name.text()).matches()) {
                name.invalid("must have at most 253 characters and match regex"
                        + " ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
            } else if (!names.add(name.text())) {
                name.duplicate();
            }
            if (hostNetwork && name.text().replace('/', '.').startsWith("net.")) {
                name.invalid("may not be specified when 'hostNetwork' is true");
            }
        }
    }
}
