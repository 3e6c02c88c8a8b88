package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.IndexRanges;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.Set;

/// The policies of a Job: when it fails, when it has succeeded, when pods are replaced, whose it is.
record JobPolicyRules(Checks checks, String at) {
    private static final int SOFT_LIMIT = 100_000;

    void check() {
        boolean indexed = checks.at(at + ".completionMode").asText().equals("Indexed");
        boolean perIndex = checks.at(at + ".backoffLimitPerIndex").isNumber();
        if (indexed) {
            indexed(perIndex);
        } else {
            for (String only : new String[] {"backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"}) {
                if (!checks.at(at + "." + only).isMissingNode()) {
                    checks.invalid(at + "." + only, checks.at(at + "." + only), "requires indexed completion mode");
                }
            }
        }
        if (checks.at(at + ".maxFailedIndexes").isNumber() && !perIndex) {
            checks.add(Names.required(at + ".backoffLimitPerIndex", "when maxFailedIndexes is specified"));
        }
        boolean failurePolicy = checks.at(at + ".podFailurePolicy").isObject();
        if (failurePolicy) {
            failures(perIndex);
            checks.oneOf(at + ".podReplacementPolicy", "Failed");
        } else {
            checks.oneOf(at + ".podReplacementPolicy", "Failed", "TerminatingOrFailed");
        }
        if (indexed && checks.at(at + ".successPolicy").isObject()) {
            successes();
        }
        JsonNode manager = checks.at(at + ".managedBy");
        if (manager.isTextual()
                && (manager.asText().indexOf('/') <= 0 || manager.asText().length() > 63)) {
            checks.invalid(
                    at + ".managedBy",
                    manager,
                    "must be a domain-prefixed path (such as \"acme.io/foo\"), at most 63 characters");
        }
    }

    private void indexed(boolean perIndex) {
        JsonNode completions = checks.at(at + ".completions");
        if (completions.isMissingNode()) {
            checks.add(Names.required(at + ".completions", "when completion mode is Indexed"));
        }
        if (checks.at(at + ".parallelism").asInt() > SOFT_LIMIT) {
            checks.invalid(
                    at + ".parallelism",
                    checks.at(at + ".parallelism"),
                    "must be less than or equal to 100000 when completion mode is Indexed");
        }
        if (perIndex && completions.asInt() > SOFT_LIMIT) {
            if (checks.at(at + ".maxFailedIndexes").isMissingNode()) {
                checks.add(
                        Names.required(at + ".maxFailedIndexes", "must be specified when completions is above 100000"));
            }
            if (checks.at(at + ".parallelism").asInt() > 10_000) {
                checks.invalid(
                        at + ".parallelism",
                        checks.at(at + ".parallelism"),
                        "must be less than or equal to 10000 when completions are above 100000 and used with backoff"
                                + " limit per index");
            }
        }
        if (checks.at(at + ".maxFailedIndexes").asInt() > completions.asInt()) {
            checks.invalid(
                    at + ".maxFailedIndexes",
                    checks.at(at + ".maxFailedIndexes"),
                    "must be less than or equal to completions");
        }
    }

    private void failures(boolean perIndex) {
        String rules = at + ".podFailurePolicy.rules";
        if (checks.at(rules).size() > 20) {
            checks.add(new Violation(
                    rules,
                    "FieldValueTooMany",
                    "Too many: " + checks.at(rules).size() + ": must have at most 20 items"));
        }
        Set<String> containers = new HashSet<>();
        for (String list : new String[] {"containers", "initContainers"}) {
            checks.at(at + ".template.spec." + list)
                    .forEach(c -> containers.add(c.path("name").asText()));
        }
        int index = 0;
        for (JsonNode rule : checks.at(rules)) {
            String where = rules + "[" + index++ + "]";
            String action = rule.path("action").asText();
            if (action.equals("FailIndex") && !perIndex) {
                checks.invalid(where + ".action", rule.path("action"), "requires the backoffLimitPerIndex to be set");
            } else if (!java.util.List.of("Count", "FailIndex", "FailJob", "Ignore")
                    .contains(action)) {
                checks.add(Names.unsupported(
                        where + ".action", action, java.util.List.of("Count", "FailIndex", "FailJob", "Ignore")));
            }
            boolean codes = rule.path("onExitCodes").isObject();
            boolean conditions = !rule.path("onPodConditions").isEmpty();
            if (codes == conditions) {
                checks.add(new Violation(
                        where,
                        "FieldValueInvalid",
                        "Invalid value: "
                                + (codes
                                        ? "specifying both OnExitCodes and OnPodConditions is not supported"
                                        : "specifying one of OnExitCodes and OnPodConditions is required")));
            }
            if (codes) {
                exitCodes(rule.path("onExitCodes"), where + ".onExitCodes", containers);
            }
        }
    }

    private void exitCodes(JsonNode wanted, String where, Set<String> containers) {
        String operator = wanted.path("operator").asText();
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            checks.add(Names.unsupported(where + ".operator", operator, java.util.List.of("In", "NotIn")));
        }
        if (wanted.path("containerName").isTextual()
                && !containers.contains(wanted.path("containerName").asText())) {
            checks.invalid(
                    where + ".containerName",
                    wanted.path("containerName"),
                    "must be one of the container or initContainer names in the pod template");
        }
        if (wanted.path("values").isEmpty()) {
            checks.invalid(where + ".values", wanted.path("values"), "at least one value is required");
        }
        for (JsonNode value : wanted.path("values")) {
            if (operator.equals("In") && value.asInt() == 0) {
                checks.invalid(where + ".values", value, "must not be 0 for the In operator");
            }
        }
    }

    private void successes() {
        String rules = at + ".successPolicy.rules";
        int completions = checks.at(at + ".completions").asInt();
        if (checks.at(rules).isEmpty()) {
            checks.add(
                    Names.required(rules, "at least one rules must be specified when the successPolicy is specified"));
        }
        int index = 0;
        for (JsonNode rule : checks.at(rules)) {
            String where = rules + "[" + index++ + "]";
            JsonNode indexes = rule.path("succeededIndexes");
            JsonNode count = rule.path("succeededCount");
            if (indexes.isMissingNode() && count.isMissingNode()) {
                checks.add(
                        Names.required(where, "at least one of succeededCount or succeededIndexes must be specified"));
            }
            if (indexes.isTextual()) {
                try {
                    IndexRanges parsed = IndexRanges.parse(indexes.asText());
                    if (parsed.last() >= completions) {
                        checks.invalid(
                                where + ".succeededIndexes",
                                indexes,
                                "error parsing succeededIndexes: too large index: \"" + parsed.last() + "\"");
                    }
                } catch (IllegalArgumentException e) {
                    checks.invalid(
                            where + ".succeededIndexes", indexes, "error parsing succeededIndexes: " + e.getMessage());
                }
            }
            if (count.asInt() > completions || count.asInt() < 0) {
                checks.invalid(
                        where + ".succeededCount",
                        count,
                        "must be less than or equal to " + completions + " (the number of specified completions)");
            }
        }
    }
}
