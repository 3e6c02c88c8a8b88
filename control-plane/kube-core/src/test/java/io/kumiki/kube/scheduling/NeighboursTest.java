package io.kumiki.kube.scheduling;

import static io.kumiki.kube.scheduling.World.json;
import static io.kumiki.kube.scheduling.World.node;
import static io.kumiki.kube.scheduling.World.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/// Pods that want to be near or far from others: affinity, anti-affinity, topology spread.
class NeighboursTest {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private final World world = new World()
            .with(
                    node("a1", "{}", "{'zone':'a'}"),
                    node("a2", "{}", "{'zone':'a'}"),
                    node("b1", "{}", "{'zone':'b'}"),
                    node("x", "{}", "{}"));

    private static ObjectNode with(String name, String app, String affinity) {
        return pod(name, "{'app':'" + app + "'}", "{'containers':[],'affinity':" + affinity + "}");
    }

    private static String term(String side, String app, String more) {
        return "{'" + side + "':{'" + REQUIRED + "':[{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'"
                + app + "'}}" + more + "}]}}";
    }

    @Test
    void theFirstOfAGroupStartsAnywhereWithTheLabelAndTheOthersFollow() {
        assertThat(world.fate(with("g1", "g", term("podAffinity", "g", "")))).isEqualTo("on a1");
        assertThat(world.fate(with("g2", "g", term("podAffinity", "g", "")))).isIn("on a1", "on a2");
        assertThat(world.fate(with("lonely", "l", term("podAffinity", "nobody", ""))))
                .startsWith("0/4 nodes are available: 4 node(s) didn't match pod affinity rules.");
    }

    @Test
    void apartInBothDirections() {
        world.on("a1", with("w", "web", term("podAntiAffinity", "db", "")));
        assertThat(world.fate(with("d", "db", "{}"))).isIn("on b1", "on x");
        world.on("b1", with("w2", "web", term("podAntiAffinity", "db", "")));
        assertThat(
                        world.fate(
                                with(
                                        "d2",
                                        "db",
                                        "{'nodeAffinity':{'" + REQUIRED
                                                + "':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'zone','operator':'Exists'}]}]}}}")))
                .contains("3 node(s) didn't satisfy existing pods anti-affinity rules");
        assertThat(world.fate(with("q", "q", term("podAntiAffinity", "web", ""))))
                .as("a node without the label is no domain")
                .isEqualTo("on x");
    }

    @Test
    void otherNamespacesByNameAndByLabel() {
        ObjectNode elsewhere = with("e", "web", "{}");
        ((ObjectNode) elsewhere.path("metadata")).put("namespace", "other").put("uid", "e");
        world.on("b1", elsewhere);
        world.scheduler.namespace(json("{'metadata':{'name':'other','labels':{'team':'t'}}}"), false, world.now);
        assertThat(world.fate(with("p0", "p", term("podAffinity", "web", "")))).contains("pod affinity rules");
        assertThat(world.fate(with("p1", "p", term("podAffinity", "web", ",'namespaces':['other']"))))
                .isEqualTo("on b1");
        assertThat(world.fate(with(
                        "p2", "p", term("podAffinity", "web", ",'namespaceSelector':{'matchLabels':{'team':'t'}}"))))
                .isEqualTo("on b1");
        assertThat(world.fate(with("p3", "p", term("podAffinity", "web", ",'namespaceSelector':{}"))))
                .isEqualTo("on b1");
        assertThat(world.fate(with(
                        "p4", "p", term("podAffinity", "web", ",'namespaceSelector':{'matchLabels':{'team':'u'}}"))))
                .contains("pod affinity rules");
    }

    @Test
    void preferencesPullAndPushInBothDirections() {
        world.on("b1", with("w", "web", "{}"));
        String near = "{'podAffinity':{'" + PREFERRED
                + "':[{'weight':50,'podAffinityTerm':{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'web'}}}}]}}";
        assertThat(world.fate(with("p", "p", near))).isEqualTo("on b1");
        assertThat(world.fate(with("q", "q", near.replace("podAffinity'", "podAntiAffinity'"))))
                .isEqualTo("on a1");
        world.on(
                "a2",
                with(
                        "shy",
                        "s",
                        near.replace("podAffinity'", "podAntiAffinity'")
                                .replace("'zone'", "'kubernetes.io/hostname'")));
        assertThat(world.fate(with("w2", "web", "{}")))
                .as("p and q speak for themselves, where they stand")
                .isEqualTo("on b1");
        world.gone("p").gone("q");
        assertThat(world.fate(with("w3", "web", "{}")))
                .as("a2 would rather be without web")
                .isEqualTo("on a1");
        world.gone("shy");
        assertThat(
                        world.fate(
                                with(
                                        "w4",
                                        "web",
                                        "{'nodeAffinity':{'" + PREFERRED
                                                + "':[{'weight':1,'preference':{'matchFields':[{'key':'metadata.name','operator':'In','values':['a2']}]}}]}}")))
                .isEqualTo("on a2");
    }

