package io.kumiki.kube.registry;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Selection;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.select.FieldSelector;
import io.kumiki.kube.store.StoredObject;

/// Whether an object is wanted.
final class Selecting {
    private Selecting() {}

    static boolean matches(Kind kind, Selection selection, StoredObject object) {
        return selection.labels().matches(object::label)
                && selection.fields().matches(field -> kind.field(object, field));
    }

    /// A field without an index is refused, never ignored.
    static void check(Kind kind, Selection selection) {
        for (FieldSelector.Term term : selection.fields().terms()) {
            if (!kind.knowsField(term.field())) {
                boolean others = !kind.builtIn() || !kind.selectable().isEmpty();
                throw ApiFault.badRequest(
                        others
                                ? "field label not supported: " + term.field()
                                : "\"" + term.field() + "\" is not a known field selector: only \"metadata.name\","
                                        + " \"metadata.namespace\"");
            }
        }
    }
}
