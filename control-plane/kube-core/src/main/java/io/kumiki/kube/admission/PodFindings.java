package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What a pod and its containers do that they must not, put as Kubernetes puts it.
final class PodFindings {
    private final JsonNode context;
    private final List<JsonNode> containers = new ArrayList<>();
    private final List<String> found = new ArrayList<>();

    PodFindings(JsonNode spec) {
        this.context = spec.path("securityContext");
        spec.path("initContainers").forEach(containers::add);
        spec.path("containers").forEach(containers::add);
    }

    String text() {
        return String.join(", ", found);
    }

    void say(String what, String detail) {
        found.add(what + " (" + detail + ")");
    }

    static JsonNode own(JsonNode container) {
        return container.path("securityContext");
    }

    static String quoted(Iterable<String> words) {
        List<String> all = new ArrayList<>();
        words.forEach(each -> all.add("\"" + each + "\""));
        return String.join(", ", all);
    }

    static String plural(String noun, List<String> names) {
        return noun + (names.size() == 1 ? " " : "s ") + quoted(names);
    }

    List<String> those(Predicate<JsonNode> which) {
        return containers.stream()
                .filter(which)
                .map(each -> each.path("name").asText())
                .toList();
    }

    void must(String what, String detail, Predicate<JsonNode> which) {
        List<String> names = those(which);
        if (!names.isEmpty()) {
            say(what, plural("container", names) + " " + detail);
        }
    }

    /// Whose security context is such: the pod's, those of containers, or both.
    String setters(Predicate<JsonNode> which) {
        List<String> all = new ArrayList<>();
        if (which.test(context)) {
            all.add("pod");
        }
        List<String> names = those(each -> which.test(own(each)));
        if (!names.isEmpty()) {
            all.add(plural("container", names));
        }
        return String.join(" and ", all);
    }

    /// What the pod says for all of its containers, or each for itself.
    ///
    /// @param bad null when nothing is said
    void eitherOf(String what, Function<JsonNode, @Nullable Boolean> bad, String mustNot, String must) {
        String who = setters(each -> Boolean.TRUE.equals(bad.apply(each)));
        if (!who.isEmpty()) {
            say(what, who + " " + mustNot);
        } else if (bad.apply(context) == null) {
            List<String> silent = those(each -> bad.apply(own(each)) == null);
            if (!silent.isEmpty()) {
                say(what, "pod or " + plural("container", silent) + " " + must);
            }
        }
    }

    void used(String what, String noun, Function<JsonNode, Set<String>> used) {
        Set<String> values = new TreeSet<>();
        List<String> users = those(each -> {
            values.addAll(used.apply(each));
            return !used.apply(each).isEmpty();
        });
        if (!users.isEmpty()) {
            say(
                    what,
                    plural("container", users)
                            + (users.size() == 1 ? " uses " : " use ")
                            + noun
                            + (values.size() == 1 ? " " : "s ")
                            + String.join(", ", values));
        }
    }
}
