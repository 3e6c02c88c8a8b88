package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeControllersTest {
    private final Rig rig = new Rig();

    NodeControllersTest() {
        rig.create(ResourceType.NAMESPACES, "", "{'metadata':{'name':'kube-node-lease'}}");
    }

    private void renew(String node) {
        String spec = "{'spec':{'renewTime':'" + rig.now + "'}}";
        if (rig.cluster.get(ResourceType.LEASES, "kube-node-lease", node) == null) {
            rig.create(ResourceType.LEASES, "kube-node-lease", "{'metadata':{'name':'" + node + "'}}");
        }
        rig.cluster.patch(ResourceType.LEASES, "kube-node-lease", node, "", PatchType.MERGE, Rig.json(spec), Rig.BY);
        rig.settle();
    }

    private ObjectNode node(String name) {
        ObjectNode found = rig.cluster.get(ResourceType.NODES, "", name);
        if (found == null) {
            throw new AssertionError(name);
        }
        return found;
    }

    private List<String> taints(String node) {
        return java.util.stream.StreamSupport.stream(
                        node(node).path("spec").path("taints").spliterator(), false)
                .map(t -> t.path("key").asText().replace("node.kubernetes.io/", "") + ":"
                        + t.path("effect").asText())
                .sorted()
                .toList();
    }

    private ObjectNode pod(String name, String node, String more) {
        return rig.create(
                ResourceType.PODS,
                "n",
                "{'metadata':{'name':'" + name + "','labels':{'app':'" + name + "'}},'spec':{'nodeName':'" + node + "',"
                        + more
                        + "'containers':[{'name':'c','image':'x','ports':[{'name':'web','containerPort':8080}]}]}}");
    }

    @Test
    void aLostNodeIsTaintedAndEvictedAfterFiveMinutes() {
        renew("a");
        renew("b");
        pod("p", "a", "");
        pod("q", "a", "'tolerations':[{'operator':'Exists'}],");
        rig.settle();
        assertThat(rig.get(ResourceType.PODS, "p").path("spec").path("tolerations"))
                .hasSize(2);
        assertThat(rig.controllers.nextDue()).isEqualTo(rig.now.plusSeconds(40));
        rig.now = rig.now.plusSeconds(41);
        renew("b");
        JsonNode ready = Conditions.find(node("a").path("status"), "Ready");
        assertThat(ready.path("status").asText() + " " + ready.path("reason").asText())
                .isEqualTo("Unknown NodeStatusUnknown");
        assertThat(taints("a")).containsExactly("unreachable:NoExecute", "unreachable:NoSchedule");
        assertThat(taints("b")).isEmpty();
        assertThat(Conditions.holds(rig.get(ResourceType.PODS, "p").path("status"), "Ready"))
                .isFalse();
        rig.ignored = pod -> true;
        for (int i = 0; i < 9; i++) {
            rig.now = rig.now.plusSeconds(33);
            renew("b");
        }
        assertThat(Meta.deleting(rig.get(ResourceType.PODS, "p"))).isFalse();
        rig.now = rig.now.plusSeconds(10);
        renew("b");
        ObjectNode gone = rig.get(ResourceType.PODS, "p");
        assertThat(Meta.deleting(gone)).isTrue();
        assertThat(Conditions.find(gone.path("status"), "DisruptionTarget")
                        .path("reason")
                        .asText())
                .isEqualTo("DeletionByTaintManager");
        assertThat(rig.events("p")).contains("TaintManagerEviction: Marking for deletion Pod n/p");
        assertThat(Meta.deleting(rig.get(ResourceType.PODS, "q"))).isFalse();
    }

    @Test
    void whenNoNodeIsWellNobodyIsEvicted() {
        for (String node : List.of("a", "b", "c")) {
            renew(node);
        }
        rig.pass(Duration.ofSeconds(60));
        assertThat(taints("a")).contains("unreachable:NoSchedule");
        for (String node : List.of("a", "b", "c")) {
            assertThat(taints(node)).doesNotContain("unreachable:NoExecute");
        }
        pod("p", "c", "");
        rig.pass(Duration.ofMinutes(20));
        assertThat(Meta.deleting(rig.get(ResourceType.PODS, "p"))).isFalse();
    }

    @Test
    void aLostNodeIsEvictedOnceAnotherIsBackAndNotWhenThatIsLostToo() {
        for (String node : List.of("a", "b", "c")) {
            renew(node);
        }
        rig.pass(Duration.ofSeconds(60));
        assertThat(taints("a")).containsExactly("unreachable:NoSchedule");
        renew("b");
        rig.cluster.patch(
                ResourceType.NODES,
                "",
                "b",
                "status",
                PatchType.MERGE,
                Rig.json("{'status':{'conditions':[{'type':'Ready','status':'True'}]}}"),
                Rig.BY);
        rig.settle();
        assertThat(taints("a")).containsExactly("unreachable:NoExecute", "unreachable:NoSchedule");
        assertThat(taints("b")).isEmpty();
        rig.pass(Duration.ofSeconds(60));
        assertThat(taints("a")).containsExactly("unreachable:NoSchedule");
    }

    @Test
    void cordonsAndPressuresAreTaints() {
        rig.cluster.patch(
                ResourceType.NODES,
                "",
                "a",
                "",
                PatchType.MERGE,
                Rig.json("{'spec':{'unschedulable':true,'taints':[{'key':'mine','effect':'NoSchedule'}]}}"),
                Rig.BY);
        rig.cluster.patch(
                ResourceType.NODES,
                "",
                "a",
                "status",
                PatchType.MERGE,
                Rig.json(
                        "{'status':{'conditions':[{'type':'Ready','status':'False'},{'type':'DiskPressure','status':'True'}]}}"),
                Rig.BY);
        rig.settle();
        assertThat(taints("a"))
                .containsExactly(
                        "disk-pressure:NoSchedule",
                        "mine:NoSchedule",
                        "not-ready:NoExecute",
                        "not-ready:NoSchedule",
                        "unschedulable:NoSchedule");
        rig.cluster.patch(
                ResourceType.NODES, "", "a", "", PatchType.MERGE, Rig.json("{'spec':{'unschedulable':null}}"), Rig.BY);
        rig.cluster.patch(
                ResourceType.NODES,
                "",
                "a",
                "status",
                PatchType.MERGE,
                Rig.json("{'status':{'conditions':[{'type':'Ready','status':'True'}]}}"),
                Rig.BY);
        rig.settle();
        assertThat(taints("a")).containsExactly("mine:NoSchedule");
    }

    @Test
    void aTaintOfTheUsersEvictsAtOnce() {
        pod("p", "a", "");
        rig.settle();
        rig.cluster.patch(
                ResourceType.NODES,
                "",
                "a",
                "",
                PatchType.MERGE,
                Rig.json("{'spec':{'taints':[{'key':'k','effect':'NoExecute'}]}}"),
                Rig.BY);
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).isEmpty();
    }

    @Test
    void podsOfANodeThatIsNotThereGo() {
        pod("early", "later", "");
        pod("p", "a", "");
        rig.settle();
        rig.cluster.create(ResourceType.NODES, "", Rig.json("{'metadata':{'name':'later'}}"), Rig.BY);
        rig.pass(Duration.ofSeconds(60));
        assertThat(rig.names(ResourceType.PODS)).containsExactly("early", "p");
        rig.cluster.delete(ResourceType.NODES, "", "a", Deletion.DEFAULT);
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).containsExactly("early");
    }

    @Test
    void oldEventsAndTooManyEndedPodsGo() {
        rig.controllers =
                rig.cluster.controllers(new ControllerSettings(Duration.ofSeconds(40), 10, Duration.ofHours(1)));
        for (int i = 0; i < 12; i++) {
            rig.now = rig.now.plusSeconds(1);
            pod("p" + i, "a", "'restartPolicy':'Never',");
            rig.settle();
        }
        assertThat(rig.names(ResourceType.PODS))
                .hasSizeBetween(9, 10)
                .doesNotContain("p0")
                .contains("p11");
        rig.create(
                ResourceType.EVENTS,
                "n",
                "{'metadata':{'name':'e'},'involvedObject':{'namespace':'n'},'reason':'R','lastTimestamp':'" + rig.now
                        + "'}");
        rig.pass(Duration.ofMinutes(59));
        assertThat(rig.names(ResourceType.EVENTS)).contains("e");
        rig.pass(Duration.ofMinutes(2));
        assertThat(rig.names(ResourceType.EVENTS)).isEmpty();
    }

    @Test
    void endpointSlicesFollowTheirPods() {
        rig.create(
                ResourceType.SERVICES,
                "n",
                "{'metadata':{'name':'s'},'spec':{'selector':{'app':'p'},'ports':[{'port':80,'targetPort':'web'}]}}");
        rig.settle();
        ObjectNode empty = rig.list(ResourceType.ENDPOINT_SLICES).getFirst();
        assertThat(empty.path("endpoints")).isEmpty();
        assertThat(Meta.label(empty, "kubernetes.io/service-name")).isEqualTo("s");
        pod("p", "a", "'hostname':'h','subdomain':'s',");
        rig.settle();
        ObjectNode slice = rig.list(ResourceType.ENDPOINT_SLICES).getFirst();
        assertThat(rig.list(ResourceType.ENDPOINT_SLICES)).hasSize(1);
        assertThat(slice.at("/ports/0/port").asInt()).isEqualTo(8080);
        JsonNode endpoint = slice.at("/endpoints/0");
        assertThat(endpoint.path("conditions").toString())
                .isEqualTo("{\"ready\":true,\"serving\":true,\"terminating\":false}");
        assertThat(endpoint.path("hostname").asText()
                        + endpoint.path("nodeName").asText()
                        + endpoint.at("/targetRef/name").asText())
                .isEqualTo("hap");
        rig.merge(ResourceType.PODS, "p", "{'metadata':{'labels':{'app':'other'}}}");
        rig.settle();
        assertThat(rig.list(ResourceType.ENDPOINT_SLICES).getFirst().path("endpoints"))
                .isEmpty();
        rig.delete(ResourceType.SERVICES, "s", null);
        rig.settle();
        assertThat(rig.list(ResourceType.ENDPOINT_SLICES)).isEmpty();
    }

    @Test
    void aBudgetCountsWhatMayGo() {
        rig.create(ResourceType.DEPLOYMENTS, "n", Rig.workload("d", "'replicas':4,", "x"));
        rig.create(
                ResourceType.DISRUPTION_BUDGETS,
                "n",
                "{'metadata':{'name':'least'},'spec':{'minAvailable':3,'selector':{'matchLabels':{'app':'d'}}}}");
        rig.create(
                ResourceType.DISRUPTION_BUDGETS,
                "n",
                "{'metadata':{'name':'most'},'spec':{'maxUnavailable':'50%','selector':{'matchLabels':{'app':'d'}}}}");
        rig.settle();
        JsonNode least = rig.get(ResourceType.DISRUPTION_BUDGETS, "least").path("status");
        assertThat(least.path("disruptionsAllowed").asInt() + " "
                        + least.path("currentHealthy").asInt() + " "
                        + least.path("desiredHealthy").asInt() + " "
                        + least.path("expectedPods").asInt())
                .isEqualTo("1 4 3 4");
        assertThat(Conditions.find(least, "DisruptionAllowed").path("reason").asText())
                .isEqualTo("SufficientPods");
        JsonNode most = rig.get(ResourceType.DISRUPTION_BUDGETS, "most").path("status");
        assertThat(most.path("disruptionsAllowed").asInt() + " "
                        + most.path("desiredHealthy").asInt())
                .isEqualTo("2 2");
        rig.merge(ResourceType.DEPLOYMENTS, "d", "{'spec':{'replicas':2}}");
        rig.settle();
        assertThat(rig.get(ResourceType.DISRUPTION_BUDGETS, "least")
                        .at("/status/disruptionsAllowed")
                        .asInt())
                .isZero();
    }
}
