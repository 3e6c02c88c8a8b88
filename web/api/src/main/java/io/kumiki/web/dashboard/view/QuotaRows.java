package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Alone;
import io.kumiki.planner.Decision;
import io.kumiki.planner.QuotaPicture;
import io.kumiki.planner.Scene;
import io.kumiki.quota.Standing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The tree of quotas as the contract has it. Amounts are for everybody who may see the queue. A tenant is named to
/// whoever may know the names of one of its namespaces or of one below it, and to those who may read TenantQuotas.
public final class QuotaRows {
    private final Predicate<String> named;
    private final boolean all;

    /// @param named whether the caller may know the names of a namespace
    /// @param all whether the caller may read TenantQuotas
    public QuotaRows(Predicate<String> named, boolean all) {
        this.named = named;
        this.all = all;
    }

    /// @param told of usage last; null for nothing
    public ObjectNode quotas(Scene scene, List<Standing> standings, Decision.@Nullable Publish told) {
        ObjectNode out = Json.object().put("at", SchedulingRows.at(scene.second()));
        if (told == null) {
            out.putNull("told");
        } else {
            out.putObject("told").put("epoch", told.epoch()).put("sequence", told.sequence());
        }
        List<QuotaPicture> quotas = scene.quotas(standings, told);
        Set<String> known = known(quotas);
        Map<String, Integer> ids = new HashMap<>();
        ArrayNode rows = out.putArray("quotas");
        for (QuotaPicture quota : quotas) {
            Integer above = quota.holds() && quota.parent() != null ? ids.get(quota.parent()) : null;
            ids.put(quota.name(), rows.size());
            rows.add(row(quota, rows.size(), above, known));
        }
        return out;
    }

    private Set<String> known(List<QuotaPicture> quotas) {
        Map<String, QuotaPicture> byName = new HashMap<>();
        quotas.forEach(quota -> byName.put(quota.name(), quota));
        Set<String> known = new HashSet<>();
        for (QuotaPicture quota : quotas) {
            if (all || quota.standing().namespaces().stream().anyMatch(named)) {
                QuotaPicture at = quota;
                while (at != null && known.add(at.name())) {
                    at = at.holds() && at.parent() != null ? byName.get(at.parent()) : null;
                }
            }
        }
        return known;
    }

    private ObjectNode row(QuotaPicture quota, int id, @Nullable Integer above, Set<String> known) {
        String parent = quota.parent();
        boolean mine = known.contains(quota.name());
        Standing standing = quota.standing();
        ObjectNode out = Json.object()
                .put("id", id)
                .put("above", above)
                .put("depth", quota.depth())
                .put("name", mine ? quota.name() : null)
                .put("parent", parent != null && known.contains(parent) ? parent : null)
                .put("holds", quota.holds())
                .put("accepted", standing.accepted())
                .put("reason", standing.reason())
                // A mistake may name other tenants.
                .put("message", all ? standing.message() : null);
        ArrayNode namespaces = out.putArray("namespaces");
        standing.namespaces().stream()
                .filter(namespace -> all || named.test(namespace))
                .forEach(namespaces::add);
        out.put("namespacesHidden", standing.namespaces().size() - namespaces.size());
        ArrayNode resources = out.putArray("resources");
        quota.parts()
                .forEach((resource, part) -> resources
                        .addObject()
                        .put("resource", resource)
                        .put("guaranteed", part.guaranteed())
                        .put("limit", part.limit())
                        .put("used", part.used())
                        .put("borrowed", part.borrowed())
                        .put("lent", part.lent()));
        ArrayNode binding = out.putArray("binding");
        quota.binding().forEach(each -> binding.add(binding(each)));
        return out;
    }

    private ObjectNode binding(Decision.Publish.Binding each) {
        boolean mine = named.test(each.namespace());
        boolean pod = Alone.is(each.namespace() + "/" + each.name());
        ObjectNode out = Json.object()
                .put("kind", pod ? "Pod" : "Gang")
                .put("namespace", mine ? each.namespace() : null)
                .put("name", mine ? Alone.shown(each.name()) : null);
        ObjectNode amounts = out.putObject("amounts");
        each.amounts().of().forEach(amounts::put);
        return out;
    }
}
