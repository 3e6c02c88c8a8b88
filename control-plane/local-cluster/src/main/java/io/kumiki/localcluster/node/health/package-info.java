/// Asks containers how they are and runs their lifecycle hooks: what a probe or hook does, and the threads that repeat
/// it. What the answers mean is decided in `node.pod`.
@NullMarked
package io.kumiki.localcluster.node.health;

import org.jspecify.annotations.NullMarked;
