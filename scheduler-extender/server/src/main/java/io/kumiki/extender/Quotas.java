package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.Shape;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TenantQuota objects as one tree. A tree with mistakes changes nothing: the one before it holds, and each object
/// says what is wrong with it.
final class Quotas implements ObjectFeed.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Quotas.class);

    private static final int NAMED = 10;

    private final Map<String, JsonNode> objects = new TreeMap<>();
    private final Consumer<Event> planner;
    private final QuotaNotes notes;
    private Event told = new Event.Tick();
    private String logged = "";
    private boolean changed;

    Quotas(Consumer<Event> planner, QuotaNotes notes) {
        this.planner = planner;
        this.notes = notes;
    }

    @Override
    public void seen(JsonNode quota) {
        objects.put(quota.path("metadata").path("name").asText(), quota);
        changed = true;
    }

    @Override
    public void gone(String key) {
        objects.remove(key.substring(key.indexOf('/') + 1));
        changed = true;
    }

    /// Once for all objects that came together: a thousand of them are no thousand trees.
    @Override
    public void settled() {
        if (changed) {
            changed = false;
            tell();
        }
    }

    private void tell() {
        Map<String, List<String>> mistakes = new TreeMap<>();
        List<QuotaNode> nodes = new ArrayList<>();
        Map<String, String> tenants = new TreeMap<>();
        objects.forEach((name, quota) -> {
            JsonNode spec = quota.path("spec");
            try {
                nodes.add(node(name, spec));
            } catch (IllegalArgumentException e) {
                add(mistakes, name, String.valueOf(e.getMessage()));
            }
            for (JsonNode namespace : spec.path("namespaces")) {
                String other = tenants.put(namespace.asText(), name);
                if (other != null) {
                    String says = "namespace " + namespace.asText() + " is listed by " + other + " and " + name;
                    add(mistakes, name, says);
                    add(mistakes, other, says);
                }
            }
        });
        if (mistakes.isEmpty() && !nodes.isEmpty()) {
            QuotaTree.mistakes(nodes).forEach(mistake -> add(mistakes, mistake.tenant(), mistake.says()));
        }
        Event tree = new Event.Tenants(nodes, tenants);
        if (mistakes.isEmpty() && !tree.equals(told)) {
            told = tree;
            planner.accept(tree);
        }
        Map<String, JsonNode> seen = Map.copyOf(objects);
        notes.settle(() -> note(seen, mistakes));
    }

    private static void add(Map<String, List<String>> mistakes, String name, String says) {
        mistakes.computeIfAbsent(name, _ -> new ArrayList<>()).add(says);
    }

    private void note(Map<String, JsonNode> quotas, Map<String, List<String>> mistakes) {
        String whose = String.join(", ", mistakes.keySet().stream().limit(NAMED).toList())
                + (mistakes.size() > NAMED ? " and " + (mistakes.size() - NAMED) + " more" : "");
        quotas.forEach((name, quota) -> {
            if (mistakes.isEmpty()) {
                notes.accepted(quota);
            } else if (mistakes.containsKey(name)) {
                notes.refused(quota, "Mistake", String.join("; ", mistakes.getOrDefault(name, List.of())));
            } else {
                notes.refused(
                        quota, "TreeHasMistakes", "the tree before this one holds until these are put right: " + whose);
            }
        });
        String now = mistakes.values().stream().limit(NAMED).toList() + " (" + whose + ")";
        if (!now.equals(logged) && !mistakes.isEmpty()) {
            LOG.warn("the TenantQuotas are no tree, the one before them holds: {}", now);
        }
        logged = now;
    }

    private static QuotaNode node(String name, JsonNode spec) {
        String parent = spec.path("parent").asText("");
        Map<String, Long> limit = Shape.amounts(Facts.texts(spec.path("limit")));
        return new QuotaNode(
                name,
                parent.isEmpty() ? null : parent,
                new Amounts(Shape.amounts(Facts.texts(spec.path("guaranteed")))),
                limit.isEmpty() ? null : new Amounts(limit));
    }
}
