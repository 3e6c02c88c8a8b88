/// Starting and stopping in order, and saying whether we are well.
/// Knows no part it starts.
/// Parts are added in start order and stopped in reverse.
@NullMarked
package io.kumiki.runtime.life;

import org.jspecify.annotations.NullMarked;