    private static ObjectNode spread(String name, String more, String spec) {
        return pod(
                name,
                "{'app':'s','rev':'" + name.charAt(0) + "'}",
                "{'containers':[],'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule',"
                        + "'labelSelector':{'matchLabels':{'app':'s'}}" + more + "}]" + spec + "}");
    }

    @Test
    void hardSpread() {
        assertThat(world.fate(spread("s1", "", ""))).isEqualTo("on a1");
        assertThat(world.fate(spread("s2", "", ""))).isEqualTo("on b1");
        assertThat(world.fate(spread("s3", "", ",'nodeSelector':{'zone':'a'}"))).startsWith("on a");
        assertThat(world.fate(spread("s4", ",'nodeAffinityPolicy':'Ignore'", ",'nodeSelector':{'zone':'a'}")))
                .as("zone b counts although the pod may not go there")
                .contains("2 node(s) didn't match pod topology spread constraints");
        assertThat(world.fate(spread("s5", ",'nodeAffinityPolicy':'Honor'", ",'nodeSelector':{'zone':'a'}")))
                .startsWith("on a");
    }

    @Test
    void fewerDomainsThanWanted() {
        assertThat(world.fate(spread("s1", ",'minDomains':3", ""))).isEqualTo("on a1");
        assertThat(world.fate(spread("s2", ",'minDomains':3", ""))).isEqualTo("on b1");
        assertThat(world.fate(spread("s3", ",'minDomains':3", "")))
                .isEqualTo("0/4 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing"
                        + " required label), 3 node(s) didn't match pod topology spread constraints. no new claims to deallocate,"
                        + " preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption"
                        + " victims found for incoming pod.");
        world.with(node("c1", "{}", "{'zone':'c'}"));
        assertThat(world.run().said.get("s3")).as("a new domain wakes it").isEqualTo("on c1");
    }

    @Test
    void onlyPodsOfTheSameRevisionCount() {
        world.on("a1", spread("x1", "", ""));
        assertThat(world.fate(spread("y1", ",'matchLabelKeys':['rev']", ",'nodeSelector':{'zone':'a'}")))
                .startsWith("on a");
    }

    @Test
    void nodesWithTaintsCountOnlyWhenAsked() {
        ObjectNode tainted = node("c1", "{}", "{'zone':'c'}");
        ((ObjectNode) tainted.path("spec"))
                .putArray("taints")
                .addObject()
                .put("key", "k")
                .put("effect", "NoSchedule");
        world.with(tainted);
        world.on("a1", spread("s1", "", "")).on("b1", spread("s2", "", ""));
        assertThat(world.fate(spread("s3", "", ""))).contains("topology spread");
        assertThat(world.fate(spread("s4", ",'nodeTaintsPolicy':'Honor'", ""))).startsWith("on ");
    }

    @Test
    void softSpreadPrefersTheEmptierDomain() {
        String soft = ",'matchLabelKeys':[]";
        world.on("a1", spread("s1", "", "")).on("a2", spread("s2", "", ""));
        ObjectNode pod = spread("s3", soft, "");
        ((ObjectNode) pod.at("/spec/topologySpreadConstraints/0")).put("whenUnsatisfiable", "ScheduleAnyway");
        assertThat(world.fate(pod)).isEqualTo("on b1");
    }

    @Test
    void countsFollowPodsThatGo() {
        world.on("a1", with("w", "web", "{}"));
        assertThat(world.fate(with("p", "p", term("podAntiAffinity", "web", ""))))
                .isIn("on b1", "on x");
        world.gone("w");
        assertThat(world.fate(with("q", "q", term("podAntiAffinity", "web", ""))))
                .isEqualTo("on a1");
        assertThat(world.fate(with("r", "r", term("podAffinity", "web", "")))).contains("pod affinity rules");
        world.on("b1", with("w2", "web", "{}"));
        assertThat(world.run().said.get("r")).as("its friend came").isEqualTo("on b1");
    }
}
