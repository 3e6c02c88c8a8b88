package io.kumiki.runtime.work;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;

/// Pure and level-triggered: looks at the world, never at the event. Same input, same plan.
@FunctionalInterface
public interface Reconciler<R extends HasMetadata> {
    Plan decide(R resource, World world, Instant now);
}
