package io.kumiki.extender.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final Format PODGROUP = format("podgroup");
    private static final Format WORKLOAD = format("workload");
    private static final Format VOLCANO = format("volcano");
    private static final Format COSCHEDULING = format("coscheduling");
    private static final Format KAI = format("kai");
    private static final Format KUEUE = format("kueue");

    private static Format format(String name) {
        return java.util.Objects.requireNonNull(Format.of(name + "/"));
    }

    private static Membership of(String pod) {
        return Membership.of(Json.parse(pod));
    }

    @Test
    void eachSystemsMarks() {
        assertThat(of("{'metadata':{'labels':{'app':'x'}},'spec':{}}".replace('\'', '"')))
                .isNull();
        assertThat(of("{'spec':{'schedulingGroup':{'podGroupName':'g'}}}".replace('\'', '"')))
                .isEqualTo(new Membership(PODGROUP, "g", "g", "", 0));
        assertThat(of(("{'spec':{'workloadRef':{'name':'w','podGroup':'p','podGroupReplicaKey':'3'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(WORKLOAD, "w/p", "w-p-3", "", 0));
        assertThat(of(("{'metadata':{'annotations':{'scheduling.k8s.io/group-name':'g',"
                                + "'volcano.sh/task-spec':'worker'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(VOLCANO, "g", "g", "worker", 0));
        assertThat(of("{'metadata':{'annotations':{'scheduling.volcano.sh/group-name':'g'}}}".replace('\'', '"')))
                .isEqualTo(new Membership(VOLCANO, "g", "g", "", 0));
        assertThat(of("{'metadata':{'labels':{'scheduling.x-k8s.io/pod-group':'g'}}}".replace('\'', '"')))
                .isEqualTo(new Membership(COSCHEDULING, "g", "g", "", 0));
        assertThat(of(("{'metadata':{'labels':{'kai.scheduler/queue':'q'},'annotations':{'pod-group-name':'g'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(KAI, "g", "g", "", 0));
        assertThat(of(("{'metadata':{'labels':{'kueue.x-k8s.io/queue-name':'q','kueue.x-k8s.io/pod-group-name':'g'},"
                                + "'annotations':{'kueue.x-k8s.io/pod-group-total-count':'4'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(KUEUE, "g", "g", "", 4));
    }

    @Test
    void aNameThatIsNoneForAnObjectGetsOneOfItsOwn() {
        assertThat(new Membership(KAI, "G_1", "G_1", "", 0).gang()).matches("group-[0-9a-f]+");
        assertThat(new Membership(KAI, "g.1", "g.1", "", 0).gang()).isEqualTo("g.1");
        assertThat(new Membership(KAI, "x".repeat(64), "x".repeat(64), "", 0).gang())
                .matches("group-[0-9a-f]+");
    }

    @Test
    void whatObjectsDeclare() {
        assertThat(minima(PODGROUP, "{'schedulingPolicy':{'gang':{'minCount':3}}}"))
                .isEqualTo(Map.of("o", 3));
        assertThat(minima(PODGROUP, "{'schedulingPolicy':{'basic':{}}}")).isEqualTo(Map.of("o", 1));
        assertThat(minima(PODGROUP, "{'schedulingPolicy':{}}")).isEmpty();
        assertThat(
                        minima(
                                WORKLOAD,
                                "{'podGroups':[{'name':'a','policy':{'gang':{'minCount':2}}},{'name':'b','policy':{'basic':{}}}]}"))
                .isEqualTo(Map.of("o/a", 2, "o/b", 1));
        assertThat(minima(VOLCANO, "{'minMember':5}")).isEqualTo(Map.of("o", 5));
    }

    private static Map<String, Terms> declared(Format format, String spec) {
        return format.declared(Json.parse(("{'metadata':{'name':'o'},'spec':" + spec + "}").replace('\'', '"')));
    }

    private static Map<String, Integer> minima(Format format, String spec) {
        return declared(format, spec).entrySet().stream()
                .collect(java.util.stream.Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().minimum()));
    }

    private static Terms only(Format format, String spec) {
        return declared(format, spec).values().iterator().next();
    }

    @Test
    void priorityQueueAndPlaceOfEachSystem() {
        Terms volcano = only(
                VOLCANO,
                "{'minMember':3,'queue':'q','priorityClassName':'high','minTaskMember':{'worker':2},"
                        + "'networkTopology':{'mode':'hard','highestTierAllowed':2},'subGroupPolicy':[{'name':'s'}]}");
        assertThat(volcano.priority()).isEqualTo(new Terms.Priority("PriorityClass", "high"));
        assertThat(volcano.queue()).isEqualTo("q");
        assertThat(volcano.roles()).isEqualTo(Map.of("worker", 2));
        assertThat(volcano.required()).isEqualTo(new Terms.Place("", 2));
        assertThat(volcano.preferred()).isNull();
        assertThat(volcano.others()).containsExactly("subGroupPolicy");
        Terms soft = only(VOLCANO, "{'minMember':3,'queue':'default','networkTopology':{'mode':'soft'}}");
        assertThat(soft.required()).isNull();
        assertThat(soft.preferred()).isEqualTo(new Terms.Place("", 1));
        assertThat(soft.queue()).isEmpty();
        Terms kai = only(
                KAI,
                "{'minMember':2,'queue':'q','priorityClassName':'train','subGroups':[{'name':'a'}],"
                        + "'topologyConstraint':{'topology':'t','requiredTopologyLevel':'a/rack',"
                        + "'preferredTopologyLevel':'a/host'}}");
        assertThat(kai.required()).isEqualTo(new Terms.Place("a/rack", 0));
        assertThat(kai.preferred()).isEqualTo(new Terms.Place("a/host", 0));
        assertThat(kai.others()).containsExactly("subGroups");
        Terms podGroup = only(
                PODGROUP,
                "{'schedulingPolicy':{'gang':{'minCount':3}},'priorityClassName':'high','disruptionMode':'Pod',"
                        + "'schedulingConstraints':{'topology':[{'key':'a/rack'}]}}");
        assertThat(podGroup.required()).isEqualTo(new Terms.Place("a/rack", 0));
        assertThat(podGroup.others()).containsExactly("disruption of single pods (a gang is preempted whole)");
        Terms kueue = KUEUE.said(Json.parse(
                ("{'metadata':{'labels':{'kueue.x-k8s.io/queue-name':'q','kueue.x-k8s.io/priority-class':'p'},"
                                + "'annotations':{'kueue.x-k8s.io/podset-required-topology':'a/rack',"
                                + "'kueue.x-k8s.io/podset-group-name':'x'}}}")
                        .replace('\'', '"')));
        assertThat(kueue.priority()).isEqualTo(new Terms.Priority("WorkloadPriorityClass", "p"));
        assertThat(kueue.required()).isEqualTo(new Terms.Place("a/rack", 0));
        assertThat(kueue.queue()).isEqualTo("q");
        assertThat(kueue.others()).containsExactly("podset-group-name");
    }

    @Test
    void whatIsAboveTheMinimumTheLargestClassesDoWithout() {
        assertThat(Sizes.minima(Map.of("launcher", 1, "worker", 4), 5, Map.of()))
                .isEqualTo(Map.of("launcher", 1, "worker", 4));
        assertThat(Sizes.minima(Map.of("launcher", 1, "worker", 4), 3, Map.of()))
                .isEqualTo(Map.of("launcher", 1, "worker", 2));
        assertThat(Sizes.minima(Map.of("a", 2, "b", 2), 2, Map.of())).isEqualTo(Map.of("a", 1, "b", 1));
        assertThat(Sizes.minima(Map.of("a", 4, "b", 2), 2, Map.of("a", 3))).isEqualTo(Map.of("a", 3, "b", 0));
    }
}
