package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decision;
import io.kumiki.planner.fact.CapacityFact;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CapacityRequestsTest {
    private static final Decision.AskCapacity ASK = new Decision.AskCapacity(
            "ns",
            "train-2",
            "train",
            "uid-1",
            2,
            List.of(
                    new Gang.Members(
                            "worker",
                            4,
                            8,
                            0,
                            Map.of("cpu", "500m", "nvidia.com/gpu", "8", "kumiki.io/bind", "1"),
                            Map.of("pool", "gpu"),
                            List.of(new Gang.Term(List.of(new Gang.Requirement("zone", "In", List.of("a"))))),
                            List.of(new Gang.Toleration("t", "Exists", null, null))),
                    new Gang.Members("extra", 0, 2, 0, Map.of("cpu", "1"), null, null, null)));

    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"'));
    }

    @Test
    void aTemplateForEachClassThatMustBeThereAndTheRequestLast() {
        List<ObjectNode> objects = CapacityRequests.objects(ASK);
        assertThat(objects)
                .extracting(object -> object.path("kind").asText())
                .containsExactly("PodTemplate", "ProvisioningRequest");
        assertThat(objects.get(1).path("spec"))
                .isEqualTo(json("{'provisioningClassName':'best-effort-atomic-scale-up.autoscaling.x-k8s.io',"
                        + "'podSets':[{'count':4,'podTemplateRef':{'name':'train-2-worker'}}]}"));
        assertThat(objects.get(0).path("metadata").path("name").asText()).isEqualTo("train-2-worker");
        JsonNode spec = objects.get(0).path("template").path("spec");
        assertThat(spec.path("containers").path(0).path("resources").path("requests"))
                .isEqualTo(json("{'cpu':'500m','nvidia.com/gpu':'8'}"));
        assertThat(spec.path("nodeSelector")).isEqualTo(json("{'pool':'gpu'}"));
        assertThat(spec.path("tolerations")).isEqualTo(json("[{'key':'t','operator':'Exists'}]"));
        assertThat(spec.at("/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms"))
                .isEqualTo(json("[{'matchExpressions':[{'key':'zone','operator':'In','values':['a']}]}]"));
        objects.forEach(object -> assertThat(
                        object.at("/metadata/ownerReferences/0/uid").asText())
                .isEqualTo("uid-1"));
    }

    @Test
    void thoseForPodsWithoutAGangAreOwnedByNobodyAndAreOurs() {
        var shape = new Gang.Members("pod", 3, 3, 0, Map.of("cpu", "1"), null, null, null);
        List<ObjectNode> objects =
                CapacityRequests.objects(new Decision.AskCapacity("ns", "pods-1a-3", "", "", 3, List.of(shape)));
        assertThat(objects.getLast().at("/spec/podSets/0/count").asInt()).isEqualTo(3);
        objects.forEach(object ->
                assertThat(object.path("metadata").has("ownerReferences")).isFalse());
        assertThat(CapacityRequests.fact(objects.getLast()))
                .isEqualTo(new CapacityFact("ns", "pods-1a-3", "", 3, CapacityFact.Stage.ASKED, ""));
    }

    private static CapacityFact read(String conditions) {
        return CapacityRequests.fact(json("{'metadata':{'namespace':'ns','name':'train-2','labels':"
                + "{'kumiki.io/gang':'train'},'annotations':{'kumiki.io/attempt':'2'}},'status':{'conditions':["
                + conditions + "]}}"));
    }

    private static String condition(String type, String status) {
        return "{'type':'" + type + "','status':'" + status + "','message':'of " + type + "'}";
    }

    @Test
    void itsConditionsAreReadBack() {
        assertThat(CapacityRequests.fact(json("{'metadata':{'namespace':'ns','name':'theirs'}}")))
                .isNull();
        assertThat(read("")).isEqualTo(new CapacityFact("ns", "train-2", "train", 2, CapacityFact.Stage.ASKED, ""));
        assertThat(read(condition("Accepted", "True")).stage()).isEqualTo(CapacityFact.Stage.ASKED);
        assertThat(read(condition("Accepted", "True") + "," + condition("Provisioned", "False"))
                        .stage())
                .isEqualTo(CapacityFact.Stage.ASKED);
        assertThat(read(condition("Provisioned", "True")))
                .isEqualTo(new CapacityFact(
                        "ns", "train-2", "train", 2, CapacityFact.Stage.PROVISIONED, "of Provisioned"));
        assertThat(read(condition("Failed", "True")).says()).isEqualTo("of Failed");
        assertThat(read(condition("BookingExpired", "True") + "," + condition("Provisioned", "True"))
                        .stage())
                .isEqualTo(CapacityFact.Stage.EXPIRED);
        assertThat(read(condition("CapacityRevoked", "True")).stage()).isEqualTo(CapacityFact.Stage.EXPIRED);
    }
}
