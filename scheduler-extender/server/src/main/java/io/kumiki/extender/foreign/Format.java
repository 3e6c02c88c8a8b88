package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One other system: how its pods say that they belong together, and what its objects ask for a group.
public interface Format {
    /// In the order in which a pod is asked.
    List<Format> ALL = List.of(
            new NativePodGroups(), new NativeWorkloads(), new Kueue(), new Volcano(), new Coscheduling(), new Kai());

    /// First part of the keys of its groups.
    String name();

    /// Whether the scheduler itself would make a gang of its groups as well.
    default boolean isNative() {
        return false;
    }

    /// Lists of its objects in the API; one that is not served is looked for again later.
    List<String> lists();

    /// Null where the pod belongs to no group of this system.
    @Nullable
    Membership membership(JsonNode pod);

    /// What one object asks, by group; groups that are no gangs are left out.
    Map<String, Terms> declared(JsonNode object);

    /// What a member asks by itself, as it is after admission.
    default Terms said(JsonNode pod) {
        return Terms.NONE;
    }

    /// The format of a key that members and Gangs carry; null for none that is known.
    static @Nullable Format of(String key) {
        String name = key.substring(0, Math.max(0, key.indexOf('/')));
        return ALL.stream()
                .filter(format -> format.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /// Of one of Kubernetes' own policies; of pods that belong together and start one by one 1. 0 where it says
    /// neither.
    static int minimum(JsonNode policy) {
        return policy.path("basic").isObject()
                ? 1
                : policy.path("gang").path("minCount").asInt(0);
    }

    /// The one of two texts that is there.
    static String first(JsonNode texts, String one, String other) {
        String text = texts.path(one).asText("");
        return text.isEmpty() ? texts.path(other).asText("") : text;
    }
}
