package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import org.jspecify.annotations.Nullable;

/// What matters of a pod without a gang that asks for devices and is not bound yet.
///
/// @param shape what it asks for, `min` and `max` 1
/// @param created seconds since 1970
/// @param expectedSeconds how long it will run, null where nobody knows
/// @param claim the promise that it was made with, empty for none
/// @param pin the only node that its affinity allows, empty while it waits behind our gate
/// @param held somebody else's gate holds it as well
/// @param remade its controller makes another in its place without harm when it is removed
/// @param said why it waits, as it was told last
public record SingleFact(
        PodFact pod,
        Gang.Members shape,
        int priority,
        long created,
        @Nullable Long expectedSeconds,
        String claim,
        String pin,
        boolean held,
        boolean remade,
        String said) {
    String uid() {
        return pod.uid();
    }
}
