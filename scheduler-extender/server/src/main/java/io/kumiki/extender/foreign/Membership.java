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
public record Membership(Kind kind, String group, String name, String role, int size) {
    private static final int MOST = 5000;

    /// Systems whose groups are understood.
    public enum Kind {
        /// `spec.schedulingGroup` and scheduling.k8s.io PodGroup, Kubernetes 1.36 and later.
        PODGROUP,
        /// `spec.workloadRef` and scheduling.k8s.io Workload, Kubernetes 1.35.
        WORKLOAD,
        VOLCANO,
        COSCHEDULING,
        KAI,
        KUEUE;

        /// The scheduler itself would make a gang of it as well.
        public boolean isNative() {
            return this == PODGROUP || this == WORKLOAD;
        }
    }

    /// Its name among all groups: what its members and its Gang object carry.
    public String key() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + "/" + group;
    }

    /// Null where the pod belongs to none.
    public static @Nullable Membership of(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        String group = spec.path("schedulingGroup").path("podGroupName").asText("");
        if (!group.isEmpty()) {
            return new Membership(Kind.PODGROUP, group, group, "", 0);
        }
        JsonNode workload = spec.path("workloadRef");
        if (workload.isObject()) {
            String of = workload.path("name").asText("") + "/"
                    + workload.path("podGroup").asText("");
            String replica = workload.path("podGroupReplicaKey").asText("");
            return new Membership(
                    Kind.WORKLOAD, of, of.replace('/', '-') + (replica.isEmpty() ? "" : "-" + replica), "", 0);
        }
        JsonNode annotations = pod.path("metadata").path("annotations");
        JsonNode labels = pod.path("metadata").path("labels");
        String kueue = labels.path("kueue.x-k8s.io/pod-group-name").asText("");
        if (!kueue.isEmpty()) {
            return new Membership(
                    Kind.KUEUE,
                    kueue,
                    kueue,
                    "",
                    size(annotations
                            .path("kueue.x-k8s.io/pod-group-total-count")
                            .asText("")));
        }
        String volcano = first(annotations, "scheduling.k8s.io/group-name", "scheduling.volcano.sh/group-name");
        if (!volcano.isEmpty()) {
            return new Membership(
                    Kind.VOLCANO,
                    volcano,
                    volcano,
                    annotations.path("volcano.sh/task-spec").asText(""),
                    0);
        }
        String cosched = first(labels, "scheduling.x-k8s.io/pod-group", "pod-group.scheduling.sigs.k8s.io");
        if (!cosched.isEmpty()) {
            return new Membership(Kind.COSCHEDULING, cosched, cosched, "", 0);
        }
        String kai = annotations.path("pod-group-name").asText("");
        return kai.isEmpty() ? null : new Membership(Kind.KAI, kai, kai, "", 0);
    }

    private static String first(JsonNode texts, String one, String other) {
        String text = texts.path(one).asText("");
        return text.isEmpty() ? texts.path(other).asText("") : text;
    }

    private static int size(String text) {
        return text.matches("[1-9][0-9]{0,3}") ? Math.min(MOST, Integer.parseInt(text)) : 0;
    }

    /// A name for a Gang object and a label.
    public String gang() {
        boolean fits = name.length() <= 63 && name.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
        return fits ? name : "group-" + Integer.toHexString(Objects.hash(kind.name(), name));
    }
}
