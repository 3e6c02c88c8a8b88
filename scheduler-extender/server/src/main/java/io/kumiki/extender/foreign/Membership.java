package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// That a pod belongs to another system's group.
///
/// @param group as its object is named; for a native Workload `workload/podGroup`
/// @param name unique among the groups of the namespace
/// @param role of the pod inside the group, empty for none
/// @param size what the pod itself says of the group's size; 0 where an object declares it
public record Membership(Format format, String group, String name, String role, int size) {
    /// Its name among all groups: what its members and its Gang object carry.
    public String key() {
        return format.name() + "/" + group;
    }

    /// Null where the pod belongs to none.
    public static @Nullable Membership of(JsonNode pod) {
        for (Format format : Format.ALL) {
            Membership membership = format.membership(pod);
            if (membership != null) {
                return membership;
            }
        }
        return null;
    }

    /// A name for a Gang object and a label.
    public String gang() {
        boolean fits = name.length() <= 63 && name.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
        return fits ? name : "group-" + Integer.toHexString(Objects.hash(format.name(), name));
    }
}
