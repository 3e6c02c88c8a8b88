package io.kumiki.kube.scheduling;

import static io.kumiki.kube.scheduling.World.cpu;
import static io.kumiki.kube.scheduling.World.json;
import static io.kumiki.kube.scheduling.World.node;
import static io.kumiki.kube.scheduling.World.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each predicate by a table of nodes and pods, and the sentence when it refuses.
class PredicateTest {
    private static final String NONE =
            " no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
    private static final String NOT_HELPFUL =
            " no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";

    private static String one(ObjectNode node, String spec) {
        return new World().with(node).fate(pod("p", "{'app':'p'}", spec));
    }

    private static ObjectNode tainted(String effect) {
        ObjectNode node = node("n", "{}", "{}");
        ((ObjectNode) node.path("spec"))
                .putArray("taints")
                .addObject()
                .put("key", "k")
                .put("value", "v")
                .put("effect", effect);
        return node;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'cpu':'4'} | on n",
                "{'cpu':'4001m'} | Insufficient cpu!",
                "{'memory':'16Gi'} | on n",
                "{'memory':'17Gi','cpu':'9'} | Insufficient cpu, 1 Insufficient memory!",
                "{'nvidia.com/gpu':'2'} | on n",
                "{'nvidia.com/gpu':'3'} | Insufficient nvidia.com/gpu!",
                "{'hugepages-2Mi':'4Mi'} | on n",
                "{'hugepages-2Mi':'6Mi'} | Insufficient hugepages-2Mi!",
                "{'ephemeral-storage':'1Gi'} | Insufficient ephemeral-storage!",
                "{'kumiki.io/plan':'1'} | on n",
            })
    void resources(String requests, String expected) {
        World world = new World(Set.of("kumiki.io/plan"))
                .with(node("n", "{'nvidia.com/gpu':'2','hugepages-2Mi':'4Mi'}", "{}"));
        String fate =
                world.fate(pod("p", "{}", "{'containers':[{'name':'c','resources':{'requests':" + requests + "}}]}"));
        assertThat(fate)
                .isEqualTo(
                        expected.endsWith("!")
                                ? "0/1 nodes are available: 1 " + expected.replace('!', '.') + NOT_HELPFUL
                                : expected);
    }

    @Test
    void overheadAndPodLevelResourcesCount() {
        ObjectNode small = node("n", "{'cpu':'1'}", "{}");
        assertThat(one(
                        small,
                        "{'overhead':{'cpu':'1m'},'containers':[{'name':'c','resources':{'requests':{'cpu':'1'}}}]}"))
                .contains("Insufficient cpu");
        assertThat(
                        one(
                                small,
                                "{'resources':{'requests':{'cpu':'2'}},'containers':[{'name':'c','resources':{'requests':{'cpu':'1'}}}]}"))
                .contains("Insufficient cpu");
    }

    @Test
    void tooManyPodsCanBePreempted() {
        World world = new World().with(node("n", "{'pods':'1'}", "{}")).on("n", cpu("a", "1", 0));
        assertThat(world.fate(cpu("b", "1", 0))).isEqualTo("0/1 nodes are available: 1 Too many pods." + NONE);
        assertThat(world.fate(cpu("c", "1", 1))).isEqualTo("clears n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NoSchedule | [] | no",
                "NoExecute | [] | no",
                "PreferNoSchedule | [] | yes",
                "NoSchedule | [{'key':'k','operator':'Exists'}] | yes",
                "NoSchedule | [{'operator':'Exists'}] | yes",
                "NoSchedule | [{'key':'k','value':'v','effect':'NoSchedule'}] | yes",
                "NoSchedule | [{'key':'k','value':'w'}] | no",
                "NoSchedule | [{'key':'k','value':'v','effect':'NoExecute'}] | no",
            })
    void taints(String effect, String tolerations, String fits) {
        String fate = one(tainted(effect), "{'tolerations':" + tolerations + ",'containers':[]}");
        assertThat(fate)
                .isEqualTo(
                        fits.equals("yes")
                                ? "on n"
                                : "0/1 nodes are available: 1 node(s) had untolerated taint {k: v}." + NOT_HELPFUL);
    }

    @Test
    void aNodeThatIsNotReadyCountsAsTainted() {
        ObjectNode node = node("n", "{}", "{}");
        ((ObjectNode) node.at("/status/conditions/0")).put("status", "False");
        assertThat(one(node, "{'containers':[]}")).contains("untolerated taint {node.kubernetes.io/not-ready: }");
        ((ObjectNode) node.at("/status/conditions/0")).put("status", "Unknown");
        assertThat(one(node, "{'containers':[]}")).contains("untolerated taint {node.kubernetes.io/unreachable: }");
        assertThat(one(node, "{'containers':[],'tolerations':[{'operator':'Exists'}]}"))
                .isEqualTo("on n");
    }

    @Test
    void cordoned() {
        ObjectNode node = node("n", "{}", "{}");
        ((ObjectNode) node.path("spec")).put("unschedulable", true);
        assertThat(one(node, "{'containers':[]}"))
                .isEqualTo("0/1 nodes are available: 1 node(s) were unschedulable." + NOT_HELPFUL);
        assertThat(
                        one(
                                node,
                                "{'containers':[],'tolerations':[{'key':'node.kubernetes.io/unschedulable','operator':'Exists'}]}"))
                .isEqualTo("on n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'key':'z','operator':'In','values':['a','b']} | yes",
                "{'key':'z','operator':'In','values':['b']} | no",
                "{'key':'z','operator':'NotIn','values':['b']} | yes",
                "{'key':'y','operator':'NotIn','values':['b']} | yes",
                "{'key':'z','operator':'Exists'} | yes",
                "{'key':'z','operator':'DoesNotExist'} | no",
                "{'key':'n','operator':'Gt','values':['4']} | yes",
                "{'key':'n','operator':'Lt','values':['5']} | no",
                "{'key':'z','operator':'Gt','values':['4']} | no",
                "{'key':'z','operator':'Like','values':['a']} | no",
            })
    void nodeAffinity(String expression, String fits) {
        String fate = one(
                node("n", "{}", "{'z':'a','n':'5'}"),
                "{'containers':[],'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
                        + "{'nodeSelectorTerms':[{'matchExpressions':[" + expression + "]},{}]}}}}");
        assertThat(fate)
                .isEqualTo(
                        fits.equals("yes")
                                ? "on n"
                                : "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
                                        + NOT_HELPFUL);
    }

    @Test
    void aPinnedPodLooksAtItsNodeOnly() {
        String pin =
                "{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchFields':"
                        + "[{'key':'metadata.name','operator':'In','values':['b']}]}]}}}";
        World world = new World()
                .with(node("a", "{}", "{}"), node("b", "{'cpu':'2'}", "{}"), node("c", "{}", "{}"))
                .on("b", cpu("x", "1", 0));
        assertThat(world.fate(pod("p", "{}", "{'containers':[],'affinity':" + pin + "}")))
                .isEqualTo("on b");
        assertThat(world.fate(pod(
                        "q", "{}", "{'containers':[{'resources':{'requests':{'cpu':'2'}}}],'affinity':" + pin + "}")))
                .startsWith(
                        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s)"
                                + " [NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found");
        assertThat(world.fate(pod(
                        "r",
                        "{}",
                        "{'containers':[],'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
                                + "{'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name','operator':'In','values':['a']},"
                                + "{'key':'metadata.name','operator':'In','values':['b']}]}]}}}}")))
                .startsWith("0/3 nodes are available: pod affinity terms conflict.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'hostPort':80} | {'hostPort':80} | no",
                "{'hostPort':80} | {'hostPort':80,'protocol':'UDP'} | yes",
                "{'hostPort':80} | {'hostPort':81} | yes",
                "{'hostPort':80,'hostIP':'10.0.0.1'} | {'hostPort':80,'hostIP':'10.0.0.2'} | yes",
                "{'hostPort':80,'hostIP':'10.0.0.1'} | {'hostPort':80} | no",
                "{'containerPort':80} | {'containerPort':80} | yes",
            })
    void hostPorts(String taken, String wanted, String fits) {
        World world = new World()
                .with(node("n", "{}", "{}"))
                .on("n", pod("a", "{}", "{'containers':[{'ports':[" + taken + "]}]}"));
        assertThat(world.fate(pod("b", "{}", "{'containers':[{'ports':[" + wanted + "]}]}")))
                .isEqualTo(
                        fits.equals("yes")
                                ? "on n"
                                : "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod"
                                        + " ports."
                                        + NONE);
    }

    @Test
    void noNodeAtAll() {
        assertThat(new World().fate(cpu("p", "1", 0))).isEqualTo("no nodes available to schedule pods");
    }

    @Test
    void reasonsAreCounted() {
        ObjectNode simulated = node("s", "{'cpu':'64'}", "{}");
        ((ObjectNode) simulated.path("spec"))
                .putArray("taints")
                .addObject()
                .put("key", "kumiki.io/simulated")
                .put("value", "true")
                .put("effect", "NoSchedule");
        World world = new World()
                .with(node("a", "{}", "{}"), node("b", "{}", "{}"), simulated)
                .on("a", cpu("x", "2", 0));
        assertThat(world.fate(cpu("p", "4", -1))).isEqualTo("on b");
        assertThat(world.fate(cpu("q", "4", -1)))
                .isEqualTo("0/3 nodes are available: 1 node(s) had untolerated taint {kumiki.io/simulated: true}, 2"
                        + " Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for"
                        + " scheduling, 2 No preemption victims found for incoming pod.");
    }

    @Test
    void gatesOtherSchedulersAndPodsThatEndAreLeftAlone() {
        World world = new World().with(node("n", "{}", "{}"));
        ObjectNode gated = pod("g", "{}", "{'containers':[],'schedulingGates':[{'name':'x'}]}");
        assertThat(world.scheduler.pod(gated, world.now)).isEqualTo(Scheduler.Seen.GATED);
        assertThat(world.fate(pod("o", "{}", "{'containers':[],'schedulerName':'other'}")))
                .isEqualTo("not tried");
        ((ObjectNode) gated.path("spec")).remove("schedulingGates");
        assertThat(world.fate(gated)).isEqualTo("on n");
    }

    @Test
    void claims() {
        World world = new World().with(node("a", "{}", "{'topology.kubernetes.io/zone':'z1'}"));
        String spec = "{'containers':[],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}";
        assertThat(world.fate(pod("p1", "{}", spec)))
                .isEqualTo("0/1 nodes are available: persistentvolumeclaim \"data\" not found. not found");
        world.scheduler.claim(json(claim("data", "fast", "", "")), false, world.now);
        assertThat(world.fate(pod("p2", "{}", spec)))
                .isEqualTo("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found");
        world.scheduler.volume(json(volume("v1", "fast", "z", "z2")), false, world.now);
        world.scheduler.claim(json(claim("data", "fast", "v1", "Bound")), false, world.now);
        assertThat(world.fate(pod("p3", "{}", spec)))
                .isEqualTo("0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity."
                        + NOT_HELPFUL);
        world.scheduler.volume(json(volume("v1", "fast", "kubernetes.io/hostname", "a", "z2")), false, world.now);
        assertThat(world.fate(pod("p4", "{}", spec)))
                .isEqualTo("0/1 nodes are available: 1 node(s) had no available volume zone." + NOT_HELPFUL);
        world.scheduler.volume(json(volume("v1", "fast", "kubernetes.io/hostname", "a", "z0__z1")), false, world.now);
        assertThat(world.run().said.get("p1"))
                .as("a change of storage wakes it")
                .isEqualTo("on a");
    }

    @Test
    void onePodAtATimeUsesAReadWriteOncePodClaim() {
        World world = new World().with(node("a", "{}", "{}"));
        world.scheduler.volume(json(volume("v1", "fast", "kubernetes.io/hostname", "a")), false, world.now);
        world.scheduler.claim(
                json(claim("data", "fast", "v1", "Bound").replace("ReadWriteOnce", "ReadWriteOncePod")),
                false,
                world.now);
        String spec =
                "{'priority':P,'containers':[],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}";
        assertThat(world.fate(pod("p1", "{}", spec.replace("P,", "0,")))).isEqualTo("on a");
        assertThat(world.fate(pod("p2", "{}", spec.replace("P,", "0,"))))
                .contains("ReadWriteOncePod access mode already in-use by another pod");
        assertThat(world.fate(pod("p3", "{}", spec.replace("P,", "7,"))))
                .as("the user of the claim can be preempted")
                .isEqualTo("clears a");
    }

    @Test
    void volumesThatWaitForTheirFirstConsumer() {
        World world = new World().with(node("a", "{}", "{}"), node("b", "{}", "{}"));
        world.scheduler.storageClass(
                json(
                        "{'metadata':{'name':'wait'},'provisioner':'kubernetes.io/no-provisioner','volumeBindingMode':'WaitForFirstConsumer'}"),
                false,
                world.now);
        world.scheduler.claim(json(claim("data", "wait", "", "Pending")), false, world.now);
        String spec = "{'containers':[],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}";
        assertThat(world.fate(pod("p1", "{}", spec)))
                .startsWith("0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.");
        world.scheduler.volume(json(volume("small", "wait", "kubernetes.io/hostname", "b")), false, world.now);
        Attempt attempt = world.scheduler.next(world.now.plusSeconds(60));
        assertThat(attempt.filter()).isTrue();
        assertThat(attempt.nodes()).containsExactly("b");
        VolumePlan plan = world.scheduler.assume(attempt, "b", world.now);
        assertThat(plan.bind()).containsEntry(new VolumePlan.ClaimName("ns", "data"), "small");
        world.scheduler.claim(json(claim("other", "wait", "", "Pending")), false, world.now);
        assertThat(world.fate(pod("p2", "{}", spec.replace("data", "other"))))
                .as("the volume is promised")
                .contains("didn't find available persistent volumes");
    }

    @Test
    void aVolumeIsMadeWhereThePodGoes() {
        World world = new World().with(node("a", "{}", "{'zone':'z1'}"), node("b", "{}", "{'zone':'z2'}"));
        world.scheduler.storageClass(
                json(
                        "{'metadata':{'name':'make'},'provisioner':'x','volumeBindingMode':'WaitForFirstConsumer','allowedTopologies':"
                                + "[{'matchLabelExpressions':[{'key':'zone','values':['z2']}]}]}"),
                false,
                world.now);
        world.scheduler.claim(json(claim("data", "make", "", "Pending")), false, world.now);
        world.come(pod(
                "p", "{}", "{'containers':[],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}"));
        Attempt attempt = world.scheduler.next(world.now);
        assertThat(attempt.filter()).isTrue();
        assertThat(attempt.nodes()).containsExactly("b");
        assertThat(world.scheduler.assume(attempt, "b", world.now).provision())
                .containsExactly(new VolumePlan.ClaimName("ns", "data"));
    }

    private static String claim(String name, String storageClass, String volume, String phase) {
        return "{'metadata':{'namespace':'ns','name':'" + name + "'},'spec':{'storageClassName':'" + storageClass
                + "','accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}},'volumeName':'" + volume
                + "'},'status':{'phase':'" + phase + "'}}";
    }

    private static String volume(String name, String storageClass, String key, String value, String... zone) {
        String labels = zone.length == 0 ? "" : ",'labels':{'topology.kubernetes.io/zone':'" + zone[0] + "'}";
        return "{'metadata':{'name':'" + name + "'" + labels + "},'spec':{'storageClassName':'" + storageClass
                + "','accessModes':['ReadWriteOnce','ReadWriteOncePod'],'capacity':{'storage':'2Gi'},'nodeAffinity':{'required':{'nodeSelectorTerms':"
                + "[{'matchExpressions':[{'key':'" + key + "','operator':'In','values':['" + value
                + "']}]}]}}},'status':{'phase':'Available'}}";
    }
}
