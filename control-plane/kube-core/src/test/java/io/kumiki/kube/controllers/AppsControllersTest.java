package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppsControllersTest {
    private final Rig rig = new Rig();

    private JsonNode status(ResourceType type, String name) {
        return rig.get(type, name).path("status");
    }

    private int replicas(String image) {
        return rig.list(ResourceType.REPLICA_SETS).stream()
                .filter(rs ->
                        rs.at("/spec/template/spec/containers/0/image").asText().equals(image))
                .mapToInt(rs -> rs.path("spec").path("replicas").asInt())
                .sum();
    }

    @Test
    void aDeploymentRollsOut() {
        rig.create(ResourceType.DEPLOYMENTS, "n", Rig.workload("d", "'replicas':3,", "one"));
        rig.settle();
        JsonNode status = status(ResourceType.DEPLOYMENTS, "d");
        assertThat(status.path("availableReplicas").asInt()).isEqualTo(3);
        assertThat(status.path("observedGeneration").asInt()).isEqualTo(1);
        assertThat(Conditions.find(status, "Progressing").path("reason").asText())
                .isEqualTo("NewReplicaSetAvailable");
        assertThat(Conditions.holds(status, "Available")).isTrue();
        assertThat(Meta.annotation(rig.get(ResourceType.DEPLOYMENTS, "d"), "deployment.kubernetes.io/revision"))
                .isEqualTo("1");
        ObjectNode set = rig.list(ResourceType.REPLICA_SETS).getFirst();
        assertThat(Meta.name(set)).matches("d-[bcdfghjklmnpqrstvwxz2456789]{1,10}");
        assertThat(rig.list(ResourceType.PODS))
                .hasSize(3)
                .allMatch(pod -> Meta.name(pod).startsWith(Meta.name(set) + "-"));
        assertThat(rig.events("d"))
                .containsExactly("ScalingReplicaSet: Scaled up replica set " + Meta.name(set) + " from 0 to 3");
        assertThat(rig.events(Meta.name(set)))
                .hasSize(3)
                .allMatch(e -> e.startsWith("SuccessfulCreate: Created pod: d-"));
    }

    @Test
    void aRollingUpdateKeepsItsLimitsAndItsHistory() {
        rig.create(
                ResourceType.DEPLOYMENTS,
                "n",
                Rig.workload(
                        "d", "'replicas':4,'strategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':1}},", "one"));
        rig.settle();
        rig.merge(
                ResourceType.DEPLOYMENTS,
                "d",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        for (int i = 0; i < 200 && replicas("two") < 4; i++) {
            while (rig.controllers.step()) {
                int total = rig.list(ResourceType.REPLICA_SETS).stream()
                        .mapToInt(rs -> rs.path("spec").path("replicas").asInt())
                        .sum();
                assertThat(total).isBetween(3, 5);
            }
            rig.node();
        }
        rig.settle();
        assertThat(replicas("two")).isEqualTo(4);
        assertThat(replicas("one")).isZero();
        assertThat(rig.list(ResourceType.REPLICA_SETS)).hasSize(2);
        assertThat(rig.list(ResourceType.PODS)).hasSize(4);
        assertThat(Meta.annotation(rig.get(ResourceType.DEPLOYMENTS, "d"), "deployment.kubernetes.io/revision"))
                .isEqualTo("2");
        // What `kubectl rollout undo` does: the old template again.
        rig.merge(
                ResourceType.DEPLOYMENTS,
                "d",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'one'}]}}}}");
        rig.settle();
        assertThat(replicas("one")).isEqualTo(4);
        assertThat(rig.list(ResourceType.REPLICA_SETS)).hasSize(2);
        assertThat(Meta.annotation(rig.get(ResourceType.DEPLOYMENTS, "d"), "deployment.kubernetes.io/revision"))
                .isEqualTo("3");
        rig.merge(ResourceType.DEPLOYMENTS, "d", "{'spec':{'revisionHistoryLimit':0}}");
        rig.settle();
        assertThat(rig.list(ResourceType.REPLICA_SETS)).hasSize(1);
    }

    @Test
    void aRolloutThatDoesNotMoveIsSaidToBeStuck() {
        rig.create(
                ResourceType.DEPLOYMENTS, "n", Rig.workload("d", "'replicas':2,'progressDeadlineSeconds':60,", "one"));
        rig.settle();
        rig.unready = pod -> pod.at("/spec/containers/0/image").asText().equals("two");
        rig.merge(
                ResourceType.DEPLOYMENTS,
                "d",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        rig.settle();
        assertThat(status(ResourceType.DEPLOYMENTS, "d")
                        .path("availableReplicas")
                        .asInt())
                .isEqualTo(2);
        assertThat(rig.controllers.nextDue()).isNotNull();
        rig.pass(Duration.ofSeconds(62));
        JsonNode progressing = Conditions.find(status(ResourceType.DEPLOYMENTS, "d"), "Progressing");
        assertThat(progressing.path("reason").asText()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(progressing.path("status").asText()).isEqualTo("False");
        rig.unready = pod -> false;
        rig.settle();
        assertThat(Conditions.find(status(ResourceType.DEPLOYMENTS, "d"), "Progressing")
                        .path("reason")
                        .asText())
                .isEqualTo("NewReplicaSetAvailable");
    }

    @Test
    void recreateEndsTheOldBeforeItBeginsTheNew() {
        rig.create(
                ResourceType.DEPLOYMENTS,
                "n",
                Rig.workload("d", "'replicas':2,'strategy':{'type':'Recreate'},", "one"));
        rig.settle();
        rig.ignored = pod -> Meta.deleting(pod);
        rig.merge(
                ResourceType.DEPLOYMENTS,
                "d",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).hasSize(2).allMatch(Meta::deleting);
        rig.ignored = pod -> false;
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).hasSize(2).noneMatch(Meta::deleting);
        assertThat(replicas("two")).isEqualTo(2);
    }

    @Test
    void pausedDeploymentsScaleAndDoNotRoll() {
        rig.create(ResourceType.DEPLOYMENTS, "n", Rig.workload("d", "'replicas':2,", "one"));
        rig.settle();
        rig.merge(
                ResourceType.DEPLOYMENTS,
                "d",
                "{'spec':{'paused':true,'replicas':3,'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        rig.settle();
        assertThat(replicas("one")).isEqualTo(3);
        assertThat(replicas("two")).isZero();
        assertThat(Conditions.find(status(ResourceType.DEPLOYMENTS, "d"), "Progressing")
                        .path("reason")
                        .asText())
                .isEqualTo("DeploymentPaused");
        rig.merge(ResourceType.DEPLOYMENTS, "d", "{'spec':{'paused':false}}");
        rig.settle();
        assertThat(replicas("two")).isEqualTo(3);
    }

    @Test
    void aScaleInTheMiddleOfARolloutKeepsTheRatio() {
        rig.create(
                ResourceType.DEPLOYMENTS,
                "n",
                Rig.workload(
                        "d", "'replicas':10,'strategy':{'rollingUpdate':{'maxSurge':3,'maxUnavailable':2}},", "one"));
        rig.settle();
        rig.unready = pod -> pod.at("/spec/containers/0/image").asText().equals("two");
        rig.merge(
                ResourceType.DEPLOYMENTS,
                "d",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        rig.settle();
        assertThat(List.of(replicas("one"), replicas("two"))).containsExactly(8, 5);
        rig.merge(ResourceType.DEPLOYMENTS, "d", "{'spec':{'replicas':15}}");
        rig.settle();
        assertThat(List.of(replicas("one"), replicas("two"))).containsExactly(11, 7);
    }

    @Test
    void aReplicaSetAdoptsAndReleases() {
        rig.create(
                ResourceType.PODS,
                "n",
                "{'metadata':{'name':'stray','labels':{'app':'r'}},'spec':{'containers':[{'name':'c','image':'x'}]}}");
        rig.create(ResourceType.REPLICA_SETS, "n", Rig.workload("r", "'replicas':2,", "x"));
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).hasSize(2);
        assertThat(Meta.controller(rig.get(ResourceType.PODS, "stray"))
                        .path("name")
                        .asText())
                .isEqualTo("r");
        rig.merge(ResourceType.PODS, "stray", "{'metadata':{'labels':{'app':'other'}}}");
        rig.settle();
        assertThat(rig.get(ResourceType.PODS, "stray").path("metadata").has("ownerReferences"))
                .isFalse();
        assertThat(rig.list(ResourceType.PODS)).hasSize(3);
        rig.delete(ResourceType.REPLICA_SETS, "r", "Orphan");
        rig.settle();
        assertThat(rig.list(ResourceType.PODS))
                .hasSize(3)
                .noneMatch(pod -> pod.path("metadata").has("ownerReferences"));
    }

    @Test
    void aShrinkingSetGivesUpTheUnreadyFirst() {
        rig.create(ResourceType.REPLICA_SETS, "n", Rig.workload("r", "'replicas':3,", "x"));
        rig.settle();
        rig.now = rig.now.plusSeconds(100);
        rig.unready = pod -> pod.path("status").path("phase").asText().equals("Pending");
        rig.merge(ResourceType.REPLICA_SETS, "r", "{'spec':{'replicas':4}}");
        rig.settle();
        String late = rig.list(ResourceType.PODS).stream()
                .filter(pod -> !pod.path("status").path("phase").asText().equals("Running"))
                .map(Meta::name)
                .findFirst()
                .orElseThrow();
        rig.merge(ResourceType.REPLICA_SETS, "r", "{'spec':{'replicas':3}}");
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).hasSize(3).doesNotContain(late);
        String cheap = rig.names(ResourceType.PODS).getFirst();
        rig.merge(
                ResourceType.PODS,
                cheap,
                "{'metadata':{'annotations':{'controller.kubernetes.io/pod-deletion-cost':'-5'}}}");
        rig.merge(ResourceType.REPLICA_SETS, "r", "{'spec':{'replicas':2}}");
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).doesNotContain(cheap);
    }

    @Test
    void availabilityWaitsForMinReadySeconds() {
        rig.create(ResourceType.REPLICA_SETS, "n", Rig.workload("r", "'replicas':1,'minReadySeconds':30,", "x"));
        rig.settle();
        assertThat(status(ResourceType.REPLICA_SETS, "r").path("readyReplicas").asInt())
                .isEqualTo(1);
        assertThat(status(ResourceType.REPLICA_SETS, "r")
                        .path("availableReplicas")
                        .asInt())
                .isZero();
        assertThat(rig.controllers.nextDue()).isEqualTo(rig.now.plusSeconds(30));
        rig.pass(Duration.ofSeconds(30));
        assertThat(status(ResourceType.REPLICA_SETS, "r")
                        .path("availableReplicas")
                        .asInt())
                .isEqualTo(1);
        // Nothing but the end of the events is awaited.
        assertThat(rig.controllers.nextDue()).isAfter(rig.now.plusSeconds(3000));
    }

    @Test
    void whatCannotBeMadeIsSaid() {
        rig.create(
                ResourceType.REPLICA_SETS,
                "n",
                Rig.workload("r", "'replicas':1,", "x")
                        .replace("'containers'", "'serviceAccountName':'nobody','containers'"));
        rig.settle();
        JsonNode failure = Conditions.find(status(ResourceType.REPLICA_SETS, "r"), "ReplicaFailure");
        assertThat(failure.path("reason").asText()).isEqualTo("FailedCreate");
        assertThat(failure.path("message").asText()).contains("serviceaccount \"nobody\" not found");
        assertThat(rig.events("r")).anyMatch(e -> e.startsWith("FailedCreate: Error creating: "));
        rig.create(ResourceType.SERVICE_ACCOUNTS, "n", "{'metadata':{'name':'nobody'}}");
        rig.pass(Duration.ofSeconds(2));
        assertThat(rig.list(ResourceType.PODS)).hasSize(1);
        assertThat(Conditions.find(status(ResourceType.REPLICA_SETS, "r"), "ReplicaFailure")
                        .isMissingNode())
                .isTrue();
    }

    @Test
    void aPodThatIsRefusedIsNotReplacedForeverAtOnce() {
        rig.create(
                ResourceType.REPLICA_SETS,
                "n",
                Rig.workload("r", "'replicas':1,", "x")
                        .replace("{'labels'", "{'annotations':{'kumiki.io/simulated-duration':'soon'},'labels'"));
        rig.settle();
        for (int i = 0; i < 60; i++) {
            rig.pass(Duration.ofSeconds(1));
        }
        assertThat(rig.list(ResourceType.PODS)).hasSizeBetween(4, 8);
    }

    private static final String CLAIM =
            "'serviceName':'s','volumeClaimTemplates':[{'metadata':{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}],";

    @Test
    void aStatefulSetGoesInOrder() {
        rig.unready = pod -> Meta.name(pod).equals("s-1");
        rig.create(ResourceType.STATEFUL_SETS, "n", Rig.workload("s", CLAIM + "'replicas':3,", "one"));
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).containsExactly("s-0", "s-1");
        rig.unready = pod -> false;
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).containsExactly("s-0", "s-1", "s-2");
        assertThat(rig.names(ResourceType.CLAIMS)).containsExactly("data-s-0", "data-s-1", "data-s-2");
        ObjectNode pod = rig.get(ResourceType.PODS, "s-2");
        assertThat(pod.at("/spec/hostname").asText() + "."
                        + pod.at("/spec/subdomain").asText())
                .isEqualTo("s-2.s");
        assertThat(pod.at("/spec/volumes/0/persistentVolumeClaim/claimName").asText())
                .isEqualTo("data-s-2");
        assertThat(Meta.label(pod, "apps.kubernetes.io/pod-index")).isEqualTo("2");
        JsonNode status = status(ResourceType.STATEFUL_SETS, "s");
        assertThat(status.path("currentRevision")).isEqualTo(status.path("updateRevision"));
        rig.merge(ResourceType.STATEFUL_SETS, "s", "{'spec':{'replicas':1}}");
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).containsExactly("s-0");
        assertThat(rig.names(ResourceType.CLAIMS)).hasSize(3);
        assertThat(rig.events("s"))
                .contains(
                        "SuccessfulCreate: create Pod s-0 in StatefulSet s successful",
                        "SuccessfulDelete: delete Pod s-2 in StatefulSet s successful");
    }

    @Test
    void aPartitionKeepsTheOldRevisionBelowIt() {
        rig.create(
                ResourceType.STATEFUL_SETS,
                "n",
                Rig.workload(
                        "s",
                        "'replicas':3,'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':2}},",
                        "one"));
        rig.settle();
        rig.merge(
                ResourceType.STATEFUL_SETS,
                "s",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        rig.settle();
        assertThat(images()).containsExactly("one", "one", "two");
        rig.delete(ResourceType.PODS, "s-0", null);
        rig.settle();
        assertThat(images()).containsExactly("one", "one", "two");
        rig.merge(ResourceType.STATEFUL_SETS, "s", "{'spec':{'updateStrategy':{'rollingUpdate':{'partition':0}}}}");
        rig.settle();
        assertThat(images()).containsExactly("two", "two", "two");
        assertThat(rig.list(ResourceType.CONTROLLER_REVISIONS)).hasSize(2);
        JsonNode status = status(ResourceType.STATEFUL_SETS, "s");
        assertThat(status.path("currentRevision")).isEqualTo(status.path("updateRevision"));
    }

    private List<String> images() {
        return rig.list(ResourceType.PODS).stream()
                .map(pod -> pod.at("/spec/containers/0/image").asText())
                .toList();
    }

    @Test
    void parallelSetsAndClaimsThatGoWithTheirPods() {
        rig.ignored = pod -> true;
        rig.create(
                ResourceType.STATEFUL_SETS,
                "n",
                Rig.workload(
                        "s",
                        CLAIM + "'replicas':3,'podManagementPolicy':'Parallel','ordinals':{'start':5},"
                                + "'persistentVolumeClaimRetentionPolicy':{'whenScaled':'Delete','whenDeleted':'Delete'},",
                        "one"));
        rig.settle();
        assertThat(rig.names(ResourceType.PODS)).containsExactly("s-5", "s-6", "s-7");
        rig.ignored = pod -> false;
        rig.settle();
        rig.merge(ResourceType.STATEFUL_SETS, "s", "{'spec':{'replicas':1}}");
        rig.settle();
        assertThat(rig.names(ResourceType.CLAIMS)).containsExactly("data-s-5");
        rig.delete(ResourceType.STATEFUL_SETS, "s", "Background");
        rig.settle();
        assertThat(rig.names(ResourceType.CLAIMS)).isEmpty();
        assertThat(rig.names(ResourceType.PODS)).isEmpty();
        assertThat(rig.names(ResourceType.CONTROLLER_REVISIONS)).isEmpty();
    }

    @Test
    void aDaemonSetCoversTheNodesThatSuit() {
        rig.create(
                ResourceType.NODES,
                "",
                "{'metadata':{'name':'tainted'},'spec':{'taints':[{'key':'k','value':'v','effect':'NoSchedule'}]},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
        rig.create(ResourceType.DAEMON_SETS, "n", Rig.workload("ds", "", "one"));
        rig.settle();
        assertThat(rig.list(ResourceType.PODS).stream()
                        .map(pod -> pod.at("/spec/nodeName").asText())
                        .sorted()
                        .toList())
                .containsExactly("a", "b", "c");
        JsonNode status = status(ResourceType.DAEMON_SETS, "ds");
        assertThat(status.path("numberAvailable").asInt()).isEqualTo(3);
        rig.create(
                ResourceType.NODES,
                "",
                "{'metadata':{'name':'d'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).hasSize(4);
        rig.merge(
                ResourceType.DAEMON_SETS,
                "ds",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}");
        rig.settle();
        assertThat(images()).containsExactly("two", "two", "two", "two");
        assertThat(status(ResourceType.DAEMON_SETS, "ds")
                        .path("updatedNumberScheduled")
                        .asInt())
                .isEqualTo(4);
        assertThat(rig.list(ResourceType.CONTROLLER_REVISIONS)).hasSize(2);
    }
}
