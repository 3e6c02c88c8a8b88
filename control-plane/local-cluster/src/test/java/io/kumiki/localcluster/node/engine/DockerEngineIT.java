package io.kumiki.localcluster.node.engine;

import static io.kumiki.localcluster.node.engine.ScriptedEngine.answer;
import static io.kumiki.localcluster.node.engine.ScriptedEngine.chunk;
import static io.kumiki.localcluster.node.engine.ScriptedEngine.frame;
import static io.kumiki.localcluster.node.engine.ScriptedEngine.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.localcluster.node.engine.ContainerEngine.Presence;
import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Mount;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said on the wire, and what is made of answers: shapes as Docker and Podman give them.
class DockerEngineIT {
    private static final Vertx VERTX = Vertx.vertx();

    @TempDir
    Path dir;

    private ScriptedEngine script;
    private ContainerEngine engine;

    @BeforeEach
    void engine() throws IOException {
        script = new ScriptedEngine(dir.resolve("e.sock"))
                .on("GET /_ping", 200, "OK")
                .on("GET /version", 200, version("Podman Engine", kernel()))
                .on("GET /info", 200, "{\"SecurityOptions\":[\"name=seccomp,profile=default\"]}");
        engine = DockerEngine.ofThisMachine(VERTX, Map.of("DOCKER_HOST", "unix://" + script.socket));
    }

    @AfterEach
    void stop() throws IOException {
        engine.close();
        script.close();
    }

    @AfterAll
    static void stopVertx() {
        VERTX.close().await();
    }

