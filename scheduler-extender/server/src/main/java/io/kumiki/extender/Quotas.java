package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.planner.Event;
import io.kumiki.planner.Shape;
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

/// TenantQuota objects as one tree. A tree with mistakes is told to the log and changes nothing.
final class Quotas {
    private static final Logger LOG = LoggerFactory.getLogger(Quotas.class);

    private final Map<String, JsonNode> objects = new TreeMap<>();
    private final Consumer<Event> planner;
    private String told = "";

    Quotas(Consumer<Event> planner) {
        this.planner = planner;
    }

    void seen(JsonNode quota) {
        objects.put(quota.path("metadata").path("name").asText(), quota.path("spec"));
        tell();
    }

    void gone(String key) {
        objects.remove(key.substring(key.indexOf('/') + 1));
        tell();
    }

    private void tell() {
        List<String> problems = new ArrayList<>();
        List<QuotaNode> nodes = new ArrayList<>();
        Map<String, String> tenants = new TreeMap<>();
        objects.forEach((name, spec) -> {
            try {
                nodes.add(node(name, spec));
            } catch (IllegalArgumentException e) {
                problems.add(name + ": " + e.getMessage());
            }
            for (JsonNode namespace : spec.path("namespaces")) {
                String other = tenants.put(namespace.asText(), name);
                if (other != null) {
                    problems.add("namespace " + namespace.asText() + " is listed by " + other + " and " + name);
                }
            }
        });
        if (problems.isEmpty() && !nodes.isEmpty()) {
            problems.addAll(QuotaTree.problems(nodes));
        }
        if (problems.isEmpty()) {
            planner.accept(new Event.Tenants(nodes, tenants));
        }
        String now = String.join("; ", problems);
        if (!now.equals(told) && !now.isEmpty()) {
            LOG.warn("the TenantQuotas are no tree, the one before them holds: {}", now);
        }
        told = now;
    }

    private static QuotaNode node(String name, JsonNode spec) {
        String parent = spec.path("parent").asText("");
        Map<String, Long> limit = Shape.amounts(Facts.texts(spec.path("limit")));
        limit.forEach((resource, amount) -> {
            if (amount == 0) {
                throw new IllegalArgumentException("the limit of " + resource + " must be above 0");
            }
        });
        return new QuotaNode(
                name,
                parent.isEmpty() ? null : parent,
                new Amounts(Shape.amounts(Facts.texts(spec.path("guaranteed")))),
                limit.isEmpty() ? null : new Amounts(limit));
    }
}
