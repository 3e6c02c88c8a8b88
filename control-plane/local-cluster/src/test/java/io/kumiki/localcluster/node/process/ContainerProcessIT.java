package io.kumiki.localcluster.node.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ContainerProcessIT {
    @TempDir
    Path dir;

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(System.getenv());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    private Hardening hardening = Hardening.NONE;

    private Launch launch(Isolation isolation, List<Mount> mounts, String... command) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PATH",
                "/usr/bin:/bin",
                Launch.POD_UID,
                UUID.randomUUID().toString(),
                Launch.CONTAINER,
                "main",
                "GREETING",
                "hello world"));
        Path folder = Files.createDirectories(dir.resolve("c"));
        return new Launch(
                folder,
                dir.resolve("log"),
                Files.createDirectories(dir.resolve("root")),
                List.of(),
                mounts,
                List.of(command),
                environment,
                isolation.isolated() ? "/" : folder.toString(),
                null,
                hardening,
                new ControlGroups.Limits(0, 0, 0),
                Console.Wish.NONE,
                null);
    }

    @AfterEach
    void releaseGroups() throws IOException {
        ControlGroups.remove(dir.resolve("c"));
    }

    private ContainerProcess start(Isolation isolation, Launch launch) throws IOException {
        return ContainerProcess.start(new Launcher(isolation, dir.resolve("scripts"), ControlGroups.detect()), launch);
    }

    /// As root all of it, else what is offered: the rest is told by an event.
    @ParameterizedTest
    @MethodSource("modes")
    void rightsAreGivenUp(Isolation isolation) throws Exception {
        boolean root = (Integer) Files.getAttribute(dir, "unix:uid") == 0;
        JsonNode context = Json.parse("""
                {"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,
                 "capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE","CHOWN"]}}""");
        List<String> missing = Hardening.missing(context, isolation, root);
        if (!missing.isEmpty()) {
            System.out.println("SKIPPED for " + isolation + (root ? " as root: " : ": ") + missing);
        }
        hardening = Hardening.of(context, isolation, root);
        Path volume = Files.createDirectories(dir.resolve("volume"));
        List<Mount> mounts = isolation.isolated() ? List.of(new Mount(volume, "/opt/volume", false)) : List.of();
        ContainerProcess container = start(
                isolation,
                launch(
                        isolation,
                        mounts,
                        "sh",
                        "-c",
                        "grep -E 'NoNewPrivs|CapBnd|CapEff' /proc/self/status; for f in /x /tmp/x /opt/volume/x /dev/shm/x;"
                                + " do (: >$f) 2>/dev/null && echo wrote $f && rm $f; done; true"));
        assertThat(container.await().exitCode()).isZero();
        String said = Files.readString(dir.resolve("log"));
        if (!missing.contains("allowPrivilegeEscalation")) {
            assertThat(said).containsPattern("NoNewPrivs:\\s+1");
        }
        if (!missing.contains("capabilities")) {
            assertThat(said)
                    .containsPattern("CapBnd:\\s+0000000000000401")
                    .containsPattern("CapEff:\\s+0000000000000401");
        }
        if (!missing.contains("readOnlyRootFilesystem")) {
            assertThat(said)
                    .doesNotContain("wrote /x", "wrote /tmp/x")
                    .contains("wrote /opt/volume/x", "wrote /dev/shm/x");
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void whoStartsTooManyProcessesIsRefusedMore(Isolation isolation) throws Exception {
        ControlGroups groups = ControlGroups.detect(40);
        if (!groups.note().contains("at most 40")) {
            System.out.println("SKIPPED: " + groups.note());
            return;
        }
        Launch launch =
                launch(isolation, List.of(), "sh", "-c", "for i in $(seq 100); do sleep 20 & done; echo all of them");
        RunningContainer.End end = ContainerProcess.start(
                        new Launcher(isolation, dir.resolve("scripts"), groups), launch)
                .await();
        assertThat(end.exitCode()).isNotZero();
        assertThat(launch.log()).content().contains("fork").doesNotContain("all of them");
        ControlGroups.remove(launch.folder());
        assertThat(launch.folder().resolve("pids")).doesNotExist();
        RunningContainer.End modest = start(
                        isolation, launch(isolation, List.of(), "sh", "-c", "for i in 1 2 3; do sleep 0 & done; wait"))
                .await();
        assertThat(modest.exitCode()).isZero();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void exitCodeAndLog(Isolation isolation) throws Exception {
        Launch launch =
                launch(isolation, List.of(), "sh", "-c", "echo \"$GREETING\"; echo err >&2; echo $PATH; exit 7");
        RunningContainer.End end = start(isolation, launch).await();
        assertThat(end.exitCode()).isEqualTo(7);
        assertThat(Files.readString(launch.log())).isEqualTo("hello world\nerr\n/usr/bin:/bin\n");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void anUnknownCommandIsNamed(Isolation isolation) throws Exception {
        RunningContainer.End end = start(isolation, launch(isolation, List.of(), "no-such-program", "x"))
                .await();
        assertThat(end.exitCode()).isEqualTo(128);
        assertThat(end.error()).contains("no-such-program").contains("not found");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void termReachesTheMainProcess(Isolation isolation) throws Exception {
        Launch launch = launch(
                isolation,
                List.of(),
                "sh",
                "-c",
                "trap 'echo stopped; exit 5' TERM; echo up; while :; do sleep 0.05; done");
        ContainerProcess process = start(isolation, launch);
        awaitLog(launch, "up");
        process.terminate();
        assertThat(process.await().exitCode()).isEqualTo(5);
        assertThat(Files.readString(launch.log())).contains("stopped");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void killEndsForksThatLeftTheSessionAndIgnoreTerm(Isolation isolation) throws Exception {
        Launch launch = launch(
                isolation,
                List.of(),
                "sh",
                "-c",
                "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 600' & echo up; wait");
        ContainerProcess process = start(isolation, launch);
        awaitLog(launch, "up");
        process.terminate();
        process.kill();
        assertThat(process.await().exitCode()).isEqualTo(137);
        assertThat(ProcessTree.marked(
                        List.of(Launch.POD_UID + "=" + launch.environment().get(Launch.POD_UID))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aBackgroundForkDoesNotOutliveTheMainProcess(Isolation isolation) throws Exception {
        Launch launch = launch(isolation, List.of(), "sh", "-c", "setsid sleep 600 & exit 0");
        assertThat(start(isolation, launch).await().exitCode()).isZero();
        assertThat(ProcessTree.marked(
                        List.of(Launch.POD_UID + "=" + launch.environment().get(Launch.POD_UID))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aLaterAgentAdoptsItAndReadsTheExitCode(Isolation isolation) throws Exception {
        Launch launch =
                launch(isolation, List.of(), "sh", "-c", "echo up; while [ ! -e go ]; do sleep 0.02; done; exit 9");
        Path go = isolation.isolated() ? dir.resolve("root/go") : dir.resolve("c/go");
        start(isolation, launch);
        awaitLog(launch, "up");
        Found found = ContainerProcess.find(
                launch.folder(), isolation, launch.environment().get(Launch.POD_UID), "main");
        assertThat(found).isInstanceOf(Found.Running.class);
        Files.createFile(go);
        assertThat(((Found.Running) found).container().await().exitCode()).isEqualTo(9);
        assertThat(ContainerProcess.find(
                        launch.folder(), isolation, launch.environment().get(Launch.POD_UID), "main"))
                .matches(later -> later instanceof Found.Ended ended
                        && Integer.valueOf(9).equals(ended.end().exitCode()));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void withoutProcessAndExitCodeItIsLost(Isolation isolation) throws Exception {
        Launch launch = launch(isolation, List.of(), "sh", "-c", "echo up; sleep 600");
        start(isolation, launch);
        awaitLog(launch, "up");
        String mark = Launch.POD_UID + "=" + launch.environment().get(Launch.POD_UID);
        ProcessTree.marked(List.of(mark)).forEach(ProcessHandle::destroyForcibly);
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (!ProcessTree.marked(List.of(mark)).isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(ContainerProcess.find(
                        launch.folder(), isolation, launch.environment().get(Launch.POD_UID), "main"))
                .isInstanceOf(Found.Lost.class);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void isolatedContainersSeeMountsAndNoHome(Isolation isolation) throws Exception {
        if (!isolation.isolated()) {
            return;
        }
        Path volume = Files.createDirectories(dir.resolve("volume"));
        Path config = Files.createDirectories(dir.resolve("config"));
        Files.writeString(config.resolve("key"), "value");
        Path hosts = Files.writeString(dir.resolve("hosts"), "127.0.0.1 ml-pipeline\n");
        List<Mount> mounts = List.of(
                new Mount(volume, "/minio", false),
                new Mount(config, "/etc/app/config", true),
                new Mount(hosts, "/etc/hosts", true));
        // In a user namespace the user's own permissions are what protects the system.
        boolean readOnly = isolation != Isolation.UNSHARE_USER;
        String writes = readOnly
                ? "touch /usr/kumiki-test 2>/dev/null || echo read-only; touch /etc/app/config/x 2>/dev/null || echo"
                        + " read-only"
                : "true";
        Launch launch = launch(
                isolation,
                mounts,
                "sh",
                "-c",
                "cat /etc/app/config/key /etc/hosts; echo out > /minio/a; touch /tmp/x; ls -A /root /home; ls"
                        + " /etc/passwd; "
                        + writes + "");
        assertThat(start(isolation, launch).await().exitCode()).isZero();
        assertThat(Files.readString(launch.log()))
                .isEqualTo("value127.0.0.1 ml-pipeline\n/home:\n\n/root:\n/etc/passwd\n"
                        + (readOnly ? "read-only\nread-only\n" : ""));
        assertThat(volume.resolve("a")).hasContent("out");
    }

    private static void awaitLog(Launch launch, String text) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!Files.exists(launch.log()) || !Files.readString(launch.log()).contains(text)) {
            assertThat(System.nanoTime())
                    .as("waiting for \"" + text + "\" in the log")
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
