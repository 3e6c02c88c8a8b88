/// Object storage: a port, and its implementation on disk.
/// Knows neither HTTP nor signatures.
/// Keys are rows of an index; bytes are files named by id, on disk before the row that makes them known.
@NullMarked
package io.kumiki.store.objects;

import org.jspecify.annotations.NullMarked;
