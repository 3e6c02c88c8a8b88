package io.kumiki.kube.kinds;

import io.kumiki.kube.schema.NameRules;
import java.util.List;

/// What makes a pod's names, its node's and those that it knows good ones.
final class NetworkRules {
    private static final List<String> DNS = List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
    private static final int SERVERS = 3;
    private static final int SEARCHES = 32;

    private NetworkRules() {}

    /// @param spec a pod's
    static void check(Place spec) {
        spec.at("dnsPolicy").oneOf(DNS);
        for (String name : List.of("hostname", "subdomain")) {
            if (!spec.at(name).blank()) {
                spec.at(name).label();
            }
        }
        if (!spec.at("nodeName").blank()) {
            spec.at("nodeName").subdomain();
        }
        for (Place alias : spec.at("hostAliases").items()) {
            alias.at("ip").address();
            alias.at("hostnames").items().forEach(Place::subdomain);
        }
        dns(spec.at("dnsConfig"), spec.at("dnsPolicy").is("None"));
    }

    /// @param alone whether nothing but this is asked for names
    private static void dns(Place config, boolean alone) {
        if (alone && !config.given()) {
            config.required("must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        Place servers = config.at("nameservers");
        if (alone && servers.value().isEmpty()) {
            servers.required("must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
        if (servers.value().size() > SERVERS) {
            servers.invalid("must not have more than " + SERVERS + " nameservers");
        }
        servers.items().forEach(Place::address);
        Place searches = config.at("searches");
        if (searches.value().size() > SEARCHES) {
            searches.invalid("must not have more than " + SEARCHES + " search paths");
        }
        for (Place each : searches.items()) {
            String name = each.text().endsWith(".")
                    ? each.text().substring(0, each.text().length() - 1)
                    : each.text();
            each.unless(name.isEmpty() ? "" : NameRules.dns1123Subdomain(name));
        }
        for (Place option : config.at("options").items()) {
            if (option.at("name").blank()) {
                option.required("must not be empty");
            }
        }
    }
}
