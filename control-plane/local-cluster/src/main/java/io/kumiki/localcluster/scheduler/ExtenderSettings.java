package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/// One entry of `KubeSchedulerConfiguration.extenders`.
public record ExtenderSettings(
        URI urlPrefix, Verbs verbs, long weight, Call call, List<Managed> managedResources, boolean ignorable) {
    /// An empty verb is not called.
    public record Verbs(String filter, String prioritize, String preempt, String bind) {}

    /// How it is called.
    ///
    /// @param timeout for the whole of one call
    /// @param nodeCacheCapable it knows the nodes: names are enough
    public record Call(Duration timeout, boolean nodeCacheCapable, ExtenderTls tls) {}

    /// A resource whose pods go to this extender; `ignoredByScheduler` takes it out of the scheduler's own
    /// counting.
    public record Managed(String name, boolean ignoredByScheduler) {}

    public ExtenderSettings {
        managedResources = List.copyOf(managedResources);
    }

    /// Reads the list `extenders`; throws [IllegalArgumentException] with everything that is wrong.
    public static List<ExtenderSettings> read(JsonNode extenders) {
        ExtenderReader reader = new ExtenderReader();
        List<ExtenderSettings> settings = reader.read(extenders);
        reader.check();
        return settings;
    }

    /// A pod is this extender's business if some container asks for one of its resources, or if it manages none in
    /// particular.
    boolean interestedIn(JsonNode pod) {
        if (managedResources.isEmpty()) {
            return true;
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                JsonNode resources = container.path("resources");
                for (Managed managed : managedResources) {
                    if (resources.path("requests").has(managed.name())
                            || resources.path("limits").has(managed.name())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
