package io.kumiki.extender.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.extender.foreign.Membership.Kind;
import io.kumiki.model.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static Membership of(String pod) {
        return Membership.of(Json.parse(pod));
    }

    @Test
    void eachSystemsMarks() {
        assertThat(of("{'metadata':{'labels':{'app':'x'}},'spec':{}}".replace('\'', '"')))
                .isNull();
        assertThat(of("{'spec':{'schedulingGroup':{'podGroupName':'g'}}}".replace('\'', '"')))
                .isEqualTo(new Membership(Kind.PODGROUP, "g", "g", "", 0));
        assertThat(of(("{'spec':{'workloadRef':{'name':'w','podGroup':'p','podGroupReplicaKey':'3'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(Kind.WORKLOAD, "w/p", "w-p-3", "", 0));
        assertThat(of(("{'metadata':{'annotations':{'scheduling.k8s.io/group-name':'g',"
                                + "'volcano.sh/task-spec':'worker'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(Kind.VOLCANO, "g", "g", "worker", 0));
        assertThat(of("{'metadata':{'annotations':{'scheduling.volcano.sh/group-name':'g'}}}".replace('\'', '"')))
                .isEqualTo(new Membership(Kind.VOLCANO, "g", "g", "", 0));
        assertThat(of("{'metadata':{'labels':{'scheduling.x-k8s.io/pod-group':'g'}}}".replace('\'', '"')))
                .isEqualTo(new Membership(Kind.COSCHEDULING, "g", "g", "", 0));
        assertThat(of(("{'metadata':{'labels':{'kai.scheduler/queue':'q'},'annotations':{'pod-group-name':'g'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(Kind.KAI, "g", "g", "", 0));
        assertThat(of(("{'metadata':{'labels':{'kueue.x-k8s.io/queue-name':'q','kueue.x-k8s.io/pod-group-name':'g'},"
                                + "'annotations':{'kueue.x-k8s.io/pod-group-total-count':'4'}}}")
                        .replace('\'', '"')))
                .isEqualTo(new Membership(Kind.KUEUE, "g", "g", "", 4));
    }

    @Test
    void aNameThatIsNoneForAnObjectGetsOneOfItsOwn() {
        assertThat(new Membership(Kind.KAI, "G_1", "G_1", "", 0).gang()).matches("group-[0-9a-f]+");
        assertThat(new Membership(Kind.KAI, "g.1", "g.1", "", 0).gang()).isEqualTo("g.1");
        assertThat(new Membership(Kind.KAI, "x".repeat(64), "x".repeat(64), "", 0).gang())
                .matches("group-[0-9a-f]+");
    }

    @Test
    void whatObjectsDeclare() {
        assertThat(minima(Kind.PODGROUP, "{'schedulingPolicy':{'gang':{'minCount':3}}}"))
                .isEqualTo(Map.of("o", 3));
        assertThat(minima(Kind.PODGROUP, "{'schedulingPolicy':{'basic':{}}}")).isEmpty();
        assertThat(
                        minima(
                                Kind.WORKLOAD,
                                "{'podGroups':[{'name':'a','policy':{'gang':{'minCount':2}}},{'name':'b','policy':{'basic':{}}}]}"))
                .isEqualTo(Map.of("o/a", 2));
        assertThat(minima(Kind.VOLCANO, "{'minMember':5}")).isEqualTo(Map.of("o", 5));
    }

    private static Map<String, Integer> minima(Kind kind, String spec) {
        return new Declaration(kind, "")
                .minima(Json.parse(("{'metadata':{'name':'o'},'spec':" + spec + "}").replace('\'', '"')));
    }

    @Test
    void whatIsAboveTheMinimumTheLargestClassesDoWithout() {
        assertThat(Sizes.minima(Map.of("launcher", 1, "worker", 4), 5)).isEqualTo(Map.of("launcher", 1, "worker", 4));
        assertThat(Sizes.minima(Map.of("launcher", 1, "worker", 4), 3)).isEqualTo(Map.of("launcher", 1, "worker", 2));
        assertThat(Sizes.minima(Map.of("a", 2, "b", 2), 2)).isEqualTo(Map.of("a", 1, "b", 1));
    }
}