    private static String kernel() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    }

    private static String version(String product, String kernel) {
        return "{\"Version\":\"4.3.1\",\"KernelVersion\":\"" + kernel + "\",\"Components\":[{\"Name\":\"" + product
                + "\",\"Version\":\"4.3.1\"}]}";
    }

    @Test
    void whoAnswers() throws Exception {
        assertThat(engine.presence()).isEqualTo(new Presence.Answers("Podman Engine 4.3.1", true));
    }

    @Test
    void dockerAndOrdinaryUsersEnginesEnterNoNamespace() throws Exception {
        script.on("GET /version", 200, version("Engine", kernel()));
        assertThat(engine.presence()).isEqualTo(new Presence.Answers("Docker 4.3.1", false));
        script.on("GET /version", 200, version("Podman Engine", kernel()))
                .on("GET /info", 200, "{\"SecurityOptions\":[\"name=rootless\"]}");
        ContainerEngine another = DockerEngine.ofThisMachine(VERTX, Map.of("KUMIKI_ENGINE", script.socket.toString()));
        assertThat(another.presence()).isEqualTo(new Presence.Answers("Podman Engine 4.3.1", false));
        another.close();
    }

    @Test
    void anEngineInAnotherMachineIsNone() {
        script.on("GET /version", 200, version("Engine", "5.15.0-linuxkit"));
        assertThat(engine.presence().toString()).contains("another machine or a virtual one");
    }

    @Test
    void whatIsRefusedIsSaid() {
        assertThat(DockerEngine.ofThisMachine(VERTX, Map.of("KUMIKI_ENGINE", "none"))
                        .presence())
                .isEqualTo(new Presence.Absent("KUMIKI_ENGINE is none"));
        assertThat(DockerEngine.ofThisMachine(VERTX, Map.of("DOCKER_HOST", "tcp://10.0.0.1:2375"))
                        .presence()
                        .toString())
                .contains("DOCKER_HOST is tcp://10.0.0.1:2375, and only an engine of this machine can be used");
        ContainerEngine nobody = DockerEngine.ofThisMachine(
                VERTX, Map.of("KUMIKI_ENGINE", dir.resolve("no.sock").toString()));
        assertThat(nobody.presence().toString()).contains("there is no socket at " + dir.resolve("no.sock"));
        nobody.close();
    }

    @Test
    void oneThatHangsIsWaitedForNotForEver() {
        script.on("GET /_ping", (client, in) -> {});
        long began = System.nanoTime();
        assertThat(engine.presence().toString()).contains("nobody answers at " + script.socket);
        assertThat(System.nanoTime() - began).isLessThan(20_000_000_000L);
    }

    @Test
    void oneThatFallsSilentKeepsItsPlaceAndItsErrorsAreTimely() throws Exception {
        assertThat(engine.presence()).isInstanceOf(Presence.Answers.class);
        script.on("GET /containers/c/json", (client, in) -> {});
        assertThatThrownBy(() -> engine.inspect("c"))
                .isInstanceOf(EngineFault.class)
                .hasMessage("no answer to GET /containers/c/json within 10000 ms")
                .matches(e -> ((EngineFault) e).unanswered());
    }

    @Test
    void aContainerIsOrderedInTheirWords() throws Exception {
        script.on("POST /containers/create", 201, "{\"Id\":\"1\",\"Warnings\":[]}");
        engine.create(
                "kumiki-1",
                new ContainerOrder(
                        new ContainerOrder.Programs(
                                "a/b:1", List.of("run"), List.of("x"), Map.of("A", "1"), "/w", "SIGINT"),
                        new ContainerOrder.Rights(
                                "7:8",
                                List.of(9L),
                                true,
                                List.of("NET_ADMIN"),
                                List.of("ALL"),
                                List.of("label=disable")),
                        List.of(new Mount(Path.of("/from"), "/to", true)),
                        "ns:/net/1",
                        "here",
                        new ControlGroups.Limits(1 << 20, 1500, 500),
                        new Console.Wish(true, true, false),
                        Map.of("l", "v")));
        String asked = script.asked.getLast();
        assertThat(asked).startsWith("POST /containers/create?name=kumiki-1 ");
        assertThat(Json.parse(asked.substring(asked.indexOf('{'))))
                .isEqualTo(Json.parse("""
            {"Image":"a/b:1","Entrypoint":["run"],"Cmd":["x"],"Env":["A=1"],"WorkingDir":"/w","StopSignal":"SIGINT","Hostname":"here","User":"7:8",
             "Tty":false,"OpenStdin":true,"AttachStdin":true,"StdinOnce":true,"Labels":{"l":"v"},"Healthcheck":{"Test":["NONE"]},
             "HostConfig":{"NetworkMode":"ns:/net/1","Mounts":[{"Type":"bind","Source":"/from","Target":"/to","ReadOnly":true}],
              "ReadonlyRootfs":true,"CapAdd":["NET_ADMIN"],"CapDrop":["ALL"],"SecurityOpt":["label=disable"],"GroupAdd":["9"],"PidsLimit":%d,
              "Memory":1048576,"MemorySwap":1048576,"NanoCpus":1500000000,"CpuShares":512,"LogConfig":{"Type":"json-file"},
              "RestartPolicy":{"Name":"no"}}}""".formatted(ControlGroups.MOST_PROCESSES)));
    }

    @Test
    void theirErrorsAreKept() {
        script.on("POST /containers/create", 409, "{\"message\":\"name is in use\"}")
                .on("POST /containers/c/start", 500, "not json")
                .on("GET /containers/gone/json", 404, "{\"message\":\"no such container\"}")
                .on("DELETE /containers/gone", 404, "{\"message\":\"no such container\"}");
        assertThatThrownBy(() -> engine.start("c")).hasMessage("the engine answered 500");
        assertThatThrownBy(() -> engine.exec("c", List.of("x"), false)).isInstanceOf(EngineFault.class);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> engine.remove("gone")))
                .isNull();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> assertThat(engine.inspect("gone")).isNull()))
                .isNull();
    }

    @Test
    void howAContainerStands() throws Exception {
        script.on(
                "GET /containers/c/json",
                200,
                "{\"State\":{\"Status\":\"exited\",\"Running\":false,\"ExitCode\":137,\"OOMKilled\":true,\"Error\":\"\","
                        + "\"FinishedAt\":\"2026-11-29T20:14:21.878153777+09:00\"},\"Config\":{\"StopSignal\":\"SIGQUIT\"}}");
        var status = engine.inspect("c");
        assertThat(status.outOfMemory()).isTrue();
        assertThat(status.exitCode()).isEqualTo(137);
        assertThat(status.stopSignal()).isEqualTo("SIGQUIT");
        assertThat(status.finishedAt()).isEqualTo("2026-11-29T11:14:21.878153777Z");
        script.on(
                "GET /containers/c/json",
                200,
                "{\"State\":{\"Status\":\"created\",\"FinishedAt\":\"0001-01-01T00:00:00Z\"},\"Config\":{}}");
        assertThat(engine.inspect("c").finishedAt()).isNull();
        assertThat(engine.inspect("c").stopSignal()).isEqualTo("SIGTERM");
    }

    @Test
    void anAnswerThatIsTooLongIsNotRead() {
        script.on("GET /containers/c/json", (client, in) -> {
            write(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] block = chunk(new byte[1 << 16]);
            for (int i = 0; i < 80; i++) {
                write(client, block);
            }
        });
        assertThatThrownBy(() -> engine.inspect("c")).hasMessageContaining("longer than 4194304 bytes");
    }

    @Test
    void anImageComesInLayers() throws Exception {
        script.on("POST /images/create", (client, in) -> {
            write(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            // Lines do not care for chunks.
            write(
                    client,
                    chunk("{\"status\":\"Pulling\"}\r\n{\"id\":\"a\",\"progressDetail\":{\"current\":1000000,"
                            .getBytes(StandardCharsets.UTF_8)));
            write(
                    client,
                    chunk(
                            "\"total\":4000000}}\n{\"id\":\"b\",\"progressDetail\":{\"current\":2000000,\"total\":2000000}}\n"
                                    .getBytes(StandardCharsets.UTF_8)));
            write(client, "0\r\n\r\n");
        });
        List<String> progress = new ArrayList<>();
        engine.pull("r.example/a:1", new RegistryLogin("r.example", "me", "geheim", ""), progress::add);
        assertThat(progress).contains("1 of 4 MB in 1 layers").endsWith("3 of 6 MB in 2 layers");
        assertThat(script.asked.getLast()).isEqualTo("POST /images/create?fromImage=r.example%2Fa%3A1");
    }

    @Test
    void anImageThatCannotCome() {
        script.on(
                "POST /images/create",
                (client, in) -> write(
                        client,
                        answer(
                                200,
                                "{\"status\":\"x\"}\n{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied: no access\"}\n")));
        assertThatThrownBy(() -> engine.pull("a:1", null, so -> {})).hasMessage("denied: no access");
        script.on("POST /images/create", 404, "{\"message\":\"manifest unknown\"}");
        assertThatThrownBy(() -> engine.pull("a:1", null, so -> {})).hasMessage("manifest unknown");
        script.on("POST /images/create", (client, in) -> write(client, answer(200, "x".repeat(70_000))));
        assertThatThrownBy(() -> engine.pull("a:1", null, so -> {})).hasMessageContaining("a line of more than");
        script.on("POST /images/create", (client, in) -> {
            write(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.close();
        });
        assertThatThrownBy(() -> engine.pull("a:1", null, so -> {})).hasMessageContaining("broke off");
    }

    @Test
    void outputIsToldInItsOrder() throws Exception {
        script.on("GET /containers/c/logs", (client, in) -> {
            write(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] first = frame(1, "one\n");
            write(client, chunk(java.util.Arrays.copyOf(first, 3)));
            write(client, chunk(java.util.Arrays.copyOfRange(first, 3, first.length)));
            write(client, chunk(frame(2, "two\n")));
            write(client, chunk(frame(1, "")));
            write(client, chunk(frame(1, "x".repeat(200_000))));
            write(client, "0\r\n\r\n");
        });
        try (var out = engine.output("c", false, true)) {
            assertThat(new String(out.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("one\ntwo\n" + "x".repeat(200_000));
        }
        script.on("GET /containers/c/logs", (client, in) -> write(client, answer(200, "raw as a terminal gives it")));
        try (var out = engine.output("c", true, false)) {
            assertThat(new String(out.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("raw as a terminal gives it");
        }
        try (var out = engine.output("c", false, false)) {
            assertThatThrownBy(out::readAllBytes).hasMessageContaining("not in frames");
        }
    }

    @Test
    void aFrameThatSaysItIsHugeIsNotHeld() {
        script.on("GET /containers/c/logs", (client, in) -> {
            write(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            write(client, chunk(new byte[] {1, 0, 0, 0, -1, -1, -1, -1, 'a'}));
            write(client, "0\r\n\r\n");
        });
        assertThatThrownBy(() -> {
                    try (var out = engine.output("c", false, false)) {
                        out.readAllBytes();
                    }
                })
                .hasMessageContaining("middle of a frame");
    }

    @Test
    void aCommandTalksBothWays() throws Exception {
        script.on("POST /containers/c/exec", 201, "{\"Id\":\"e1\"}")
                .on("GET /exec/e1/json", 200, "{\"Running\":false,\"ExitCode\":3,\"Pid\":0}")
                .on("POST /exec/e1/start", (client, in) -> {
                    write(client, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
                    String typed = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    write(client, frame(2, "err"));
                    write(client, frame(1, "heard " + typed));
                    client.close();
                });
        try (var session = engine.exec("c", List.of("cat"), false)) {
            session.stdin().write("me".getBytes(StandardCharsets.UTF_8));
            session.stdin().close();
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("heard me");
            assertThat(new String(session.stderr().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("err");
            assertThat(session.await()).isEqualTo(3);
        }
        assertThat(script.asked)
                .anyMatch(a -> a.startsWith("POST /containers/c/exec {") && a.contains("\"Cmd\":[\"cat\"]"));
    }

    @Test
    void aCommandThatIsRefused() {
        script.on("POST /containers/c/exec", 201, "{\"Id\":\"e1\"}")
                .on("POST /exec/e1/start", 409, "{\"message\":\"container is not running\"}");
        assertThatThrownBy(() -> engine.exec("c", List.of("cat"), false)).hasMessage("container is not running");
    }

    @Test
    void namesDoNotLeaveTheirPlace() throws Exception {
        script.on("GET /images/a/b:1/json", 200, "{\"Id\":\"i\",\"Config\":{\"User\":\"app\"}}");
        assertThat(engine.image("a/b:1")).isEqualTo(new ContainerEngine.Image("sha256:i", "app"));
        script.on(
                "GET /images/a/b:1/json",
                200,
                "{\"Id\":\"sha256:i\",\"RepoDigests\":[\"r.example/a/b@sha256:1\",\"docker.io/a/b@sha256:2\"],\"Config\":{}}");
        assertThat(engine.image("a/b:1")).isEqualTo(new ContainerEngine.Image("docker.io/a/b@sha256:2", ""));
        for (String odd : List.of("a b", "a/B", "../x", "a/b?x=1", "a//b", "a\r\nHost: x", "", "a:", "a@sha256:1")) {
            assertThat(ImageName.wellFormed(odd)).as(odd).isFalse();
        }
        for (String good : List.of(
                "a",
                "a:1",
                "localhost/a:1",
                "r.example:5000/a/b-c_d:v1.2",
                "Example.com/a",
                "a@sha256:" + "0".repeat(64))) {
            assertThat(ImageName.wellFormed(good)).as(good).isTrue();
        }
    }
}
