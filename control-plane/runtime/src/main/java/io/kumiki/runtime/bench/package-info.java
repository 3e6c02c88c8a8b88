/// What a benchmark is and how its figures are printed.
/// Knows no benchmark: each stands beside the module it measures and is registered in app.
/// A size comes in, figures with units come out.
@NullMarked
package io.kumiki.runtime.bench;

import org.jspecify.annotations.NullMarked;
