package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How pods enter by the webhook: real TLS, the API server's own match conditions.
class DoorsIT {
    private static final ResourceType WEBHOOKS =
            new ResourceType("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations");

    @TempDir
    Path folder;

    private Ground ground;

    @BeforeEach
    void start() throws Exception {
        ground = Ground.byWebhook(
                folder, "2 x gpu=8 type=H100", new PodAdmission.Rules(Set.of(), "", Set.of("volcano")));
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    private static JsonNode annotations(JsonNode pod) {
        return pod.path("metadata").path("annotations");
    }

    private static String pin(JsonNode pod) {
        return pod.path("spec")
                .path("affinity")
                .path("nodeAffinity")
                .path("requiredDuringSchedulingIgnoredDuringExecution")
                .path("nodeSelectorTerms")
                .path(0)
                .path("matchFields")
                .path(0)
                .path("values")
                .path(0)
                .asText("");
    }

    @Test
    void aPodThatCanBePlacedIsPinnedByTheAnswerAndOneThatCannotIsPlacedWhenThereIsRoom() throws Exception {
        ObjectNode first = ground.make(Ground.pod("first", 8));
        assertThat(pin(first)).startsWith("sim-h100-");
        assertThat(annotations(first).path("kumiki.io/claim").asText()).isNotEmpty();
        assertThat(first.path("spec").has("schedulingGates")).isFalse();
        ObjectNode second = ground.make(Ground.pod("second", 8));
        assertThat(pin(second)).startsWith("sim-h100-").isNotEqualTo(pin(first));
        ground.await(
                "both run where they were pinned",
                () -> ground.nodeOf("first").equals(pin(first))
                        && ground.nodeOf("second").equals(pin(second)));

        ObjectNode third = ground.make(Ground.pod("third", 4));
        assertThat(pin(third)).isEmpty();
        assertThat(third.path("spec")
                        .path("schedulingGates")
                        .path(0)
                        .path("name")
                        .asText())
                .isEqualTo("kumiki.io/queue");
        assertThat(annotations(third).path("kumiki.io/why").asText())
                .startsWith("NoRoom: no node has room now; ")
                .contains("2 nodes (lack free GPUs)");
        ground.delete("first");
        ground.await(
                "the waiting one takes its place", () -> ground.nodeOf("third").equals(pin(first)));
    }

    @Test
    void whoeverIsNotOursIsLeftAlone() throws Exception {
        assertThat(ground.make(Ground.pod("plain", 0)).path("spec").has("affinity"))
                .isFalse();
        ObjectNode other = Ground.pod("other", 1);
        other.withObject("/spec").put("schedulerName", "somebody-else");
        assertThat(ground.make(other).path("spec").has("affinity")).isFalse();
    }

    private static ObjectNode ported(String name, int gpus) {
        ObjectNode ported = Ground.pod(name, gpus);
        ((ObjectNode) ported.path("spec").path("containers").path(0))
                .putArray("ports")
                .addObject()
                .put("containerPort", 80)
                .put("hostPort", 80);
        return ported;
    }

    @Test
    void whereOnlyTheSchedulerKnowsTheNodesItIsAskedForThemAndTheBestIsTaken() throws Exception {
        String filled = pin(ground.make(Ground.pod("seven", 7)));
        ObjectNode made = ground.make(ported("first", 1));
        assertThat(made.path("spec").has("affinity")).isFalse();
        assertThat(made.path("spec").has("schedulingGates")).isFalse();
        ground.await(
                "it goes where it spoils least", () -> ground.nodeOf("first").equals(filled));
        ground.make(ported("second", 1));
        ground.await(
                "its port is taken there",
                () -> !ground.nodeOf("second").isEmpty()
                        && !ground.nodeOf("second").equals(filled));
        ground.make(ported("third", 1));
        ground.await(
                "it says why it waits",
                () -> ground.why("third")
                        .equals("NoRoom: the scheduler finds no node that the pod's other wishes allow"));
        // What they take is counted.
        assertThat(pin(ground.make(Ground.pod("rest", 7)))).isEqualTo(ground.nodeOf("second"));
        assertThat(pin(ground.make(Ground.pod("one", 1)))).isEmpty();
    }

    private static ObjectNode part(ObjectNode pod) {
        ObjectNode resources = (ObjectNode) pod.at("/spec/containers/0/resources");
        for (String list : List.of("requests", "limits")) {
            resources.withObject("/" + list).put("kumiki.io/gpu-milli", "500");
        }
        return pod;
    }

    private String devices(JsonNode pod) {
        return annotations(pod).path("kumiki.io/devices").asText("none");
    }

    @Test
    void whichSharedDeviceAPodHasIsSaidBeforeItIsBoundByEachDoor() throws Exception {
        List<String> unsaid = new CopyOnWriteArrayList<>();
        try (var watch = ground.cluster.cluster().watch(ResourceType.PODS, "team", Selection.ALL, 0, event -> {
            if (!event.object().path("spec").path("nodeName").asText("").isEmpty()
                    && devices(event.object()).equals("none")) {
                unsaid.add(event.object().path("metadata").path("name").asText());
            }
        })) {
            assertThat(watch).isNotNull();
            ground.make(part(Ground.pod("queued", 0)));
            String node = ground.client
                    .nodes()
                    .list()
                    .getItems()
                    .getFirst()
                    .getMetadata()
                    .getName();
            ground.client
                    .nodes()
                    .withName(node)
                    .edit(each -> new NodeBuilder(each)
                            .editMetadata()
                            .addToLabels("kumiki.io/gpu-mode", "shared")
                            .addToLabels("kumiki.io/gpu-count", "2")
                            .endMetadata()
                            .build());
            ground.await("it is let go", () -> ground.nodeOf("queued").equals(node));
            assertThat(ground.make(part(ported("more", 0))).path("spec").has("schedulingGates"))
                    .isFalse();
            ground.await("it is led", () -> ground.nodeOf("more").equals(node));
            ObjectNode pinned = ground.make(part(Ground.pod("pinned", 0)));
            assertThat(pin(pinned)).isEqualTo(node);
            assertThat(devices(pinned)).isEqualTo("1");
            ObjectNode member = part(Ground.pod("member", 0));
            member.withObject("/metadata/labels").put("kumiki.io/gang", "parts");
            member.withObject("/metadata/annotations").put("kumiki.io/gang-size", "1");
            ground.make(member);
            ground.await(
                    "both are bound",
                    () -> ground.nodeOf("pinned").equals(node)
                            && ground.nodeOf("member").equals(node));
        }
        assertThat(unsaid).isEmpty();
        assertThat(List.of("queued", "more", "pinned", "member"))
                .extracting(pod -> devices(ground.podNamed(pod)))
                .containsExactly("0", "0", "1", "1");
    }

    @Test
    void aDryRunTakesNothing() {
        var dry = new WriteOptions("test", true, false, "Ignore", _ -> {}, io.kumiki.kube.Caller.SYSTEM);
        for (int i = 0; i < 3; i++) {
            assertThat(pin(ground.cluster.cluster().create(ResourceType.PODS, "team", Ground.pod("p", 8), dry)))
                    .isNotEmpty();
        }
    }

    @Test
    void aTenantsQuotaHoldsForSinglePods() throws Exception {
        ObjectNode root = Json.object();
        root.putObject("metadata").put("name", "all");
        root.putObject("spec").putObject("guaranteed").put("nvidia.com/gpu", "16");
        ground.create(Ground.QUOTAS, "", root);
        ObjectNode tenant = Json.object();
        tenant.putObject("metadata").put("name", "small");
        ObjectNode spec = tenant.putObject("spec").put("parent", "all");
        spec.putObject("guaranteed").put("nvidia.com/gpu", "4");
        spec.putObject("limit").put("nvidia.com/gpu", "4");
        spec.putArray("namespaces").add("team");
        ground.create(Ground.QUOTAS, "", tenant);
        ground.make(Ground.pod("five", 5));
        ground.await(
                "the quota is named",
                () -> ground.why("five")
                        .equals("QuotaLimit: 5 nvidia.com/gpu wanted, 1 too many for the limit of quota small"));
        ground.make(ported("led", 5));
        ground.await(
                "it is named to a pod that is led, too",
                () -> ground.why("led").startsWith("QuotaLimit: 5 nvidia.com/gpu wanted"));
        ObjectNode three = ground.make(Ground.pod("three", 3));
        assertThat(pin(three)).isNotEmpty();
        assertThat(pin(ground.make(Ground.pod("two", 2)))).isEmpty();
    }

    @Test
    void forgedMarksAreRefusedOrTakenOff() throws Exception {
        ObjectNode marked = Ground.pod("marked", 1);
        ((ObjectNode) marked.path("spec")
                        .path("containers")
                        .path(0)
                        .path("resources")
                        .path("limits"))
                .put("kumiki.io/bind", "1");
        ((ObjectNode) marked.path("spec")
                        .path("containers")
                        .path(0)
                        .path("resources")
                        .path("requests"))
                .put("kumiki.io/bind", "1");
        assertThatThrownBy(() -> ground.make(marked))
                .isInstanceOf(ApiFault.class)
                .hasMessageContaining("kumiki.io/bind is no resource to ask for");

        ObjectNode member = Ground.pod("member", 1);
        member.withObject("/metadata/labels").put("kumiki.io/gang", "g");
        member.withObject("/metadata")
                .withObject("/annotations")
                .put("kumiki.io/reservation", "uid.0")
                .put("kumiki.io/gang-slot", "0");
        assertThatThrownBy(() -> ground.make(member))
                .isInstanceOf(ApiFault.class)
                .hasMessageContaining("there is no gang team/g whose controller is the pod's own");

        ObjectNode single = Ground.pod("single", 1);
        single.withObject("/metadata")
                .withObject("/annotations")
                .put("kumiki.io/claim", "mine")
                .put("kumiki.io/devices", "7");
        ObjectNode made = ground.make(single);
        assertThat(annotations(made).path("kumiki.io/claim").asText()).isNotEqualTo("mine");
        assertThat(annotations(made).has("kumiki.io/devices")).isFalse();
    }

    @Test
    void aMemberOfAnotherControllerDoesNotCount() throws Exception {
        for (int i = 0; i < 2; i++) {
            ObjectNode pod = Ground.pod("g-" + i, 1);
            pod.withObject("/metadata/labels").put("kumiki.io/gang", "g");
            pod.withObject("/metadata").withObject("/annotations").put("kumiki.io/gang-size", "2");
            ObjectNode owner =
                    pod.withObject("/metadata").putArray("ownerReferences").addObject();
            owner.put("apiVersion", "batch/v1")
                    .put("kind", "Foreign")
                    .put("name", "of-" + i)
                    .put("uid", "uid-" + i)
                    .put("controller", true);
            ground.make(pod);
        }
        ground.await(
                "one is missing",
                () -> ground.gang("g").path("status").path("message").asText().equals("1 of 2 pods exist"));
    }

    @Test
    void theCertificateIsRenewedAndTheApiServerToldOfIt() throws Exception {
        var secrets = ground.client.secrets().inNamespace("kube-system").withName("kumiki-extender-webhook");
        String before = secrets.get().getData().get("tls.crt");
        JsonNode hook = ground.cluster
                .cluster()
                .get(WEBHOOKS, "", "kumiki-extender")
                .path("webhooks")
                .path(0);
        assertThat(hook.path("failurePolicy").asText()).isEqualTo("Fail");
        assertThat(hook.path("timeoutSeconds").asInt()).isEqualTo(2);
        secrets.edit(secret -> {
            secret.getData().put("tls.crt", secret.getData().get("ca.crt"));
            secret.getData().remove("ca.key");
            return secret;
        });
        ground.webhook.renew();
        assertThat(secrets.get().getData().get("tls.crt")).isNotEqualTo(before);
        assertThat(ground.cluster
                        .cluster()
                        .get(WEBHOOKS, "", "kumiki-extender")
                        .path("webhooks")
                        .path(0)
                        .path("clientConfig")
                        .path("caBundle")
                        .asText())
                .isNotEqualTo(hook.path("clientConfig").path("caBundle").asText())
                .isEqualTo(secrets.get().getData().get("ca.crt"));
        assertThat(pin(ground.make(Ground.pod("after", 1)))).isNotEmpty();
    }

    @Test
    void aBindOfAPodWithoutAPlaceIsRefusedAfterOneLook() throws Exception {
        ObjectNode stranger = ground.make(Ground.pod("stranger", 0));
        String uid = stranger.path("metadata").path("uid").asText();
        assertThat(bind("stranger", uid)).contains("no member of a gang that is known here");
        assertThat(bind("nobody", "no-such-uid")).contains("the pod is not known here");
    }

    private String bind(String name, String uid) throws Exception {
        ObjectNode call = Json.object()
                .put("PodName", name)
                .put("PodNamespace", "team")
                .put("PodUID", uid)
                .put("Node", "sim-h100-0");
        try (var http = java.net.http.HttpClient.newHttpClient()) {
            var request = java.net.http.HttpRequest.newBuilder(
                            java.net.URI.create("http://127.0.0.1:" + ground.extender.port() + "/scheduler/bind"))
                    .header("content-type", "application/json")
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(Json.write(call)))
                    .build();
            var answer = http.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
            return Json.parse(answer.body()).path("Error").asText();
        }
    }
}
