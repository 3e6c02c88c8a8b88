package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.Faults;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What makes a container a good one.
final class ContainerRules {
    private static final List<String> PULL = List.of("Always", "IfNotPresent", "Never");
    private static final List<String> MESSAGE = List.of("File", "FallbackToLogsOnError");
    private static final List<String> PROPAGATION = List.of("Bidirectional", "HostToContainer", "None");
    private static final List<String> RECURSIVE = List.of("Disabled", "Enabled", "IfPossible");
    /// What an init container has only when it goes on beside the others.
    private static final List<String> SERVING = List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe");
    static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    private ContainerRules() {}

    /// @param spec a pod's
    /// @param volumes that may be mounted, by name
    static void check(Place spec, Map<String, JsonNode> volumes) {
        Set<String> names = new HashSet<>();
        Set<String> hostPorts = new HashSet<>();
        for (Place each : spec.at("containers").items()) {
            container(spec, each, names, volumes);
            hostPorts(each, hostPorts);
        }
        for (Place each : spec.at("initContainers").items()) {
            container(spec, each, names, volumes);
            hostPorts(each, new HashSet<>());
            if (!each.at("restartPolicy").is("Always")) {
                for (String field : SERVING) {
                    if (each.at(field).given()) {
                        each.at(field).forbidden("may not be set for init containers without restartPolicy=Always");
                    }
                }
            }
        }
    }

    private static void container(Place spec, Place container, Set<String> names, Map<String, JsonNode> volumes) {
        PodRules.name(container, names);
        Place image = container.at("image");
        if (image.needed() && !image.text().equals(image.text().strip())) {
            image.invalid("must not have leading or trailing whitespace");
        }
        container.at("imagePullPolicy").maybe(PULL);
        container.at("terminationMessagePolicy").maybe(MESSAGE);
        ports(container.at("ports").items(), spec.at("hostNetwork").value().asBoolean());
        mounts(container, volumes);
        devices(container, volumes);
        EnvironmentRules.check(container);
        ProbeRules.check(
                container, spec.at("terminationGracePeriodSeconds").value().asLong());
        SecurityRules.container(
                container.at("securityContext"), !spec.at("hostUsers").value().asBoolean(true));
        resources(container.at("resources").value(), container.at("resources").path(), container.found());
    }

    private static void ports(List<Place> ports, boolean hostNetwork) {
        Set<String> names = new HashSet<>();
        for (Place port : ports) {
            Place name = port.at("name");
            if (!name.blank()) {
                name.portName();
                if (!names.add(name.text())) {
                    name.duplicate();
                }
            }
            int number = port.at("containerPort").value().asInt();
            int host = port.at("hostPort").value().asInt();
            if (number == 0) {
                port.at("containerPort").required("");
            } else {
                port.at("containerPort").number();
            }
            if (host != 0) {
                port.at("hostPort").number();
            }
            if (hostNetwork && host != 0 && host != number) {
                port.at("hostPort").invalid("must match `containerPort` when `hostNetwork` is true");
            }
            port.at("protocol").oneOf(PROTOCOLS);
        }
    }

    private static void hostPorts(Place container, Set<String> taken) {
        for (Place port : container.at("ports").items()) {
            Place host = port.at("hostPort");
            String bound = port.at("protocol").text() + "/" + port.at("hostIP").text() + "/" + host.text();
            if (host.value().asInt() != 0 && !taken.add(bound)) {
                container.found().add(Faults.duplicate(host.path(), TextNode.valueOf(bound)));
            }
        }
    }

    /// The real server tells of paths below a mount without saying which mount.
    private static void mounts(Place container, Map<String, JsonNode> volumes) {
        String list = container.at("volumeMounts").path();
        Set<String> paths = new HashSet<>();
        Set<String> devices = new HashSet<>();
        container
                .at("volumeDevices")
                .items()
                .forEach(each -> devices.add(each.at("name").text()));
        for (Place mount : container.at("volumeMounts").items()) {
            Place name = mount.at("name");
            name.needed();
            if (!volumes.containsKey(name.text())) {
                notFound(name);
            }
            if (devices.contains(name.text())) {
                name.invalid("must not already exist in volumeDevices");
            }
            if (mount.at("mountPath").needed()
                    && !paths.add(mount.at("mountPath").text())) {
                mount.at("mountPath").invalid("must be unique");
            }
            for (String sub : List.of("subPath", "subPathExpr")) {
                mount.at(sub).named(list + "." + sub).descending();
            }
            if (!mount.at("subPath").blank() && !mount.at("subPathExpr").blank()) {
                mount.at("subPathExpr").invalid("subPathExpr and subPath are mutually exclusive");
            }
            propagation(container, mount.at("mountPropagation").named(list + ".mountPropagation"));
            Place recursive = mount.at("recursiveReadOnly").named(list + ".recursiveReadOnly");
            recursive.maybe(RECURSIVE);
            if (!recursive.blank()
                    && !recursive.is("Disabled")
                    && !mount.at("readOnly").value().asBoolean()) {
                recursive.forbidden("may only be specified when readOnly is true");
            }
        }
    }

    private static void propagation(Place container, Place propagation) {
        propagation.maybe(PROPAGATION);
        boolean privileged =
                container.at("securityContext").at("privileged").value().asBoolean();
        if (propagation.is("Bidirectional") && !privileged) {
            propagation.forbidden("Bidirectional mount propagation is available only to privileged containers");
        }
    }

    private static void devices(Place container, Map<String, JsonNode> volumes) {
        Set<String> mounted = new HashSet<>();
        container
                .at("volumeMounts")
                .items()
                .forEach(each -> mounted.add(each.at("name").text()));
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (Place device : container.at("volumeDevices").items()) {
            Place name = device.at("name");
            JsonNode volume = volumes.get(name.text());
            if (!name.needed()) {
                continue;
            }
            if (!names.add(name.text())) {
                name.invalid("must be unique");
            }
            if (mounted.contains(name.text())) {
                name.invalid("must not already exist in volumeMounts");
            }
            if (volume == null) {
                notFound(name);
            } else if (!volume.has("persistentVolumeClaim") && !volume.has("ephemeral")) {
                name.invalid("can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }
            Place path = device.at("devicePath");
            if (path.needed()) {
                path.forwards();
                if (!paths.add(path.text())) {
                    path.invalid("must be unique");
                }
            }
        }
    }

    private static void notFound(Place name) {
        name.found().add(new Violation(name.path(), "FieldValueNotFound", "Not found: " + Faults.quoted(name.text())));
    }

    private static void resources(JsonNode resources, String where, List<Violation> violations) {
        JsonNode limits = resources.path("limits");
        for (String part : List.of("limits", "requests")) {
            ResourceRules.check(resources.path(part), where + "." + part, violations);
        }
        for (Map.Entry<String, JsonNode> each : resources.path("requests").properties()) {
            boolean extended = ResourceRules.extended(each.getKey());
            if (!limits.has(each.getKey())) {
                if (extended) {
                    violations.add(
                            Names.required(where + ".limits", "Limit must be set for non overcommitable resources"));
                }
                continue;
            }
            int compared =
                    ResourceRules.amount(each.getValue()).compareTo(ResourceRules.amount(limits.get(each.getKey())));
            if (compared > 0 || (extended && compared != 0)) {
                violations.add(Names.invalid(
                        where + ".requests",
                        each.getValue().asText(),
                        "must be " + (extended ? "equal" : "less than or equal") + " to " + each.getKey() + " limit of "
                                + limits.get(each.getKey()).asText()));
            }
        }
    }
}
