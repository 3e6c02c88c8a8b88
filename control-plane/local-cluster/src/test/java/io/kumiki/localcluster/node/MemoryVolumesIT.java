package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.process.ContainerProcess;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.localcluster.node.process.MemoryMounts;
import io.kumiki.model.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Volumes with `medium: Memory`, where this machine permits to mount; elsewhere it says so.
class MemoryVolumesIT {
    private static final int MIB = 1 << 20;

    @TempDir
    Path dir;

    private final FakeCluster cluster = new FakeCluster();
    private final String uid = UUID.randomUUID().toString();
    private Isolation isolation = Isolation.PLAIN;

    @BeforeEach
    void permitted() {
        isolation = Isolation.choose(System.getenv());
        boolean permitted = MemoryMounts.permitted() && isolation.isolated();
        if (!permitted) {
            System.out.println("SKIPPED MemoryVolumesIT: this machine permits no mounts to this user");
        }
        assumeTrue(permitted, "no mounts here");
    }

    @AfterEach
    void nothingStaysMounted() throws Exception {
        // What a failed test left running.
        ContainerProcess.killPod(uid);
        List<Path> left = MemoryMounts.below(dir);
        MemoryMounts.release(dir);
        assertThat(left).isEmpty();
    }

    private ObjectNode pod(String script) {
        ObjectNode pod = (ObjectNode) Json.parse("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"survivor","namespace":"kubeflow","uid":"%s"},
                 "spec":{"nodeName":"local","restartPolicy":"Never","terminationGracePeriodSeconds":1,
                  "volumes":[{"name":"fast","emptyDir":{"medium":"Memory","sizeLimit":"2Mi"}}],
                  "initContainers":[{"name":"first","image":"busybox","command":["sh","-c","echo before > /fast/kept"],
                    "volumeMounts":[{"name":"fast","mountPath":"/fast"}]}],
                  "containers":[{"name":"main","image":"busybox","volumeMounts":[{"name":"fast","mountPath":"/fast"}]}]}}\
                """.formatted(uid));
        ((ObjectNode) pod.at("/spec/containers/0"))
                .putArray("command")
                .add("sh")
                .add("-c")
                .add(script);
        return pod;
    }

    @Test
    void itIsMemoryOfItsSizeThatAllContainersShare() throws Exception {
        NodeAgent agent = CrashingAgent.agent(cluster, dir, isolation);
        agent.start();
        ObjectNode pod =
                pod("cat /fast/kept; grep ' /fast ' /proc/mounts | cut -d' ' -f3; head -c 3145728 /dev/zero > /fast/big"
                        + " 2>/dev/null || echo full; wc -c < /fast/big");
        cluster.put(pod);
        JsonNode done = cluster.awaitPhase("survivor", "Succeeded");
        String said =
                Files.readString(Objects.requireNonNull(agent.logFiles().find(done.path("metadata"), "main", false)));
        List<String> lines = said.lines().toList();
        assertThat(lines).as(said).hasSize(4);
        assertThat(lines.subList(0, 3)).containsExactly("before", "tmpfs", "full");
        assertThat(Long.parseLong(lines.get(3).strip())).isBetween((long) MIB, 2L * MIB);
        agent.stop(NodeAgent.OnStop.END_PODS);
        assertThat(MemoryMounts.below(dir)).as("it went with the pod's end").isEmpty();
    }

    @Test
    void anAgentThatWasKilledLeavesItToTheNext() throws Exception {
        ObjectNode pod = pod("echo 1 > /fast/mine; while [ ! -e go ]; do sleep 0.05; done; cat /fast/mine /fast/kept");
        CrashingAgent.kill(dir, isolation, pod);
        assertThat(MemoryMounts.below(dir)).hasSize(1);
        cluster.put((ObjectNode) Json.parse(Files.readAllBytes(dir.resolve("running.json"))));
        NodeAgent second = CrashingAgent.agent(cluster, dir, isolation);
        second.start();
        assertThat(MemoryMounts.below(dir)).as("its pod goes on").hasSize(1);
        Files.createFile(dir.resolve("node/pods/" + uid + "/containers/main/0/root/go"));
        JsonNode done = cluster.awaitPhase("survivor", "Succeeded");
        assertThat(Files.readString(
                        Objects.requireNonNull(second.logFiles().find(done.path("metadata"), "main", false))))
                .isEqualTo("1\nbefore\n");
        second.stop(NodeAgent.OnStop.END_PODS);
    }

    @Test
    void ofAPodThatIsGoneMeanwhileNothingIsLeft() throws Exception {
        CrashingAgent.kill(dir, isolation, pod("while true; do sleep 0.05; done"));
        assertThat(MemoryMounts.below(dir)).hasSize(1);
        NodeAgent second = CrashingAgent.agent(cluster, dir, isolation);
        second.start();
        assertThat(MemoryMounts.below(dir)).isEmpty();
        second.stop(NodeAgent.OnStop.END_PODS);
    }
}
