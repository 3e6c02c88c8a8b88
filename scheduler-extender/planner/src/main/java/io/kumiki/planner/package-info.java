/// What the extender decides: which gangs start where, when a wave binds, what is moved, released, said.
/// Knows no Kubernetes client, clock or thread.
/// Events come in one by one with the time, decisions come out; the state can be rebuilt from Kubernetes alone.
@NullMarked
package io.kumiki.planner;

import org.jspecify.annotations.NullMarked;
