package io.kumiki.kube.kinds;

import java.util.List;
import java.util.regex.Pattern;

/// What makes probes and hooks of a container good ones.
final class ProbeRules {
    private static final List<String> PROBED_BY = List.of("exec", "httpGet", "tcpSocket", "grpc");
    private static final List<String> HOOKED_BY = List.of("exec", "httpGet", "tcpSocket", "sleep");
    private static final List<String> SCHEMES = List.of("HTTP", "HTTPS");
    private static final Pattern HEADER = Pattern.compile("[-A-Za-z0-9]+");

    private ProbeRules() {}

    /// @param grace of the container's pod, in seconds
    static void check(Place container, long grace) {
        for (String kind : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.at(kind).given()) {
                probe(container.at(kind), kind.equals("readinessProbe"));
            }
        }
        for (String hook : List.of("postStart", "preStop")) {
            if (container.at("lifecycle").at(hook).given()) {
                handler(container.at("lifecycle").at(hook), HOOKED_BY, grace);
            }
        }
    }

    private static void probe(Place probe, boolean readiness) {
        handler(probe, PROBED_BY, 0);
        for (String number : List.of(
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")) {
            probe.at(number).atLeastZero();
        }
        if (!readiness && probe.at("successThreshold").value().asInt(1) != 1) {
            probe.at("successThreshold").invalid("must be 1");
        }
        Place grace = probe.at("terminationGracePeriodSeconds");
        if (grace.given() && grace.value().asLong() <= 0) {
            grace.invalid("must be greater than 0");
        }
        if (grace.given() && readiness) {
            grace.invalid("must not be set for readinessProbes");
        }
    }

    private static void handler(Place place, List<String> kinds, long grace) {
        boolean found = false;
        for (String kind : kinds) {
            Place handler = place.at(kind);
            if (!handler.given()) {
                continue;
            }
            if (found) {
                handler.forbidden("may not specify more than 1 handler type");
                continue;
            }
            found = true;
            switch (kind) {
                case "exec" -> {
                    if (handler.at("command").value().isEmpty()) {
                        handler.at("command").required("");
                    }
                }
                case "httpGet" -> http(handler);
                case "grpc" -> handler.at("port").number();
                case "tcpSocket" -> handler.at("port").port();
                default -> sleep(handler, grace);
            }
        }
        if (!found) {
            place.required("must specify a handler type");
        }
    }

    private static void http(Place http) {
        http.at("path").needed();
        http.at("port").port();
        http.at("scheme").oneOf(SCHEMES);
        for (Place header : http.at("httpHeaders").items()) {
            if (!HEADER.matcher(header.at("name").text()).matches()) {
                header.at("name")
                        .named(http.path() + ".httpHeaders")
                        .invalid("a valid HTTP header must consist of alphanumeric characters or '-' (e.g."
                                + " 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')");
            }
        }
    }

    private static void sleep(Place sleep, long grace) {
        long seconds = sleep.at("seconds").value().asLong();
        if (seconds < 0 || seconds > grace) {
            sleep.at("seconds")
                    .named(sleep.path())
                    .invalid("must be non-negative and less than terminationGracePeriodSeconds (" + grace + ")");
        }
    }
}
