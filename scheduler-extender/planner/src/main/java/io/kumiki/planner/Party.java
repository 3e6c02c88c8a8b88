package io.kumiki.planner;

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
    static Party of(Plan plan) {
        long gpus = plan.fact.spec().classes().stream()
                .mapToLong(c -> c.min() * Entry.gpus(c))
                .sum();
        return new Party(
                Alone.is(plan.fact), plan.fact.uid(), plan.fact.namespace(), Alone.shown(plan.fact.name()), gpus);
    }

    static Party of(PodFact pod) {
        long gpus = Shape.demand(pod.requests()).totalGpuMilli();
        return new Party(true, pod.uid(), pod.namespace(), pod.name(), gpus);
    }

    /// As the people of a namespace may hear of it in a status: by name where it is their tenant's.
    Party to(String reader, State state) {
        return knownTo(of -> {
            String tenant = state.tenantOf.get(of);
            return of.equals(reader) || (tenant != null && tenant.equals(state.tenantOf.get(reader)));
        });
    }

    boolean named() {
        return name != null;
    }

    /// Without its name where its namespace is none of those.
    Party knownTo(Predicate<String> namespaces) {
        return namespace == null || namespaces.test(namespace) ? this : new Party(pod, uid, null, null, gpus);
    }

    Party named(String inNamespace, String as) {
        return new Party(pod, uid, inNamespace, as, gpus);
    }
}
