package io.kumiki.web.dashboard.list;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import io.kumiki.store.list.PageKey;
import io.kumiki.store.list.Predicate;
import io.kumiki.web.kfp.wire.PageTokens;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Pages with cursors that are good for one filter and one sort only.
public final class Pages {
    public static final int MOST = 200;
    private static final int USUAL = 50;

    private final PageTokens tokens;

    public Pages(PageTokens tokens) {
        this.tokens = tokens;
    }

    /// Where a caller wants to go on.
    public record Wanted(int limit, @Nullable String cursor) {}

    public static Wanted wanted(Query query) {
        return new Wanted((int) query.number("limit", 1, MOST, USUAL), query.text("cursor", 2000));
    }

    /// A list whose filter is scope and a text only.
    public ListQuery query(
            Wanted wanted, Map<String, String> scope, @Nullable String text, String sort, Map<String, String> keys) {
        List<Predicate> predicates = text == null
                ? List.of()
                : List.of(Predicate.substring(keys.getOrDefault("text", "display_name"), text));
        ListQuery first = new ListQuery(scope, predicates, Sorts.stored(sort, keys), wanted.limit(), null);
        return after(first, wanted);
    }

    public ListQuery query(Wanted wanted, RunFilter filter) {
        return after(filter.query(wanted.limit(), null), wanted);
    }

    private ListQuery after(ListQuery first, Wanted wanted) {
        if (wanted.cursor() == null) {
            return first;
        }
        try {
            JsonNode key = tokens.read(identity(first), wanted.cursor());
            return first.after(new PageKey(
                    key.path("v").asText(),
                    key.path("i").asText(),
                    key.path("t").asLong()));
        } catch (RuntimeException foreign) {
            throw new HttpFault(
                    400,
                    "ForeignCursor",
                    "the cursor does not belong to this list with this filter and sort; leave it away to begin with the first page");
        }
    }

    public <T> ObjectNode page(ListQuery query, Page<T> page, Function<? super T, ObjectNode> row) {
        ObjectNode out = Json.object();
        ArrayNode items = out.putArray("items");
        page.rows().forEach(r -> items.add(row.apply(r)));
        out.put("total", page.total());
        PageKey next = page.next();
        out.put(
                "next",
                next == null
                        ? null
                        : tokens.write(
                                identity(query),
                                Json.object()
                                        .put("v", next.value())
                                        .put("i", next.id())
                                        .put("t", next.total())));
        return out;
    }

    private static String identity(ListQuery query) {
        return "v1 " + new java.util.TreeMap<>(query.scope()) + query.predicates() + query.sort();
    }
}
