package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.Shape;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaTree;
import io.kumiki.quota.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
    private final Consumer<List<Standing>> standing;
    private Event told = new Event.Tick();
    private String logged = "";
    private boolean changed;

    /// @param standing told how the objects stand, in the order of their names
    Quotas(Consumer<Event> planner, QuotaNotes notes, Consumer<List<Standing>> standing) {
        this.planner = planner;
        this.notes = notes;
        this.standing = standing;
    }

    /// Our own writes of its usage change no tree.
    @Override
    public void seen(JsonNode quota) {
        String name = quota.path("metadata").path("name").asText();
        JsonNode before = objects.put(name, quota);
        changed |= before == null || !matters(before).equals(matters(quota));
        notes.seen(name, quota);
    }

    private static List<JsonNode> matters(JsonNode quota) {
        JsonNode metadata = quota.path("metadata");
        return List.of(
                quota.path("spec"),
                quota.path("status").path("conditions"),
                metadata.path("uid"),
                metadata.path("generation"));
    }

    @Override
    public void gone(String key) {
        String name = key.substring(key.indexOf('/') + 1);
        objects.remove(name);
        notes.gone(name);
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
            notes.hold(nodes);
        }
        List<Standing> standings = standings(mistakes);
        notes.settle(standings);
        standing.accept(standings);
    }

    private static void add(Map<String, List<String>> mistakes, String name, String says) {
        mistakes.computeIfAbsent(name, _ -> new ArrayList<>()).add(says);
    }

    private List<Standing> standings(Map<String, List<String>> mistakes) {
        String whose = String.join(", ", mistakes.keySet().stream().limit(NAMED).toList())
                + (mistakes.size() > NAMED ? " and " + (mistakes.size() - NAMED) + " more" : "");
        List<Standing> all = new ArrayList<>();
        objects.forEach((name, quota) -> {
            JsonNode spec = quota.path("spec");
            List<String> namespaces = new ArrayList<>();
            spec.path("namespaces").forEach(namespace -> namespaces.add(namespace.asText()));
            boolean accepted = mistakes.isEmpty();
            List<String> own = mistakes.getOrDefault(name, List.of());
            String reason = accepted ? "InTree" : own.isEmpty() ? "TreeHasMistakes" : "Mistake";
            String says = accepted
                    ? "part of the tree of quotas"
                    : own.isEmpty()
                            ? "the tree before this one holds until these are put right: " + whose
                            : String.join("; ", own);
            all.add(new Standing(name, parent(spec), namespaces, accepted, reason, says));
        });
        String now = mistakes.values().stream().limit(NAMED).toList() + " (" + whose + ")";
        if (!now.equals(logged) && !mistakes.isEmpty()) {
            LOG.warn("the TenantQuotas are no tree, the one before them holds: {}", now);
        }
        logged = now;
        return List.copyOf(all);
    }

    private static @Nullable String parent(JsonNode spec) {
        String parent = spec.path("parent").asText("");
        return parent.isEmpty() ? null : parent;
    }

    private static QuotaNode node(String name, JsonNode spec) {
        Map<String, Long> limit = Shape.amounts(Facts.texts(spec.path("limit")));
        return new QuotaNode(
                name,
                parent(spec),
                new Amounts(Shape.amounts(Facts.texts(spec.path("guaranteed")))),
                limit.isEmpty() ? null : new Amounts(limit));
    }
}
