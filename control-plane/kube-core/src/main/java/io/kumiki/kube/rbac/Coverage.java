package io.kumiki.kube.rbac;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Compares what somebody holds with what they want to give.
final class Coverage {
    private Coverage() {}

    /// What of `wanted` nobody who holds `held` has; each rule says one thing.
    static List<PolicyRule> missing(List<PolicyRule> held, List<PolicyRule> wanted) {
        List<PolicyRule> missing = new ArrayList<>();
        for (PolicyRule rule : wanted) {
            // Most rules are held as a whole; only the others are taken apart.
            if (held.stream().noneMatch(own -> own.covers(rule))) {
                for (PolicyRule part : rule.single()) {
                    if (held.stream().noneMatch(own -> own.covers(part))) {
                        missing.add(part);
                    }
                }
            }
        }
        return missing;
    }

    /// Rules on the same resource become one rule with all their verbs, in the order of first mention.
    static List<PolicyRule> compact(List<PolicyRule> single) {
        Map<PolicyRule, Set<String>> verbs = new LinkedHashMap<>();
        List<PolicyRule> paths = new ArrayList<>();
        for (PolicyRule rule : single) {
            if (rule.nonResourceUrls().isEmpty()) {
                verbs.computeIfAbsent(rule.verbs(List.of()), r -> new LinkedHashSet<>())
                        .addAll(rule.verbs());
            } else {
                paths.add(rule);
            }
        }
        verbs.forEach((rule, all) -> paths.add(rule.verbs(List.copyOf(all))));
        return paths;
    }

    /// One line for each missing rule, sorted.
    static String text(List<PolicyRule> missing) {
        Set<String> lines = new TreeSet<>();
        compact(missing).forEach(rule -> lines.add(rule.text()));
        return String.join("\n", lines);
    }
}
