package io.kumiki.kube.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeTableTest {
    private final NodeTable table = new NodeTable(Set.of("kumiki.io/plan"));

    private static ObjectNode node(String name, String cpu, String labels, String spec) {
        ObjectNode node = Json.object();
        node.putObject("metadata").put("name", name).set("labels", Json.parse(labels));
        node.set("spec", Json.parse(spec));
        ObjectNode status = node.putObject("status");
        status.putObject("allocatable").put("cpu", cpu).put("memory", "16Gi").put("pods", "10");
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        return node;
    }

    private static ObjectNode pod(String name, String spec) {
        ObjectNode pod = Json.object();
        pod.putObject("metadata")
                .put("name", name)
                .put("uid", "u-" + name)
                .put("namespace", "ns")
                .putObject("labels")
                .put("app", name.substring(0, 1));
        pod.set("spec", Json.parse(spec.replace('\'', '"')));
        return pod;
    }

    private static String cpu(String amount) {
        return "{'containers':[{'name':'c','resources':{'requests':{'cpu':'" + amount + "'}}}]}";
    }

    private String why(JsonNode pod) {
        NodeTable.Filtered filtered = table.filter(pod, Claims.NONE);
        return filtered.nodes().isEmpty()
                ? NodeTable.message(filtered, table.nodeCount())
                : String.join(",", filtered.nodes());
    }

    @Test
    void reasonsAreCountedAsKubeSchedulerCountsThem() {
        table.putNode(node("a", "2", "{}", "{}"));
        table.putNode(node("b", "1", "{}", "{}"));
        table.putNode(node(
                "s",
                "64",
                "{}",
                "{\"taints\":[{\"key\":\"kumiki.io/simulated\",\"value\":\"true\",\"effect\":\"NoSchedule\"}]}"));
        table.putNode(node("u", "64", "{}", "{\"unschedulable\":true}"));
        assertThat(why(pod("p", cpu("4"))))
                .isEqualTo("0/4 nodes are available: 1 node(s) had untolerated taint {kumiki.io/simulated: true}, "
                        + "1 node(s) were unschedulable, 2 Insufficient cpu.");
    }

    @Test
    void noNodeAtAll() {
        assertThat(why(pod("p", cpu("1")))).isEqualTo("no nodes available to schedule pods");
    }

    @Test
    void anAssumedPodTakesItsPlaceUntilForgotten() {
        table.putNode(node("a", "2", "{}", "{}"));
        JsonNode first = pod("p", cpu("2"));
        table.assume(first, "a");
        assertThat(why(pod("q", cpu("1")))).contains("Insufficient cpu");
        table.forget("u-p");
        assertThat(why(pod("q", cpu("1")))).isEqualTo("a");
    }

    @Test
    void aBoundPodIsNotForgottenByALateFailure() {
        table.putNode(node("a", "2", "{}", "{}"));
        ObjectNode first = pod("p", cpu("2"));
        table.assume(first, "a");
        ((ObjectNode) first.path("spec")).put("nodeName", "a");
        table.putPod(first);
        table.forget("u-p");
        assertThat(why(pod("q", cpu("1")))).contains("Insufficient cpu");
        table.removePod("u-p");
        assertThat(why(pod("q", cpu("1")))).isEqualTo("a");
    }

    @Test
    void ignoredResourcesAreTheExtendersBusiness() {
        table.putNode(node("a", "2", "{}", "{}"));
        assertThat(why(pod("p", "{'containers':[{'resources':{'requests':{'kumiki.io/plan':'1'}}}]}")))
                .isEqualTo("a");
        assertThat(why(pod("p", "{'containers':[{'resources':{'requests':{'other.io/x':'1'}}}]}")))
                .contains("Insufficient other.io/x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'nodeSelector':{'type':'H100'}}|a",
                "{'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'type','operator':'NotIn','values':['H100']}]}]}}}}|b,c",
                "{'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name','operator':'In','values':['b']}]},{'matchExpressions':[{'key':'size','operator':'Gt','values':['8']}]}]}}}}|b,c",
                "{'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{}]}}}}|0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
                "{'containers':[{'ports':[{'hostPort':80}]}]}|a,b,c",
                "{'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'x'}}}]}}}|a,b",
                "{'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'x'}}}]}}}|c",
                "{'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'x'}}}]}|a,b,c",
            })
    void constraints(String spec, String expected) {
        table.putNode(node("a", "4", "{\"type\":\"H100\",\"zone\":\"1\"}", "{}"));
        table.putNode(node("b", "4", "{\"type\":\"A100\",\"zone\":\"1\",\"size\":\"4\"}", "{}"));
        table.putNode(node("c", "4", "{\"zone\":\"2\",\"size\":\"16\"}", "{}"));
        ObjectNode other = pod("x1", "{'nodeName':'a'}");
        table.putPod(other);
        assertThat(why(pod("p", spec))).isEqualTo(expected);
    }

    @Test
    void spreadAndExistingAntiAffinityAndPortsRefuse() {
        table.putNode(node("a", "4", "{\"zone\":\"1\"}", "{}"));
        table.putNode(node("b", "4", "{\"zone\":\"2\"}", "{}"));
        String spread =
                "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'x'}}}]";
        table.putPod(pod("x1", "{'nodeName':'a'," + spread + "}"));
        assertThat(why(pod("x2", "{" + spread + "}"))).isEqualTo("b");
        table.putPod(
                pod(
                        "y1",
                        "{'nodeName':'b','affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'z'}}}]}}}"));
        assertThat(why(pod("z1", "{}"))).isEqualTo("a");
        table.putPod(pod("w1", "{'nodeName':'a','containers':[{'ports':[{'hostPort':80}]}]}"));
        assertThat(why(pod("v1", "{'containers':[{'ports':[{'hostPort':80}]}]}")))
                .isEqualTo("b");
    }

    @Test
    void tolerations() {
        table.putNode(
                node("s", "64", "{}", "{\"taints\":[{\"key\":\"k\",\"value\":\"v\",\"effect\":\"NoSchedule\"}]}"));
        assertThat(why(pod("p", "{'tolerations':[{'key':'k','operator':'Exists'}]}")))
                .isEqualTo("s");
        assertThat(why(pod("p", "{'tolerations':[{'operator':'Exists'}]}"))).isEqualTo("s");
        assertThat(why(pod("p", "{'tolerations':[{'key':'k','value':'v','effect':'NoSchedule'}]}")))
                .isEqualTo("s");
        assertThat(why(pod("p", "{'tolerations':[{'key':'k','value':'w'}]}"))).contains("untolerated taint {k: v}");
        assertThat(why(pod("p", "{'tolerations':[{'key':'k','value':'v','effect':'NoExecute'}]}")))
                .contains("untolerated");
    }

    @Test
    void claims() {
        table.putNode(node("a", "4", "{}", "{}"));
        JsonNode pod = pod("p", "{'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}");
        assertThat(NodeTable.blockedByClaim(pod, (ns, name) -> new Claims.Claim.Missing()))
                .isEqualTo("persistentvolumeclaim \"data\" not found");
        assertThat(NodeTable.blockedByClaim(pod, (ns, name) -> new Claims.Claim.Unbound()))
                .contains("unbound");
        JsonNode elsewhere = Json.parse(
                "{\"required\":{\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"kubernetes.io/hostname\",\"operator\":\"In\",\"values\":[\"z\"]}]}]}}");
        NodeTable.Filtered filtered = table.filter(pod, (ns, name) -> new Claims.Claim.Bound(elsewhere));
        assertThat(filtered.refusals()).containsEntry("a", "node(s) had volume node affinity conflict");
    }

    @Test
    void theEmptierNodeWinsAndPreferencesCountMore() {
        table.putNode(node("a", "4", "{}", "{}"));
        table.putNode(node("b", "8", "{}", "{}"));
        assertThat(table.score(pod("p", cpu("1")), List.of("a", "b")).get(0).node())
                .isEqualTo("b");
        String prefers =
                "{'affinity':{'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':1,'preference':{'matchFields':[{'key':'metadata.name','operator':'In','values':['a']}]}}]}}}";
        assertThat(table.score(pod("p", prefers), List.of("a", "b")).get(0).node())
                .isEqualTo("a");
    }

    /// Law: whatever is placed where the filter allows it, no node is ever over-committed, and the same seed gives
    /// the same places.
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void neverOverCommits(long seed) {
        assertThat(play(seed)).isEqualTo(play(seed));
    }

    private static String play(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        NodeTable table = new NodeTable(Set.of());
        long[] free = new long[5];
        for (int i = 0; i < free.length; i++) {
            free[i] = 1 + random.nextInt(8);
            table.putNode(node("n" + i, Long.toString(free[i]), "{}", "{}"));
        }
        StringBuilder places = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            int want = 1 + random.nextInt(4);
            JsonNode pod = pod("p" + i, cpu(Integer.toString(want)));
            NodeTable.Filtered filtered = table.filter(pod, Claims.NONE);
            for (int n = 0; n < free.length; n++) {
                assertThat(filtered.nodes().contains("n" + n))
                        .as("seed %d step %d node n%d", seed, i, n)
                        .isEqualTo(free[n] >= want);
            }
            if (!filtered.nodes().isEmpty()) {
                String best = table.score(pod, filtered.nodes()).get(0).node();
                table.assume(pod, best);
                free[Integer.parseInt(best.substring(1))] -= want;
                places.append(best).append(' ');
            }
        }
        return places.toString();
    }
}
