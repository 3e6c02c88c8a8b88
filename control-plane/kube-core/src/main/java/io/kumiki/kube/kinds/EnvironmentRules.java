package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.Faults;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What makes environment variables good ones, and the references to fields and resources that volumes know too.
final class EnvironmentRules {
    private static final Pattern NAME = Pattern.compile("[ -<>-~]+");
    private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final Pattern SUBSCRIPT = Pattern.compile("(.*)\\['(.*)'\\]");
    private static final List<String> SOURCES =
            List.of("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef");
    private static final List<String> FIELDS = List.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");
    static final List<String> FIELDS_OF_FILES =
            List.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid");
    /// Fields that have a name but no place in an environment or in files.
    private static final Set<String> OTHERS =
            Set.of("spec.restartPolicy", "spec.schedulerName", "status.phase", "spec.host");
    private static final List<String> RESOURCES = List.of(
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory");
    private static final Set<String> UNITS =
            Set.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei");

    private EnvironmentRules() {}

    static void check(Place container) {
        for (Place variable : container.at("env").items()) {
            if (variable.at("name").needed()) {
                name(variable.at("name"));
            }
            if (variable.at("valueFrom").given()) {
                from(variable.at("valueFrom"), !variable.at("value").blank());
            }
        }
        for (Place each : container.at("envFrom").items()) {
            all(each, container.at("envFrom").path());
        }
    }

    private static void name(Place name) {
        if (!NAME.matcher(name.text()).matches()) {
            name.invalid("a valid environment variable name must consist only of printable ASCII characters other than"
                    + " '='");
        }
    }

    private static void from(Place from, boolean valued) {
        Place said = new Place(TextNode.valueOf(""), from.path(), from.found());
        long sources = SOURCES.stream().filter(each -> from.at(each).given()).count();
        if (sources == 0) {
            said.invalid("must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
        } else if (valued) {
            said.invalid("may not be specified when `value` is not empty");
        } else if (sources > 1) {
            said.invalid("may not have more than one field specified at a time");
        }
        if (from.at("fieldRef").given()) {
            field(from.at("fieldRef"), FIELDS);
        }
        if (from.at("resourceFieldRef").given()) {
            resource(from.at("resourceFieldRef"));
        }
        for (String keyed : List.of("configMapKeyRef", "secretKeyRef")) {
            if (from.at(keyed).given() && from.at(keyed).at("key").needed()) {
                key(from.at(keyed).at("key"));
            }
        }
    }

    private static void all(Place source, String list) {
        if (!source.at("prefix").blank()) {
            name(source.at("prefix"));
        }
        Place said = new Place(TextNode.valueOf(""), list, source.found());
        List<Place> given = List.of(source.at("configMapRef"), source.at("secretRef")).stream()
                .filter(Place::given)
                .toList();
        if (given.isEmpty()) {
            said.invalid("must specify one of: `configMapRef` or `secretRef`");
        } else if (given.size() > 1) {
            said.invalid("may not have more than one field specified at a time");
        }
        for (Place each : given) {
            if (each.at("name").needed()) {
                each.at("name").subdomain();
            }
        }
    }

    private static void key(Place key) {
        if (!KEY.matcher(key.text()).matches()) {
            key.invalid("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',"
                    + "  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
        }
    }

    /// @param supported fields besides single labels and annotations
    static void field(Place reference, List<String> supported) {
        Place path = reference.at("fieldPath");
        if (!path.needed()) {
            return;
        }
        Matcher one = SUBSCRIPT.matcher(path.text());
        String whole = one.matches() ? one.group(1) : path.text();
        boolean map = whole.equals("metadata.labels") || whole.equals("metadata.annotations");
        if (one.matches() && map) {
            String name = one.group(2);
            Names.key(
                    whole.equals("metadata.labels") ? name : name.toLowerCase(java.util.Locale.ROOT),
                    reference.path(),
                    reference.found());
        } else if (!map && !FIELDS.contains(whole) && !OTHERS.contains(whole) || one.matches()) {
            path.invalid("error converting fieldPath: field label not supported: " + path.text());
        } else if (!supported.contains(whole)) {
            path.oneOf(supported);
        }
    }

    static void resource(Place reference) {
        Place resource = reference.at("resource");
        if (!resource.needed()) {
            return;
        }
        String name = resource.text();
        if (name.startsWith("limits.hugepages-") || name.startsWith("requests.hugepages-")) {
            return;
        }
        resource.oneOf(RESOURCES);
        Place divisor = reference.at("divisor");
        if (!RESOURCES.contains(name) || divisor.blank()) {
            return;
        }
        BigDecimal amount = ResourceRules.amount(divisor.value());
        boolean cpu = name.endsWith(".cpu");
        boolean fits = amount.signum() == 0
                || (cpu
                        ? amount.compareTo(BigDecimal.ONE) == 0 || amount.compareTo(new BigDecimal("0.001")) == 0
                        : UNITS.contains(divisor.text()));
        if (!fits) {
            reference
                    .found()
                    .add(Faults.invalid(
                            divisor.path(),
                            name,
                            cpu
                                    ? "only divisor's values 1m and 1 are supported with the cpu resource"
                                    : "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are"
                                            + " supported with the " + name.substring(name.indexOf('.') + 1)
                                            + " resource"));
        }
    }
}
