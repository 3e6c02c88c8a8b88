package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.Addresses;
import io.kumiki.kube.schema.Faults;
import io.kumiki.model.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the fields of a service may say, alone and beside each other.
final class ServiceFields {
    private static final List<String> TYPES = List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
    private static final List<String> AFFINITIES = List.of("ClientIP", "None");
    private static final List<String> TRAFFIC = List.of("Cluster", "Local");
    private static final List<String> FAMILIES = List.of("IPv4", "IPv6");
    private static final List<String> FAMILY_POLICIES = List.of("PreferDualStack", "RequireDualStack", "SingleStack");
    private static final List<String> DISTRIBUTIONS = List.of("PreferClose", "PreferSameZone", "PreferSameNode");
    private static final int LONGEST_AFFINITY = 86_400;

    private final Place spec;
    private final String type;
    private final boolean named;
    private final boolean balanced;
    private final boolean headless;

    private ServiceFields(Place spec) {
        this.spec = spec;
        this.type = spec.at("type").text();
        this.named = type.equals("ExternalName");
        this.balanced = type.equals("LoadBalancer");
        this.headless = spec.at("clusterIP").is("None");
    }

    static void check(Place spec) {
        ServiceFields fields = new ServiceFields(spec);
        spec.at("type").oneOf(TYPES);
        fields.addresses();
        fields.ports();
        fields.traffic();
        fields.balancer();
        Names.labels(spec.at("selector").value(), spec.at("selector").path(), spec.found());
    }

    private boolean outside() {
        return balanced || type.equals("NodePort");
    }

    private void addresses() {
        Place cluster = spec.at("clusterIP").named("spec.clusterIPs[0]");
        if (named) {
            if (spec.at("externalName").needed()) {
                spec.at("externalName").subdomain();
            }
            return;
        }
        if (headless && outside()) {
            cluster.invalid("may not be set to 'None' for " + type + " services");
        } else if (!headless && !cluster.blank()) {
            cluster.address();
        }
        families();
        for (Place each : spec.at("externalIPs").items()) {
            each.address();
            byte[] bytes = Addresses.parse(each.text());
            if (bytes != null) {
                unreachable(each, bytes);
            }
        }
    }

    private static void unreachable(Place address, byte[] bytes) {
        boolean loopback =
                bytes.length == 4 ? bytes[0] == 127 : Addresses.text(bytes).equals("::1");
        if (loopback) {
            address.invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (Addresses.text(bytes).equals("0.0.0.0") || Addresses.text(bytes).equals("::")) {
            address.invalid("may not be unspecified (" + address.text() + ")");
        }
    }

    /// One family of addresses is served.
    private void families() {
        Place policy = spec.at("ipFamilyPolicy");
        Place families = spec.at("ipFamilies");
        policy.maybe(FAMILY_POLICIES);
        Set<String> seen = new HashSet<>();
        boolean odd = false;
        for (Place each : families.items()) {
            each.oneOf(FAMILIES);
            if (!seen.add(each.text())) {
                each.duplicate();
            }
            odd = odd || !FAMILIES.contains(each.text());
        }
        if (odd || seen.size() < families.value().size() || headless) {
            return;
        }
        if (policy.is("SingleStack") && seen.size() > 1) {
            policy.invalid("must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
            return;
        }
        for (Place each : families.items()) {
            if (each.is("IPv6")) {
                each.invalid("not configured on this cluster");
            }
        }
        if (policy.is("RequireDualStack")) {
            policy.invalid("this cluster is not configured for dual-stack services");
        }
    }

    private void ports() {
        List<Place> ports = spec.at("ports").items();
        if (ports.isEmpty() && !named && !headless) {
            spec.at("ports").required("");
        }
        Set<String> names = new HashSet<>();
        Set<String> pairs = new HashSet<>();
        for (Place port : ports) {
            Place name = port.at("name");
            if (name.blank() && ports.size() > 1) {
                name.required("");
            } else if (!name.blank()) {
                name.label();
                if (!names.add(name.text())) {
                    name.duplicate();
                }
            }
            port.at("port").number();
            if (port.at("targetPort").given()) {
                port.at("targetPort").port();
            }
            port.at("protocol").oneOf(ContainerRules.PROTOCOLS);
            if (!port.at("appProtocol").blank()) {
                port.at("appProtocol").labelKey();
            }
            if (!outside() && port.at("nodePort").value().asInt() != 0) {
                port.at("nodePort").forbidden("may not be used when `type` is '" + type + "'");
            }
            if (!pairs.add(port.at("protocol").text() + port.at("port").text())) {
                port.found()
                        .add(Faults.duplicate(
                                port.path(),
                                Json.object()
                                        .put("Protocol", port.at("protocol").text())
                                        .put("Port", port.at("port").value().asInt())));
            }
        }
    }

    private void traffic() {
        Place affinity = spec.at("sessionAffinity");
        affinity.oneOf(AFFINITIES);
        Place timeout = spec.at("sessionAffinityConfig").at("clientIP").at("timeoutSeconds");
        long seconds = timeout.value().asLong(1);
        if (affinity.is("ClientIP") && (seconds <= 0 || seconds > LONGEST_AFFINITY)) {
            timeout.invalid("must be greater than 0 and less than " + LONGEST_AFFINITY);
        }
        spec.at("internalTrafficPolicy").maybe(TRAFFIC);
        Place external = spec.at("externalTrafficPolicy");
        if (outside() || !spec.at("externalIPs").value().isEmpty()) {
            external.maybe(TRAFFIC);
        } else if (!external.blank()) {
            external.invalid("may only be set for externally-accessible services");
        }
        spec.at("trafficDistribution").maybe(DISTRIBUTIONS);
    }

    private void balancer() {
        Place ranges = spec.at("loadBalancerSourceRanges").named("spec.LoadBalancerSourceRanges");
        if (!balanced) {
            for (Place each : List.of(ranges, spec.at("loadBalancerClass"), spec.at("allocateLoadBalancerNodePorts"))) {
                boolean list = each.value() instanceof ArrayNode;
                if (list ? !each.value().isEmpty() : each.given()) {
                    each.forbidden("may only be used when `type` is 'LoadBalancer'");
                }
            }
        } else {
            for (Place each : ranges.items()) {
                range(each);
            }
            if (!spec.at("loadBalancerClass").blank()) {
                spec.at("loadBalancerClass").labelKey();
            }
        }
        Place health = spec.at("healthCheckNodePort");
        boolean local = balanced && spec.at("externalTrafficPolicy").is("Local");
        if (health.value().asInt() != 0 && !local) {
            health.invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
    }

    private static void range(Place range) {
        String text = range.text().strip();
        int slash = text.indexOf('/');
        byte[] bytes = slash < 0 ? null : Addresses.parse(text.substring(0, slash));
        String bits = text.substring(slash + 1);
        boolean fits = bytes != null && bits.matches("\\d{1,3}") && Integer.parseInt(bits) <= 8 * bytes.length;
        if (!fits) {
            range.invalid("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }
    }
}
