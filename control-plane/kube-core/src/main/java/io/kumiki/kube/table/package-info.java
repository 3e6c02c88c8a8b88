/// The columns that kubectl prints.
/// Knows nothing of requests.
/// Objects go in; cells come out.
@NullMarked
package io.kumiki.kube.table;

import org.jspecify.annotations.NullMarked;
