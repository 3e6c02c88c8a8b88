/// What rules may cost at worst, told from the definition alone.
/// A compiled expression and the sizes that its schema allows go in; a number comes out, in the units of the real
/// server, which refuses definitions by it.
@NullMarked
package io.kumiki.kube.cel.cost;

import org.jspecify.annotations.NullMarked;
