package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.schema.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What makes affinities and spread constraints good ones.
final class AffinityRules {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final List<String> UNSATISFIABLE = List.of("DoNotSchedule", "ScheduleAnyway");
    private static final List<String> POLICIES = List.of("Honor", "Ignore");

    private AffinityRules() {}

    /// @param spec a pod's
    static void check(Place spec) {
        Place affinity = spec.at("affinity");
        Place nodes = affinity.at("nodeAffinity");
        if (nodes.at(REQUIRED).given()) {
            nodeSelector(nodes.at(REQUIRED));
        }
        for (Place each : nodes.at(PREFERRED).items()) {
            weight(each.at("weight"));
            nodeTerm(each.at("preference"));
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            affinity.at(kind).at(REQUIRED).items().forEach(AffinityRules::podTerm);
            for (Place each : affinity.at(kind).at(PREFERRED).items()) {
                weight(each.at("weight"));
                podTerm(each.at("podAffinityTerm"));
            }
        }
        spread(spec.at("topologySpreadConstraints").items());
    }

    /// Which nodes may be it, of a pod or of a volume.
    static void nodeSelector(Place selector) {
        Place terms = selector.at("nodeSelectorTerms");
        if (terms.value().isEmpty()) {
            terms.required("must have at least one node selector term");
        }
        terms.items().forEach(AffinityRules::nodeTerm);
    }

    private static void weight(Place weight) {
        if (weight.value().asInt() < 1 || weight.value().asInt() > 100) {
            weight.invalid("must be in the range 1-100");
        }
    }

    private static void nodeTerm(Place term) {
        for (Place each : term.at("matchExpressions").items()) {
            expression(each);
        }
        for (Place each : term.at("matchFields").items()) {
            Place values = each.at("values");
            switch (each.at("operator").text()) {
                case "In", "NotIn" -> {
                    if (values.value().size() != 1) {
                        values.required("must be only one value when `operator` is 'In' or 'NotIn' for node field"
                                + " selector");
                    }
                }
                default -> each.at("operator").invalid("not a valid selector operator");
            }
            if (each.at("key").is("metadata.name")) {
                values.items().forEach(Place::subdomain);
            } else {
                each.at("key").invalid("not a valid field selector key");
            }
        }
    }

    private static void expression(Place expression) {
        Place values = expression.at("values");
        switch (expression.at("operator").text()) {
            case "In", "NotIn" -> {
                if (values.value().isEmpty()) {
                    values.required("must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.value().isEmpty()) {
                    values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "Gt", "Lt" -> {
                if (values.value().size() != 1) {
                    values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
            }
            default -> expression.at("operator").invalid("not a valid selector operator");
        }
        expression.at("key").labelKey();
        values.items().forEach(Place::labelValue);
    }

    private static void podTerm(Place term) {
        Place key = term.at("topologyKey");
        if (key.blank()) {
            key.required("can not be empty");
        }
        key.labelKey();
        // The real server tells of all namespaces at one place.
        for (Place each : term.at("namespaces").items()) {
            each.named(term.path() + ".namespace").label();
        }
        term.at("namespaceSelector").selector();
        term.at("labelSelector").selector();
        labelKeys(term, "matchLabelKeys");
        labelKeys(term, "mismatchLabelKeys");
        for (Place each : term.at("matchLabelKeys").items()) {
            for (JsonNode other : term.at("mismatchLabelKeys").value()) {
                if (other.equals(each.value())) {
                    each.invalid("exists in both matchLabelKeys and mismatchLabelKeys");
                }
            }
        }
    }

    private static void labelKeys(Place term, String field) {
        Place keys = term.at(field);
        if (!keys.value().isEmpty() && !term.at("labelSelector").given()) {
            keys.forbidden("must not be specified when labelSelector is not set");
        }
        keys.items().forEach(Place::labelKey);
    }

    private static void spread(List<Place> constraints) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        for (Place each : constraints) {
            pairs.add(Map.entry(
                    each.at("topologyKey").text(), each.at("whenUnsatisfiable").text()));
        }
        for (int i = 0; i < constraints.size(); i++) {
            Place each = constraints.get(i);
            positive(each.at("maxSkew"));
            if (each.at("topologyKey").blank()) {
                each.at("topologyKey").required("can not be empty");
            }
            each.at("whenUnsatisfiable").oneOf(UNSATISFIABLE);
            if (pairs.subList(i + 1, pairs.size()).contains(pairs.get(i))) {
                each.found()
                        .add(Faults.duplicate(
                                each.path() + ".{topologyKey, whenUnsatisfiable}",
                                TextNode.valueOf("{" + pairs.get(i).getKey() + ", "
                                        + pairs.get(i).getValue() + "}")));
            }
            Place domains = each.at("minDomains");
            if (domains.given()) {
                positive(domains);
                if (!each.at("whenUnsatisfiable").is("DoNotSchedule")) {
                    domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "
                            + each.at("whenUnsatisfiable").text());
                }
            }
            each.at("nodeAffinityPolicy").maybe(POLICIES);
            each.at("nodeTaintsPolicy").maybe(POLICIES);
            labelKeys(each, "matchLabelKeys");
            each.at("labelSelector").selector();
        }
    }

    private static void positive(Place number) {
        if (number.value().asLong() <= 0) {
            number.invalid("must be greater than zero");
        }
    }
}
