package io.kumiki.kube.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.rbac.RbacGroup;
import io.kumiki.kube.kinds.scheduling.SchedulingGroup;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Makes what every cluster has from its start: roles, bindings, priority classes. What is there stays as its users
/// changed it, except that a role or binding marked for it gets back what is missing.
public final class Bootstrap {
    private static final WriteOptions BY = WriteOptions.by("kube-apiserver");

    private final Registry registry;
    private final Writes writes;

    public Bootstrap(Registry registry, Writes writes) {
        this.registry = registry;
        this.writes = writes;
    }

    public void run() {
        Map<ResourceType, List<ObjectNode>> wanted = new LinkedHashMap<>();
        wanted.put(RbacGroup.CLUSTER_ROLES, BootstrapRoles.roles());
        wanted.put(RbacGroup.CLUSTER_ROLE_BINDINGS, BootstrapRoles.bindings());
        wanted.put(SchedulingGroup.PRIORITY_CLASSES, SchedulingGroup.systemClasses());
        List<Writes.Fresh> absent = new ArrayList<>();
        wanted.forEach((type, objects) -> {
            Kind kind = registry.kinds().get(type);
            for (ObjectNode object : objects) {
                String name = object.path("metadata").path("name").asText();
                StoredObject found = registry.get(kind.key("", name));
                if (found == null) {
                    absent.add(new Writes.Fresh(kind, "", object));
                } else {
                    repair(kind, name, Json.parse(found.json()), object);
                }
            }
        });
        if (!absent.isEmpty()) {
            writes.createAll(absent, BY);
        }
    }

    private void repair(Kind kind, String name, JsonNode found, ObjectNode wanted) {
        boolean mayChange = found.path("metadata")
                .path("annotations")
                .path(BootstrapRoles.AUTO_UPDATE)
                .asText()
                .equals("true");
        boolean complete = found.path("rules").equals(wanted.path("rules"))
                && found.path("subjects").equals(wanted.path("subjects"));
        if (!mayChange || complete || found.path("aggregationRule").isObject()) {
            return;
        }
        if (kind.type().equals(RbacGroup.CLUSTER_ROLES)) {
            List<PolicyRule> missing =
                    Coverage.compact(Coverage.missing(PolicyRule.readAll(found), PolicyRule.readAll(wanted)));
            if (!missing.isEmpty()) {
                change(kind, name, old -> {
                    missing.forEach(rule -> old.withArray("/rules").add(rule.json()));
                    return old;
                });
            }
        } else {
            List<JsonNode> missing = new ArrayList<>();
            wanted.path("subjects").forEach(subject -> {
                if (!contains(found.path("subjects"), subject)) {
                    missing.add(subject);
                }
            });
            if (!missing.isEmpty()) {
                change(kind, name, old -> {
                    missing.forEach(old.withArray("/subjects")::add);
                    return old;
                });
            }
        }
    }

    private static boolean contains(JsonNode all, JsonNode one) {
        for (JsonNode each : all) {
            if (each.path("kind").equals(one.path("kind")) && each.path("name").equals(one.path("name"))) {
                return true;
            }
        }
        return false;
    }

    private void change(Kind kind, String name, UnaryOperator<ObjectNode> change) {
        writes.update(new Writes.Update(kind, "", name, "", change), BY);
    }
}
