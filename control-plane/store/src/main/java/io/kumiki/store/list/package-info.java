/// Paged lists: scope, predicates, one sort key, and the place where the last page ended.
/// Knows no column names: a page key and a predicate carry values only.
/// The caller builds a `ListQuery`, a table's own key list allows or refuses it, a `Page` comes out.
@NullMarked
package io.kumiki.store.list;

import org.jspecify.annotations.NullMarked;
