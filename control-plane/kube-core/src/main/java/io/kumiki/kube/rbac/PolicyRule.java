package io.kumiki.kube.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// One rule of a role: verbs on resources, or on paths.
public record PolicyRule(
        List<String> verbs,
        List<String> apiGroups,
        List<String> resources,
        List<String> resourceNames,
        List<String> nonResourceUrls) {
    private static final String ALL = "*";
    /// What cluster-admin holds.
    static final List<PolicyRule> EVERYTHING = List.of(
            new PolicyRule(List.of(ALL), List.of(ALL), List.of(ALL), List.of(), List.of()),
            new PolicyRule(List.of(ALL), List.of(), List.of(), List.of(), List.of(ALL)));

    public PolicyRule {
        verbs = List.copyOf(verbs);
        apiGroups = List.copyOf(apiGroups);
        resources = List.copyOf(resources);
        resourceNames = List.copyOf(resourceNames);
        nonResourceUrls = List.copyOf(nonResourceUrls);
    }

    static PolicyRule read(JsonNode rule) {
        return new PolicyRule(
                texts(rule, "verbs"),
                texts(rule, "apiGroups"),
                texts(rule, "resources"),
                texts(rule, "resourceNames"),
                texts(rule, "nonResourceURLs"));
    }

    static List<PolicyRule> readAll(JsonNode role) {
        List<PolicyRule> rules = new ArrayList<>();
        role.path("rules").forEach(rule -> rules.add(read(rule)));
        return rules;
    }

    private static List<String> texts(JsonNode rule, String field) {
        List<String> texts = new ArrayList<>();
        rule.path(field).forEach(each -> texts.add(each.asText()));
        return texts;
    }

    public ObjectNode json() {
        ObjectNode json = Json.object();
        words(json, "verbs", verbs);
        words(json, "apiGroups", apiGroups);
        words(json, "resources", resources);
        words(json, "resourceNames", resourceNames);
        words(json, "nonResourceURLs", nonResourceUrls);
        return json;
    }

    private static void words(ObjectNode json, String field, List<String> words) {
        if (!words.isEmpty()) {
            words.forEach(json.putArray(field)::add);
        }
    }

    boolean allows(Attributes wanted) {
        if (!any(verbs, wanted.verb())) {
            return false;
        }
        if (!wanted.isResource()) {
            return nonResourceUrls.stream().anyMatch(url -> urlCovers(url, wanted.path()));
        }
        return any(apiGroups, wanted.group())
                && resource(wanted)
                && (resourceNames.isEmpty() || resourceNames.contains(wanted.name()));
    }

    private boolean resource(Attributes wanted) {
        if (any(resources, wanted.qualified())) {
            return true;
        }
        return !wanted.subresource().isEmpty() && resources.contains("*/" + wanted.subresource());
    }

    private static boolean any(List<String> words, String word) {
        return words.contains(ALL) || words.contains(word);
    }

    private static boolean all(List<String> words, List<String> wanted) {
        return words.contains(ALL) || words.containsAll(wanted);
    }

    private static boolean urlCovers(String pattern, String path) {
        return pattern.equals(ALL)
                || pattern.equals(path)
                || (pattern.endsWith(ALL) && path.startsWith(pattern.substring(0, pattern.length() - 1)));
    }

    /// Whether whoever holds this holds the other as well.
    boolean covers(PolicyRule other) {
        return all(verbs, other.verbs)
                && all(apiGroups, other.apiGroups)
                && other.resources.stream().allMatch(this::coversResource)
                && other.nonResourceUrls.stream()
                        .allMatch(url -> nonResourceUrls.stream().anyMatch(own -> urlCovers(own, url)))
                && (resourceNames.isEmpty()
                        || (!other.resourceNames.isEmpty() && resourceNames.containsAll(other.resourceNames)));
    }

    private boolean coversResource(String wanted) {
        int slash = wanted.indexOf('/');
        return any(resources, wanted) || (slash > 0 && resources.contains("*" + wanted.substring(slash)));
    }

    /// The same as rules that each say one thing: only those can be compared one by one.
    List<PolicyRule> single() {
        List<PolicyRule> parts = new ArrayList<>();
        for (String verb : verbs) {
            for (String group : apiGroups) {
                for (String resource : resources) {
                    if (resourceNames.isEmpty()) {
                        parts.add(of(verb, group, resource, List.of()));
                    }
                    resourceNames.forEach(name -> parts.add(of(verb, group, resource, List.of(name))));
                }
            }
            nonResourceUrls.forEach(
                    url -> parts.add(new PolicyRule(List.of(verb), List.of(), List.of(), List.of(), List.of(url))));
        }
        return parts;
    }

    private static PolicyRule of(String verb, String group, String resource, List<String> names) {
        return new PolicyRule(List.of(verb), List.of(group), List.of(resource), names, List.of());
    }

    PolicyRule verbs(List<String> other) {
        return new PolicyRule(other, apiGroups, resources, resourceNames, nonResourceUrls);
    }

    /// In the form of Kubernetes' messages: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`.
    String text() {
        List<String> parts = new ArrayList<>();
        part(parts, "APIGroups", apiGroups);
        part(parts, "Resources", resources);
        part(parts, "NonResourceURLs", nonResourceUrls);
        part(parts, "ResourceNames", resourceNames);
        part(parts, "Verbs", verbs);
        return "{" + String.join(", ", parts) + "}";
    }

    private static void part(List<String> parts, String name, List<String> words) {
        if (!words.isEmpty()) {
            parts.add(name + ":" + quoted(words));
        }
    }

    static String quoted(List<String> words) {
        return words.stream().map(word -> "\"" + word + "\"").collect(Collectors.joining(" ", "[", "]"));
    }
}
