package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/// Pure and level-triggered: looks at the world, never at the event. Same input, same plan.
@FunctionalInterface
public interface Reconciler {
    /// @param resource as stored; may be changed by the decision, nobody else sees it
    Plan decide(ObjectNode resource, World world, Instant now);
}
