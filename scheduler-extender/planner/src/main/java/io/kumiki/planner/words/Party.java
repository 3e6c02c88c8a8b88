package io.kumiki.planner.words;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Another gang or pod that a sentence speaks of. It is named only to those who may know its namespace; its uid tells
/// nothing to anybody else, and lets those who may be told its name later.
///
/// @param pod a pod without a gang; otherwise a gang
/// @param namespace null, like the name, where it is not named
/// @param gpus milli
public record Party(
        boolean pod,
        String uid,
        @Nullable String namespace,
        @Nullable String name,
        long gpus) {
    boolean named() {
        return name != null;
    }

    /// Without its name where its namespace is none of those.
    public Party knownTo(Predicate<String> namespaces) {
        return namespace == null || namespaces.test(namespace) ? this : new Party(pod, uid, null, null, gpus);
    }

    Party named(String inNamespace, String as) {
        return new Party(pod, uid, inNamespace, as, gpus);
    }
}
