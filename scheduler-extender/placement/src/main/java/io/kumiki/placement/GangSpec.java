package io.kumiki.placement;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a gang needs, all of it or nothing.
///
/// @param required the level of the topology inside which all members must lie; null for anywhere
/// @param preferred the level tried first; null for the narrowest that holds the gang
public record GangSpec(
        String name,
        List<Role> roles,
        @Nullable String required,
        @Nullable String preferred) {
    /// Members of one shape.
    ///
    /// @param min members without which the gang does not start
    /// @param max members wanted; between the two as many as fit are placed
    public record Role(String name, Demand demand, int min, int max) {
        public Role {
            if (min < 0 || max < Math.max(1, min)) {
                throw new IllegalArgumentException(
                        "role " + name + " wants 0 ≤ min ≤ max and max ≥ 1, not " + min + " and " + max);
            }
        }
    }

    public GangSpec {
        roles = List.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("gang " + name + " has no members");
        }
    }

    /// The same gang, its GPU members on these models only.
    public GangSpec on(List<String> models) {
        return new GangSpec(
                name,
                roles.stream()
                        .map(r -> r.demand().gpus() == 0
                                ? r
                                : new Role(r.name(), r.demand().on(models), r.min(), r.max()))
                        .toList(),
                required,
                preferred);
    }

    public int minimum() {
        return roles.stream().mapToInt(Role::min).sum();
    }
}
