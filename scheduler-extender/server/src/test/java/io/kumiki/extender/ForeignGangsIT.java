package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.ResourceType;
import io.kumiki.model.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other systems' pods as they are, without anything of ours on them.
class ForeignGangsIT {
    @TempDir
    Path folder;

    private Ground ground;

    @BeforeEach
    void start() throws Exception {
        ground = Ground.byWebhook(folder, "4 x gpu=8 type=H100 rack=2", PodAdmission.Rules.ALONE);
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    private void define(String group, String version) {
        ObjectNode definition = Json.object();
        definition.putObject("metadata").put("name", "podgroups." + group);
        ObjectNode spec = definition.putObject("spec").put("group", group).put("scope", "Namespaced");
        spec.putObject("names")
                .put("plural", "podgroups")
                .put("singular", "podgroup")
                .put("kind", "PodGroup");
        ObjectNode of = spec.putArray("versions").addObject();
        of.put("name", version).put("served", true).put("storage", true);
        of.putObject("schema")
                .putObject("openAPIV3Schema")
                .put("type", "object")
                .put("x-kubernetes-preserve-unknown-fields", true);
        // Some definitions of others come only under an approved name.
        definition.withObject("/metadata").putObject("annotations").put("api-approved.kubernetes.io", "unapproved");
        ground.create(ResourceType.DEFINITIONS, "", definition);
    }

    private void group(String group, String version, String name, int minimum) {
        group(group, version, name, Json.object().put("minMember", minimum));
    }

    private void group(String group, String version, String name, ObjectNode spec) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name);
        object.set("spec", spec);
        ground.create(new ResourceType(group, version, "podgroups"), "team", object);
    }

    private List<String> pods(String of, int from, int to, java.util.function.BiConsumer<Integer, ObjectNode> as) {
        return IntStream.range(from, to)
                .mapToObj(i -> {
                    ObjectNode pod = Ground.pod(of + "-" + i, 4);
                    as.accept(i, pod);
                    ground.make(pod);
                    return of + "-" + i;
                })
                .toList();
    }

    private boolean bound(List<String> pods) {
        return pods.stream().noneMatch(pod -> ground.nodeOf(pod).isEmpty());
    }

    private JsonNode members(String gang) {
        return ground.gang(gang).path("spec").path("classes").path(0);
    }

    @Test
    void volcanosGroupMayBeDeclaredAfterItsPodsAndItsKindLaterStill() throws Exception {
        List<String> pods = pods("v", 0, 3, (_, pod) -> {
            pod.withObject("/spec").put("schedulerName", "volcano");
            pod.withObject("/metadata/annotations")
                    .put("scheduling.k8s.io/group-name", "pg")
                    .put("volcano.sh/task-spec", "worker");
        });
        ground.await(
                "they say what is missing",
                () -> ground.why("v-0").equals("MembersMissing: group volcano/pg is not declared yet"));
        define("scheduling.volcano.sh", "v1beta1");
        group("scheduling.volcano.sh", "v1beta1", "pg", 3);
        ground.await("all are bound", () -> bound(pods));
        assertThat(members("pg").path("min").asInt()).isEqualTo(3);
        assertThat(members("pg").path("name").asText()).startsWith("worker-");
        assertThat(ground.podNamed("v-0").path("spec").path("schedulerName").asText())
                .isEqualTo("default-scheduler");
    }

    @Test
    void aCoschedulingGroupOfSeveralControllersStartsWholeAndWhatComesLaterAlone() throws Exception {
        define("scheduling.x-k8s.io", "v1alpha1");
        group("scheduling.x-k8s.io", "v1alpha1", "cg", 3);
        java.util.function.BiConsumer<Integer, ObjectNode> as = (i, pod) -> {
            pod.withObject("/metadata/labels").put("scheduling.x-k8s.io/pod-group", "cg");
            pod.withObject("/metadata")
                    .putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", "batch/v1")
                    .put("kind", "Foreign")
                    .put("name", "j" + i)
                    .put("uid", "uid-" + i)
                    .put("controller", true);
        };
        List<String> two = pods("c", 0, 2, as);
        ground.await(
                "two of three", () -> ground.why("c-0").equals("MembersMissing: of its 3 pods some do not exist yet"));
        assertThat(bound(two.subList(0, 1))).isFalse();
        List<String> third = pods("c", 2, 3, as);
        ground.await("all are bound", () -> bound(two) && bound(third));
        List<String> later = pods("c", 3, 4, as);
        ground.await("one that came later too", () -> bound(later));
        assertThat(ground.podNamed("c-3")
                        .path("metadata")
                        .path("labels")
                        .path("kumiki.io/gang")
                        .asText())
                .startsWith("one-");
    }

    @Test
    void kaiAndKueue() throws Exception {
        define("scheduling.run.ai", "v2alpha2");
        group("scheduling.run.ai", "v2alpha2", "kg", 2);
        List<String> kai = pods("k", 0, 2, (_, pod) -> {
            pod.withObject("/spec").put("schedulerName", "kai-scheduler");
            pod.withObject("/metadata/labels").put("kai.scheduler/queue", "q");
            pod.withObject("/metadata/annotations").put("pod-group-name", "kg");
        });
        List<String> kueue = pods("q", 0, 2, (_, pod) -> {
            pod.withObject("/metadata/labels")
                    .put("kueue.x-k8s.io/queue-name", "q")
                    .put("kueue.x-k8s.io/pod-group-name", "qg");
            pod.withObject("/metadata/annotations").put("kueue.x-k8s.io/pod-group-total-count", "2");
        });
        ground.await("all are bound", () -> bound(kai) && bound(kueue));
        assertThat(members("kg").path("min").asInt()).isEqualTo(2);
        assertThat(members("qg").path("max").asInt()).isEqualTo(2);
        // A queue without a group is a pod for itself.
        ObjectNode alone = Ground.pod("alone", 1);
        alone.withObject("/spec").put("schedulerName", "kai-scheduler");
        alone.withObject("/metadata/labels").put("kai.scheduler/queue", "q");
        ground.make(alone);
        ground.await("it is bound", () -> !ground.nodeOf("alone").isEmpty());
    }

    private void priorityClass(String name, int value) {
        ObjectNode high = Json.object().put("value", value);
        high.putObject("metadata").put("name", name);
        ground.create(new ResourceType("scheduling.k8s.io", "v1", "priorityclasses"), "", high);
    }

    private String said(String gang) {
        return ground.gang(gang).path("status").path("message").asText();
    }

    @Test
    void volcanosPriorityAndPlaceAreFollowedAndItsQueueIsNamed() throws Exception {
        priorityClass("urgent", 5000);
        define("scheduling.volcano.sh", "v1beta1");
        ObjectNode spec =
                Json.object().put("minMember", 4).put("queue", "research").put("priorityClassName", "urgent");
        spec.putObject("networkTopology").put("mode", "hard").put("highestTierAllowed", 1);
        group("scheduling.volcano.sh", "v1beta1", "pg", spec);
        List<String> pods = pods(
                "v",
                0,
                4,
                (_, pod) -> pod.withObject("/metadata/annotations").put("scheduling.k8s.io/group-name", "pg"));
        ground.await("all are bound", () -> bound(pods));
        assertThat(ground.gang("pg").path("spec").path("priority").asInt()).isEqualTo(5000);
        assertThat(ground.gang("pg").path("spec").path("required").asText()).isEqualTo("rack");
        assertThat(pods.stream().map(pod -> rackOf(ground.nodeOf(pod))).distinct())
                .hasSize(1);
        ground.await(
                "what is not followed is said",
                () -> said("pg").endsWith("not followed: queue research (quota goes by namespace here)"));
    }

    private String rackOf(String node) {
        return ground.client
                .nodes()
                .withName(node)
                .get()
                .getMetadata()
                .getLabels()
                .getOrDefault("topology.kubernetes.io/rack", "");
    }

    @Test
    void kueuesTopologyThatThereIsNotKeepsItWaitingWithASentence() throws Exception {
        java.util.function.BiConsumer<Integer, ObjectNode> as = (_, pod) -> {
            pod.withObject("/metadata/labels")
                    .put("kueue.x-k8s.io/pod-group-name", "qg")
                    .put("kueue.x-k8s.io/priority-class", "nobody");
            pod.withObject("/metadata/annotations")
                    .put("kueue.x-k8s.io/pod-group-total-count", "2")
                    .put("kueue.x-k8s.io/podset-required-topology", "cloud.provider.com/topology-rack");
        };
        List<String> pods = pods("q", 0, 2, as);
        ground.await(
                "it says which levels there are",
                () -> said("qg")
                        .equals("the topology has no level 'cloud.provider.com/topology-rack'; it has zone, rack;"
                                + " not followed: there is no WorkloadPriorityClass nobody"));
        assertThat(bound(pods.subList(0, 1))).isFalse();
    }
}
