package io.kumiki.kube.registry;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Selection;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Get and list.
public final class Reads {
    private final Registry registry;

    public Reads(Registry registry) {
        this.registry = registry;
    }

    /// For a list of which that is not told.
    public static final long UNKNOWN = -1;

    /// @param next token of the next page, empty after the last
    /// @param remaining how many are still to come, or [#UNKNOWN]
    public record ListedPage(long revision, List<StoredObject> objects, String next, long remaining) {}

    public StoredObject get(Kind kind, String namespace, String name) {
        StoredObject found = registry.get(kind.key(namespace, name));
        if (found == null) {
            throw ApiFault.notFound(kind.type().storage(), name);
        }
        return found;
    }

    /// @param limit 0 for all
    /// @param token of an earlier page, empty for the first
    /// @param revision that the list must be of or newer than, 0 for any
    /// @param exactly whether it must be of that one
    public ListedPage list(
            Kind kind, String namespace, Selection selection, int limit, String token, long revision, boolean exactly) {
        Selecting.check(kind, selection);
        return registry.read(store -> {
            @Nullable ContinueToken from = token.isEmpty() ? null : ContinueToken.parse(token);
            long at = from != null && from.revision() > 0
                    ? from.revision()
                    : exactly && revision > 0 ? revision : store.revision();
            if (at < store.oldestRevision() && at != store.revision()) {
                throw expired(from);
            }
            if (Math.max(at, revision) > store.revision()) {
                throw ApiFault.tooNew(Math.max(at, revision), store.revision());
            }
            ObjectKey after = from == null ? null : new ObjectKey(kind.storage(), from.namespace(), from.name());
            return page(store, kind, namespace, selection, limit, after, at);
        });
    }

    private static ListedPage page(
            ObjectStore store,
            Kind kind,
            String namespace,
            Selection selection,
            int limit,
            @Nullable ObjectKey after,
            long at) {
        String only = selection.fields().exact("metadata.name");
        if (only != null && after == null && at == store.revision() && (!namespace.isEmpty() || !kind.namespaced())) {
            StoredObject one = store.get(kind.key(namespace, only));
            boolean wanted = one != null && Selecting.matches(kind, selection, one);
            return new ListedPage(at, wanted && one != null ? List.of(one) : List.of(), "", 0);
        }
        var page = store.page(
                kind.storage(), namespace, after, at, limit, object -> Selecting.matches(kind, selection, object));
        String next = "";
        if (page.more()) {
            ObjectKey last = page.objects().getLast().key();
            next = new ContinueToken(at, last.namespace(), last.name()).text();
        }
        // How many of those to come are selected nobody has counted.
        boolean counted = selection.labels().isAll() && selection.fields().isAll();
        return new ListedPage(at, page.objects(), next, counted ? page.remaining() : UNKNOWN);
    }

    /// The client may go on from the same place in the present, knowing that the pages then differ in age.
    private static ApiFault expired(@Nullable ContinueToken from) {
        if (from == null) {
            return ApiFault.gone("The resourceVersion for the provided list is too old.");
        }
        return ApiFault.gone(
                        "The provided continue parameter is too old to display a consistent list result. You can start"
                                + " a new list without the continue parameter, or use the continue token in this response"
                                + " to retrieve the remainder of the results. Continuing with the provided token results"
                                + " in an inconsistent list - objects that were created, modified, or deleted between"
                                + " the time the first chunk was returned and now may show up in the list.")
                .continueAt(new ContinueToken(-1, from.namespace(), from.name()).text());
    }
}
