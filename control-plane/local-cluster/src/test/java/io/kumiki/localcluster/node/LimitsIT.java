package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Limits that the kernel enforces, by whichever version of control groups this machine permits; says which.
class LimitsIT {
    @TempDir
    Path dir;

    private final FakeCluster cluster = new FakeCluster();
    private NodeAgent agent;

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(System.getenv());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    @BeforeEach
    void permitted() {
        ControlGroups groups = ControlGroups.detect();
        System.out.println(groups.enforced() ? groups.note() : "SKIPPED: " + groups.note());
        Assumptions.assumeTrue(groups.enforced(), groups.note());
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.stop(NodeAgent.OnStop.END_PODS);
        }
    }

    private JsonNode run(Isolation isolation, String name, String limits, String script, String phase)
            throws Exception {
        if (agent == null) {
            agent = CrashingAgent.agent(cluster, dir, isolation);
            agent.start();
        }
        ObjectNode pod = (ObjectNode) Json.parse("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"n","uid":"%s"},"spec":{"restartPolicy":"Never",
             "containers":[{"name":"main","image":"busybox","resources":{"limits":%s},"command":["sh","-c","%s"]}]}}\
            """.formatted(name, UUID.randomUUID(), limits, script));
        cluster.put(pod);
        return cluster.awaitPhase(name, phase);
    }

    private static JsonNode terminated(JsonNode pod) {
        return pod.path("status").path("containerStatuses").get(0).path("state").path("terminated");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void whoTakesTooMuchMemoryIsKilledAndToldSo(Isolation isolation) throws Exception {
        JsonNode greedy = run(
                isolation, "greedy", "{\"memory\":\"32Mi\"}", "x=$(yes | head -c 200000000); echo survived", "Failed");
        assertThat(terminated(greedy).path("exitCode").asInt()).isEqualTo(137);
        assertThat(terminated(greedy).path("reason").asText()).isEqualTo("OOMKilled");
        JsonNode modest =
                run(isolation, "modest", "{\"memory\":\"32Mi\"}", "head -c 200000000 /dev/zero | wc -c", "Succeeded");
        assertThat(terminated(modest).path("reason").asText()).isEqualTo("Completed");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aThirdOfACpuIsThat(Isolation isolation) throws Exception {
        JsonNode busy = run(
                isolation,
                "busy",
                "{\"cpu\":\"300m\"}",
                "timeout 1.5 sh -c 'while :; do :; done'; cat /proc/self/cgroup;"
                        + " cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cpu.stat; times",
                "Succeeded");
        String log =
                Files.readString(Objects.requireNonNull(agent.logFiles().find(busy.path("metadata"), "main", false)));
        assertThat(log).contains("kumiki/" + busy.path("metadata").path("uid").asText() + "-main-0");
        if (ControlGroups.detect().note().contains("cgroup v2")) {
            // A second kernel in a busy machine does not know how long its second was.
            assertThat(log).as("it was held back").containsPattern("nr_throttled [1-9]");
            return;
        }
        // The children's user time is the last line's first word, like 0m0.45s.
        String[] lines = log.strip().split("\n");
        String used = lines[lines.length - 1].split(" ")[0];
        assertThat(Double.parseDouble(used.substring(used.indexOf('m') + 1, used.length() - 1)))
                .as("seconds of CPU in 1.5 s")
                .isLessThan(0.8);
    }
}
