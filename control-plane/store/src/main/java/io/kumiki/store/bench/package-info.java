/// Figures of the store: commits, lists over many runs.
/// Knows nothing of the command line that prints them.
/// A size comes in, an own store in a temporary folder is filled and asked, figures come out.
@NullMarked
package io.kumiki.store.bench;

import org.jspecify.annotations.NullMarked;
