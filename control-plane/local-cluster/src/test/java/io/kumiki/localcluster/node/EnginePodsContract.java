package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.engine.ContainerEngine;
import io.kumiki.localcluster.node.engine.DockerEngine;
import io.kumiki.localcluster.node.engine.TestEngine;
import io.kumiki.localcluster.node.engine.TestRegistry;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.InstalledPythons;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pods whose images are real, in an engine of the test's own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EnginePodsContract {
    private final Vertx vertx = Vertx.vertx();
    private TestEngine engines;
    private TestRegistry registry;

    @TempDir
    static Path home;

    @TempDir
    Path dir;

    private final FakeCluster cluster = new FakeCluster();
    private ContainerEngine engine;
    private NodeAgent agent;

    /// Starts the engine, or skips.
    ///
    /// @param folder of its own
    /// @param registry that it may ask; null where there is none
    abstract TestEngine begin(Path folder, @Nullable TestRegistry registry) throws Exception;

    /// Whether its inspect says when the kernel ended a container for its memory, under cgroup v1.
    abstract boolean tellsOutOfMemory();

    @BeforeAll
    void begin() throws Exception {
        registry = TestRegistry.start(Files.createDirectories(home.resolve("registry")));
        engines = begin(Files.createDirectories(home.resolve("engine")), registry);
    }

    @AfterAll
    void end() throws Exception {
        if (engines != null) {
            engines.close();
        }
        if (registry != null) {
            registry.close();
        }
        vertx.close().await();
    }

    @BeforeEach
    void agent() throws Exception {
        engine = DockerEngine.ofThisMachine(vertx, engines.environment());
        agent = agent(Isolation.choose(System.getenv()));
        agent.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.stop(NodeAgent.OnStop.END_PODS);
            engine.close();
            assertThat(engines.said("ps", "--all", "--quiet"))
                    .as("no container is left")
                    .isEmpty();
        }
    }

    private NodeAgent agent(Isolation isolation) throws Exception {
        BuiltInImage fetch = container -> {
            Path file = container.hostPath(container.args().getFirst());
            try {
                if (container.args().size() > 1) {
                    container.awaitStop();
                    container.log().print("published " + Files.readString(file));
                    return 0;
                }
                Files.writeString(file, "from fetch");
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return 0;
        };
        return new NodeAgent(
                cluster,
                CrashingAgent.settings(dir, isolation),
                new ImageTable(InstalledPythons.in(List.of()), List.of("kumiki/artifact-agent"), List.of(), engine),
                Map.of("kumiki/artifact-agent", fetch),
                new PythonEnvironment(dir.resolve("cache"), Map.of(), dir),
                Clock.systemUTC());
    }

    private static ObjectNode pod(String name, String spec) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata")
                .put("name", name)
                .put("namespace", "kubeflow")
                .put("uid", UUID.randomUUID().toString());
        pod.set("spec", Json.parse(spec.replace("\"@\"", "\"" + TestEngine.IMAGE + "\"")));
        return pod;
    }

    private JsonNode run(String name, String spec, String phase) throws Exception {
        cluster.put(pod(name, spec));
        try {
            return cluster.awaitPhase(name, phase);
        } catch (AssertionError e) {
            throw new AssertionError(cluster.events.toString(), e);
        }
    }

    private String log(JsonNode pod, String container) throws Exception {
        return Files.readString(Objects.requireNonNull(agent.logFiles().find(pod.path("metadata"), container, false)));
    }

    private static JsonNode ended(JsonNode pod) {
        return pod.at("/status/containerStatuses/0/state/terminated");
    }

    @Test
    void environmentWordsVolumesAndTheLastWords() throws Exception {
        cluster.object("ConfigMap", "kubeflow", "settings", Json.parse("{\"data\":{\"color\":\"green\"}}"));
        cluster.object(
                "Secret",
                "kubeflow",
                "keys",
                Json.parse("{\"data\":{\"password\":\""
                        + Base64.getEncoder().encodeToString("geheim".getBytes(StandardCharsets.UTF_8)) + "\"}}"));
        JsonNode pod = run("whole", """
                {"restartPolicy":"Never","hostname":"here","initContainers":[
                  {"name":"fetch","image":"kumiki/artifact-agent","args":["/work/input"],
                   "volumeMounts":[{"name":"work","mountPath":"/work"}]},
                  {"name":"init","image":"@","command":["sh","-c","cat /work/input; echo init > /work/second"],
                   "volumeMounts":[{"name":"work","mountPath":"/work"}]}],
                 "containers":[{"name":"main","image":"@","workingDir":"/data","command":["sh","-c"],
                  "args":["pwd; hostname; cat /work/input /work/second /etc/settings/color /keys/password; echo; echo $FROM_IMAGE $(GREETING) $COLOR; cat /var/run/secrets/kubernetes.io/serviceaccount/token; echo; id -u; echo last > /dev/termination-log; exit 7"],
                  "env":[{"name":"GREETING","value":"hello"},{"name":"COLOR","valueFrom":{"configMapKeyRef":{"name":"settings","key":"color"}}}],
                  "volumeMounts":[{"name":"work","mountPath":"/work"},{"name":"work","mountPath":"/data","subPath":"data"},
                   {"name":"settings","mountPath":"/etc/settings"},{"name":"keys","mountPath":"/keys","readOnly":true}]}],
                 "volumes":[{"name":"work","emptyDir":{}},{"name":"settings","configMap":{"name":"settings"}},
                  {"name":"keys","secret":{"secretName":"keys"}}]}
                """, "Failed");
        assertThat(log(pod, "init")).isEqualTo("from fetch");
        assertThat(log(pod, "main"))
                .isEqualTo("/data\nhere\nfrom fetchinit\ngreengeheim\nyes hello green\ntoken-of-default\n0\n");
        assertThat(ended(pod).path("exitCode").asInt()).isEqualTo(7);
        assertThat(ended(pod).path("message").asText()).isEqualTo("last\n");
    }

    @Test
    void theImagesOwnCommandAndAnotherUserWhoMayWriteNothing() throws Exception {
        JsonNode own = run(
                "own",
                "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\",\"image\":\"@\"}]}",
                "Succeeded");
        assertThat(log(own, "main")).isEqualTo("the command of the image\n");
        JsonNode user = run("user", """
                {"restartPolicy":"Never","securityContext":{"runAsUser":1000,"runAsGroup":1000,"runAsNonRoot":true,"fsGroup":2000},
                 "containers":[{"name":"main","image":"@","command":["sh","-c","id; touch /x; touch /vol/y && echo wrote; grep CapEff /proc/self/status; grep NoNew /proc/self/status"],
                  "securityContext":{"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}},
                  "volumeMounts":[{"name":"vol","mountPath":"/vol"}]}],"volumes":[{"name":"vol","emptyDir":{}}]}
                """, "Succeeded");
        assertThat(log(user, "main"))
                .contains("uid=1000", "gid=1000", "2000", "Read-only file system", "wrote", "CapEff:\t0000000000000000")
                .containsPattern("NoNewPrivs:\\s+1");
    }

    @Test
    void whoTakesTooMuchMemoryIsToldSo() throws Exception {
        JsonNode pod = run("greedy", """
                {"restartPolicy":"Never","containers":[{"name":"main","image":"@","resources":{"limits":{"memory":"32Mi"}},
                 "command":["sh","-c","x=$(yes | head -c 200000000); echo survived"]}]}
                """, "Failed");
        assertThat(ended(pod).path("exitCode").asInt()).isEqualTo(137);
        String reason = ended(pod).path("reason").asText();
        if (!tellsOutOfMemory() && ControlGroups.detect().note().contains("cgroup v1")) {
            System.out.println("Podman with cgroup v1 does not tell why it was killed; the reason shown is " + reason);
            assertThat(reason).isIn("OOMKilled", "Error");
        } else {
            assertThat(reason).isEqualTo("OOMKilled");
        }
    }

    @Test
    void itIsAskedHookedRestartedAndEndsWithinItsGrace() throws Exception {
        cluster.put(pod("server", """
                {"restartPolicy":"Always","terminationGracePeriodSeconds":2,"containers":[{"name":"main","image":"@",
                 "command":["sh","-c","echo start; trap 'echo told; exit 0' TERM; while [ ! -f /tmp/die ]; do sleep 0.1; done; exit 4"],
                 "readinessProbe":{"exec":{"command":["test","-f","/tmp/ready"]},"periodSeconds":1},
                 "lifecycle":{"postStart":{"exec":{"command":["sh","-c","echo hook > /tmp/hook; touch /tmp/ready"]}}}}]}
                """));
        cluster.await(
                "server", pod -> pod.at("/status/containerStatuses/0/ready").asBoolean());
        JsonNode now = cluster.pod("server");
        try (var session = agent.podSessions()
                .exec(exec(now, false, "sh", "-c", "cat /tmp/hook; echo oops >&2; cat; touch /tmp/die; exit 9"))) {
            session.stdin().write("typed".getBytes(StandardCharsets.UTF_8));
            session.stdin().close();
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("hook\ntyped");
            assertThat(new String(session.stderr().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("oops\n");
            assertThat(session.await()).isEqualTo(9);
        }
        cluster.await(
                "server",
                pod -> pod.at("/status/containerStatuses/0/restartCount").asInt() == 1
                        && pod.at("/status/containerStatuses/0/ready").asBoolean());
        assertThat(cluster.pod("server")
                        .at("/status/containerStatuses/0/lastState/terminated/exitCode")
                        .asInt())
                .isEqualTo(4);
        JsonNode again = cluster.pod("server");
        cluster.delete("server", 2);
        cluster.awaitGone("server");
        assertThat(log(again, "main")).isEqualTo("start\ntold\n");
    }

    private static io.kumiki.kube.PodConnection.Exec exec(JsonNode pod, boolean tty, String... command) {
        return new io.kumiki.kube.PodConnection.Exec(
                pod.at("/metadata/namespace").asText(),
                pod.at("/metadata/name").asText(),
                pod.at("/metadata/uid").asText(),
                "main",
                List.of(command),
                new io.kumiki.kube.PodConnection.Channels(true, true, true, tty));
    }

    @Test
    void anImageThatIsNotHere() throws Exception {
        cluster.put(
                pod(
                        "absent",
                        "{\"containers\":[{\"name\":\"main\",\"image\":\"localhost:1/none/such:1\"},{\"name\":\"never\",\"image\":\"localhost:1/none/other:1\",\"imagePullPolicy\":\"Never\"}]}"));
        JsonNode pod = cluster.await(
                "absent",
                p -> p.at("/status/containerStatuses/0/state/waiting/reason")
                        .asText()
                        .equals("ImagePullBackOff"));
        assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asText())
                .startsWith("Back-off pulling image \"localhost:1/none/such:1\": ErrImagePull: ");
        assertThat(pod.at("/status/phase").asText()).isEqualTo("Pending");
        cluster.await(
                "absent",
                p -> p.at("/status/containerStatuses/1/state/waiting/reason")
                        .asText()
                        .equals("ErrImageNeverPull"));
        assertThat(cluster.events)
                .anyMatch(e -> e.startsWith("Failed: Failed to pull image"))
                .contains("Failed: Error: ErrImagePull", "Failed: Error: ImagePullBackOff")
                .contains(
                        "ErrImageNeverPull: Container image \"localhost:1/none/other:1\" is not present with pull policy of Never");
        cluster.delete("absent", 0);
        cluster.awaitGone("absent");
    }

    @Test
    void aProgramThatIsNotThere() throws Exception {
        JsonNode pod = run(
                "wrong",
                "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\",\"image\":\"@\",\"command\":[\"no-such-program\"]}]}",
                "Failed");
        assertThat(ended(pod).path("exitCode").asInt()).isEqualTo(128);
        assertThat(ended(pod).path("message").asText()).contains("no-such-program");
        assertThat(ended(pod).path("reason").asText()).isEqualTo("StartError");
    }

    @Test
    void entryPointAndCommandAsKubernetesHasThem() throws Exception {
        JsonNode pod = run("words", """
                {"restartPolicy":"Never","containers":[
                 {"name":"neither","image":"ENTRY"},{"name":"arguments","image":"ENTRY","args":["given"]},
                 {"name":"command","image":"ENTRY","command":["id","-u"]},{"name":"folder","image":"ENTRY","command":["pwd"]}]}
                """.replace("ENTRY", TestEngine.ENTRY_IMAGE), "Succeeded");
        assertThat(log(pod, "neither")).isEqualTo("entry command\n");
        assertThat(log(pod, "arguments")).isEqualTo("entry given\n");
        assertThat(log(pod, "command")).as("the image's user").isEqualTo("1000\n");
        assertThat(log(pod, "folder")).isEqualTo("/var\n");
        assertThat(cluster.events)
                .contains(
                        "Pulled: Container image \"" + TestEngine.ENTRY_IMAGE + "\" already present on machine",
                        "Created: Created container: neither",
                        "Started: Started container neither");
    }

    @Test
    void aPrivateImageComesWithTheSecretThatFits() throws Exception {
        assumeTrue(registry != null, "there is no registry to pull from");
        String image = registry.address() + "/team/tool:1";
        engines.said("tag", TestEngine.IMAGE, image);
        String pushed = engines.push(image);
        engines.said("rmi", image);
        secret("right", TestEngine.login(registry.address(), TestRegistry.PASSWORD));
        secret("wrong", TestEngine.login(registry.address(), "falsch"));
        String container = "\"containers\":[{\"name\":\"main\",\"image\":\"" + image
                + "\",\"imagePullPolicy\":\"POLICY\",\"command\":[\"echo\",\"private\"]}]}";
        cluster.put(pod("nobody", "{\"restartPolicy\":\"Never\"," + container.replace("POLICY", "Always")));
        JsonNode refused = cluster.await(
                "nobody",
                p -> p.at("/status/containerStatuses/0/state/waiting/reason")
                        .asText()
                        .equals("ImagePullBackOff"));
        assertThat(refused.at("/status/containerStatuses/0/state/waiting/message")
                        .asText())
                .containsIgnoringCase("auth");
        JsonNode pod = run(
                "known",
                "{\"restartPolicy\":\"Never\",\"imagePullSecrets\":[{\"name\":\"gone\"},{\"name\":\"wrong\"},{\"name\":\"right\"}],"
                        + container.replace("POLICY", "IfNotPresent"),
                "Succeeded");
        assertThat(log(pod, "main")).as(pushed).isEqualTo("private\n");
        String id = pod.at("/status/containerStatuses/0/imageID").asText();
        assertThat(id).startsWith(registry.address() + "/team/tool@sha256:");
        assertThat(cluster.events)
                .anyMatch(e -> e.startsWith("Pulled: Successfully pulled image \"" + image + "\" in "))
                .contains("FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (gone);"
                        + " attempting to pull the image may not succeed.");
        engines.said("rmi", image);
        JsonNode exact = run(
                "exact",
                "{\"restartPolicy\":\"Never\",\"imagePullSecrets\":[{\"name\":\"right\"}],"
                        + container.replace(image, id).replace("POLICY", "IfNotPresent"),
                "Succeeded");
        assertThat(exact.at("/status/containerStatuses/0/imageID").asText()).isEqualTo(id);
        cluster.delete("nobody", 0);
        cluster.awaitGone("nobody");
    }

    private void secret(String name, JsonNode config) {
        var secret = Json.object();
        secret.putObject("data").put(".dockerconfigjson", Base64.getEncoder().encodeToString(Json.bytes(config)));
        cluster.object("Secret", "kubeflow", name, secret);
    }

    @Test
    void anotherAgentGoesOnAndLosesNoLine() throws Exception {
        cluster.put(pod("lives", """
                {"restartPolicy":"Never","containers":[{"name":"main","image":"@",
                 "command":["sh","-c","i=0; while [ $i -lt 60 ]; do echo line $i; echo err $i >&2; i=$((i+1)); sleep 0.1; done"]}]}
                """));
        cluster.awaitPhase("lives", "Running");
        JsonNode before = cluster.pod("lives");
        TimeUnit.SECONDS.sleep(1);
        agent.stop(NodeAgent.OnStop.KEEP_PODS);
        TimeUnit.SECONDS.sleep(1);
        agent = agent(Isolation.choose(System.getenv()));
        agent.start();
        JsonNode pod = cluster.awaitPhase("lives", "Succeeded");
        String log = log(pod, "main");
        // Docker takes what is written at nearly the same time from the two streams in any order.
        for (String stream : List.of("line", "err")) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                all.append(stream).append(' ').append(i).append('\n');
            }
            assertThat(log.replaceAll("(?m)^(?!" + stream + " ).*\n", "")).isEqualTo(all.toString());
        }
        assertThat(log.lines()).hasSize(120);
        assertThat(pod.at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
        assertThat(pod.at("/status/containerStatuses/0/restartCount").asInt()).isZero();
    }

    @Test
    void aPodDeletedMeanwhileLeavesNoContainer() throws Exception {
        cluster.put(
                pod(
                        "goes",
                        "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\",\"image\":\"@\",\"command\":[\"sleep\",\"300\"]}]}"));
        cluster.awaitPhase("goes", "Running");
        JsonNode pod = cluster.pod("goes");
        agent.stop(NodeAgent.OnStop.KEEP_PODS);
        assertThat(engines.said("ps", "--quiet")).isNotEmpty();
        cluster.finishDelete(pod);
        agent = agent(Isolation.choose(System.getenv()));
        agent.start();
        until(() -> engines.said("ps", "--all", "--quiet").isEmpty());
    }

    private interface Holds {
        boolean now() throws Exception;
    }

    private static void until(Holds holds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!holds.now()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// As a pipeline's step is: its outputs are published by code of ours once it has ended.
    @Test
    void theVolumesOfAStepAreSharedWithCodeOfOurs() throws Exception {
        for (Isolation isolation : List.of(Isolation.choose(System.getenv()), Isolation.PLAIN)) {
            agent.stop(NodeAgent.OnStop.END_PODS);
            agent = agent(isolation);
            agent.start();
            String work =
                    isolation.isolated() ? "/minio" : dir.resolve("steps/run").toString();
            JsonNode pod = run(
                    "step-" + isolation.name().toLowerCase(java.util.Locale.ROOT),
                    """
                    {"restartPolicy":"Never","initContainers":[
                      {"name":"fetch","image":"kumiki/artifact-agent","args":["WORK/in"],"volumeMounts":[{"name":"work","mountPath":"WORK"}]},
                      {"name":"publish","image":"kumiki/artifact-agent","restartPolicy":"Always","args":["WORK/out","publish"],
                       "volumeMounts":[{"name":"work","mountPath":"WORK"}]}],
                     "containers":[{"name":"main","image":"@","command":["sh","-c","cat WORK/in; echo; echo result > WORK/out; echo $KF_PIPELINES_ENDPOINT"],
                      "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}},
                      "volumeMounts":[{"name":"work","mountPath":"WORK"}]}],
                     "volumes":[{"name":"work","emptyDir":{}}]}
                    """.replace("WORK", work),
                    "Succeeded");
            assertThat(log(pod, "main")).isEqualTo("from fetch\nhttp://127.0.0.1:8888\n");
            assertThat(log(pod, "publish")).isEqualTo("published result\n");
        }
    }

    @Test
    @Timeout(60)
    void aTerminalAndAnInput() throws Exception {
        cluster.put(pod("talks", """
                {"restartPolicy":"Never","terminationGracePeriodSeconds":1,"containers":[
                 {"name":"main","image":"@","stdin":true,"tty":true,"command":["sh","-c","read a; echo heard $a; stty size; read b"]},
                 {"name":"once","image":"@","stdin":true,"stdinOnce":true,"command":["sh","-c","cat; echo over"]}]}
                """));
        cluster.awaitPhase("talks", "Running");
        JsonNode pod = cluster.pod("talks");
        try (var session = attached(pod, "main", true)) {
            session.resize(91, 33);
            session.stdin().write("you\r".getBytes(StandardCharsets.UTF_8));
            session.stdin().flush();
            until(() -> log(pod, "main").contains("33 91"));
            assertThat(log(pod, "main")).contains("heard you");
        }
        try (var session = attached(pod, "once", false)) {
            session.stdin().write("some text\n".getBytes(StandardCharsets.UTF_8));
            session.stdin().close();
            until(() -> log(pod, "once").equals("some text\nover\n"));
        }
        try (var session = agent.podSessions().exec(exec(pod, true, "sh", "-c", "stty size; read x; echo got $x"))) {
            session.resize(70, 20);
            // Docker would keep ^P from the program, waiting for ^Q; its echo shows that it came.
            session.stdin().write(16);
            session.stdin().flush();
            StringBuilder shown = new StringBuilder();
            while (shown.indexOf("^P") < 0) {
                shown.append((char) session.stdout().read());
            }
            session.stdin().write("in\r".getBytes(StandardCharsets.UTF_8));
            shown.append(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(shown.toString()).contains("got \020in\r\n");
            assertThat(session.await()).isZero();
        }
        cluster.delete("talks", 1);
        cluster.awaitGone("talks");
    }

    private io.kumiki.kube.PodSessions.Session attached(JsonNode pod, String container, boolean tty) throws Exception {
        return agent.podSessions()
                .attach(new io.kumiki.kube.PodConnection.Attach(
                        pod.at("/metadata/namespace").asText(),
                        pod.at("/metadata/name").asText(),
                        pod.at("/metadata/uid").asText(),
                        container,
                        new io.kumiki.kube.PodConnection.Channels(true, true, !tty, tty)));
    }

    /// Engines let a command go on when its client leaves.
    @Test
    void aCommandWhoseClientLeavesEnds() throws Exception {
        cluster.put(
                pod(
                        "host",
                        "{\"restartPolicy\":\"Never\",\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"main\",\"image\":\"@\",\"command\":[\"sleep\",\"300\"]}]}"));
        cluster.awaitPhase("host", "Running");
        JsonNode pod = cluster.pod("host");
        until(() -> agent.podSessions().exec(exec(pod, false, "true")).await() == 0);
        var session = agent.podSessions().exec(exec(pod, false, "sleep", "4711"));
        until(() -> processes(pod).contains("sleep 4711"));
        session.close();
        until(() -> !processes(pod).contains("sleep 4711"));
        cluster.delete("host", 1);
        cluster.awaitGone("host");
    }

    private String processes(JsonNode pod) throws Exception {
        try (var session = agent.podSessions().exec(exec(pod, false, "ps"))) {
            return new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatItsUsersWroteIsGivenBackAndNothingElse() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can make files of others");
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Path outside = Files.createFile(dir.resolve("outside"));
        Path deep = Files.createFile(Files.createDirectory(tree.resolve("a")).resolve("b"));
        Files.createSymbolicLink(tree.resolve("link"), outside);
        Files.setAttribute(tree, "unix:uid", 4242);
        Files.setAttribute(tree.resolve("a"), "unix:uid", 1000);
        Files.setAttribute(tree.resolve("a"), "unix:mode", 0700);
        new ForeignFiles(engine).giveBack(tree);
        for (Path file : List.of(tree.resolve("a"), deep, tree.resolve("link"))) {
            assertThat(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                    .as(file.toString())
                    .isEqualTo(4242);
        }
        assertThat(Files.getAttribute(outside, "unix:uid")).isEqualTo(0);
    }

    @Test
    void anEngineThatHangsHoldsUpNobody() throws Exception {
        cluster.put(
                pod(
                        "held",
                        "{\"restartPolicy\":\"Never\",\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"main\",\"image\":\"@\",\"command\":[\"sleep\",\"300\"]}]}"));
        cluster.awaitPhase("held", "Running");
        engines.signal("STOP");
        try {
            JsonNode process = run(
                    "beside",
                    "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\",\"image\":\"busybox\",\"command\":[\"echo\",\"hi\"]}]}",
                    "Succeeded");
            assertThat(log(process, "main")).isEqualTo("hi\n");
            cluster.delete("held", 1);
        } finally {
            engines.signal("CONT");
        }
        cluster.awaitGone("held");
    }

    @Test
    void anEngineThatIsStartedAnewLosesNothing() throws Exception {
        cluster.put(
                pod(
                        "stays",
                        "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\",\"image\":\"@\",\"command\":[\"sh\",\"-c\",\"echo one; sleep 3; echo two; exit 5\"]}]}"));
        cluster.awaitPhase("stays", "Running");
        engines.stopService();
        engines.service();
        JsonNode pod = cluster.awaitPhase("stays", "Failed");
        assertThat(ended(pod).path("exitCode").asInt()).isEqualTo(5);
        assertThat(log(pod, "main")).isEqualTo("one\ntwo\n");
    }
}
