package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.InstalledPythons;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NodeAgentIT {
    private static final String NODE = "local";

    @TempDir
    Path dir;

    private final FakeCluster cluster = new FakeCluster();
    private final List<NodeAgent> agents = new ArrayList<>();
    private final List<String> builtInLog = Collections.synchronizedList(new ArrayList<>());

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(System.getenv());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    @AfterEach
    void stop() throws Exception {
        for (NodeAgent agent : agents) {
            agent.stop(NodeAgent.OnStop.END_PODS);
        }
    }

    private NodeAgent agent(Isolation isolation) throws IOException {
        return agent(isolation, NodeSettings.TEN_GIB);
    }

    private NodeAgent agent(Isolation isolation, long diskLimit) throws IOException {
        BuiltInImage image = container -> {
            String verb = container.args().get(0);
            builtInLog.add(verb);
            container.log().println("built-in " + verb);
            if (verb.equals("fetch")) {
                write(container.hostPath(container.env().get("IN") + "/input"), "from fetch");
                return 0;
            }
            container.awaitStop();
            builtInLog.add(read(container.hostPath(container.env().get("IN") + "/output")));
            return 0;
        };
        NodeSettings settings = new NodeSettings(
                NODE,
                dir.resolve("node"),
                dir.resolve("steps"),
                isolation,
                URI.create("https://127.0.0.1:6443"),
                "CA".getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:8888"),
                Map.of("ml-pipeline.kubeflow.svc.cluster.local", "127.0.0.1"),
                diskLimit,
                0);
        Path home = Path.of(System.getProperty("user.home"));
        ImageTable images = new ImageTable(
                InstalledPythons.in(InstalledPythons.usualFolders(System.getenv("PATH"), home)),
                List.of("kumiki/artifact-agent"),
                List.of());
        PythonEnvironment pythons = new PythonEnvironment(dir.resolve("cache"), Map.of(), home);
        NodeAgent agent = new NodeAgent(
                cluster, settings, images, Map.of("kumiki/artifact-agent", image), pythons, Clock.systemUTC());
        agent.start();
        agents.add(agent);
        return agent;
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "unreadable " + e;
        }
    }

    private static ObjectNode pod(String name, String spec) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata")
                .put("name", name)
                .put("namespace", "kubeflow")
                .put("uid", UUID.randomUUID().toString())
                .putObject("labels")
                .put("app", "x");
        ObjectNode specNode = (ObjectNode) Json.parse(spec);
        specNode.put("nodeName", NODE);
        pod.set("spec", specNode);
        return pod;
    }

    private static ObjectNode shell(String name, String script) {
        ObjectNode pod = pod(
                name,
                "{\"restartPolicy\":\"Never\",\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"main\",\"image\":\"busybox\"}]}");
        ((ObjectNode) pod.path("spec").path("containers").get(0))
                .putArray("command")
                .add("sh")
                .add("-c")
                .add(script);
        return pod;
    }

    private String log(NodeAgent agent, JsonNode pod, String container) throws IOException {
        return Files.readString(Objects.requireNonNull(agent.logFiles().find(pod.path("metadata"), container, false)));
    }

    private static JsonNode terminated(JsonNode pod) {
        return pod.path("status").path("containerStatuses").get(0).path("state").path("terminated");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aPodRunsToItsEnd(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        for (int i = 0; i < 5; i++) {
            long began = System.nanoTime();
            cluster.put(shell("ok" + i, "true"));
            cluster.awaitPhase("ok" + i, "Succeeded");
            System.out.printf(
                    "%s: pod created to Succeeded in %d ms%n",
                    isolation, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        }
        JsonNode pod = cluster.awaitPhase("ok0", "Succeeded");
        assertThat(terminated(pod).path("reason").asText()).isEqualTo("Completed");
        cluster.put(shell("bad", "echo no; exit 3"));
        JsonNode bad = cluster.awaitPhase("bad", "Failed");
        assertThat(terminated(bad).path("exitCode").asInt()).isEqualTo(3);
        assertThat(terminated(bad).path("reason").asText()).isEqualTo("Error");
        assertThat(log(agent, bad, "main")).isEqualTo("no\n");
        assertThat(cluster.history).contains("ok0 Running");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aPythonStepOfKfp(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        ObjectNode pod = pod(
                "py", "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\",\"image\":\"python:3.11\"}]}");
        ((ObjectNode) pod.path("spec").path("containers").get(0))
                .putArray("command")
                .add("sh")
                .add("-c")
                .add(
                        "python3 -c 'import sys; print(sys.version_info[:2], sys.prefix != sys.base_prefix)'; command -v pip; python3 -m pip --version; python3 -c 'import numpy' 2>&1 | tail -1");
        cluster.put(pod);
        JsonNode done = cluster.awaitPhase("py", "Succeeded");
        assertThat(log(agent, done, "main"))
                .contains("(3, 11) True")
                .contains("pip ")
                .contains("No module named 'numpy'");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void initSidecarAndMainShareAVolume(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        String at =
                isolation.isolated() ? "/minio" : dir.resolve("steps/s1/minio").toString();
        String mounts = "\"volumeMounts\":[{\"name\":\"work\",\"mountPath\":\"" + at
                + "\",\"subPath\":\"minio\"}],\"env\":[{\"name\":\"IN\",\"value\":\"" + at + "/x\"}]";
        ObjectNode pod = pod("chain", """
                {"restartPolicy":"Never","terminationGracePeriodSeconds":5,"volumes":[{"name":"work","emptyDir":{}}],
                 "initContainers":[
                  {"name":"fetch","image":"kumiki/artifact-agent:0.1.0","args":["fetch"],%1$s},
                  {"name":"publish","image":"kumiki/artifact-agent:0.1.0","restartPolicy":"Always","args":["publish"],%1$s}],
                 "containers":[{"name":"main","image":"busybox","command":["sh","-c","cat $IN/input; echo made > $(IN)/output"],%1$s}]}""".formatted(mounts));
        cluster.put(pod);
        JsonNode done = cluster.awaitPhase("chain", "Succeeded");
        assertThat(log(agent, done, "main")).isEqualTo("from fetch");
        assertThat(builtInLog).containsExactly("fetch", "publish", "made");
        assertThat(log(agent, done, "fetch")).isEqualTo("built-in fetch\n");
        cluster.delete("chain", 0);
        cluster.awaitGone("chain");
        awaitNoFolder(done);
        assertThat(Files.exists(dir.resolve("steps/s1"))).isFalse();
        assertThat(log(agent, done, "main")).as("logs stay after the pod").isEqualTo("from fetch");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void environmentAndVolumesFromOtherObjects(Isolation isolation) throws Exception {
        cluster.object(
                "ConfigMap", "kubeflow", "cm", Json.parse("{\"data\":{\"COLOR\":\"blue\",\"file.txt\":\"text\"}}"));
        cluster.object(
                "Secret",
                "kubeflow",
                "s",
                Json.parse("{\"data\":{\"password\":\""
                        + Base64.getEncoder().encodeToString("p w".getBytes(StandardCharsets.UTF_8)) + "\"}}"));
        NodeAgent agent = agent(isolation);
        ObjectNode pod = pod("env", """
                {"restartPolicy":"Never","containers":[{"name":"main","image":"bash","resources":{"limits":{"cpu":"1500m","memory":"64Mi"}},
                  "envFrom":[{"configMapRef":{"name":"cm"}},{"secretRef":{"name":"none","optional":true}}],
                  "env":[{"name":"PW","valueFrom":{"secretKeyRef":{"name":"s","key":"password"}}},
                    {"name":"POD","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
                    {"name":"APP","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}},
                    {"name":"CPU","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"}}},
                    {"name":"MEM","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}},
                    {"name":"ALL","value":"$(COLOR)-$(PW)-$$(POD)-$(NONE)"}],
                  "command":["bash","-c","echo $COLOR/$PW/$POD/$APP/$CPU/$MEM/$ALL; env | cut -d= -f1 | sort | tr '\\\\n' ' '"]}]}""");
        cluster.put(pod);
        JsonNode done = cluster.awaitPhase("env", "Succeeded");
        String log = log(agent, done, "main");
        assertThat(log).startsWith("blue/p w/env/x/1500/64/blue-p w-$(POD)-$(NONE)\n");
        assertThat(log).doesNotContain("JAVA").doesNotContain("SSH").doesNotContain("KUMIKI_PATH");
        if (!isolation.isolated()) {
            assertThat(log).contains("KUBECONFIG").contains("KF_PIPELINES_ENDPOINT");
            return;
        }
        ObjectNode mounted = pod("vol", """
                {"restartPolicy":"Never","serviceAccountName":"pipeline-runner","volumes":[{"name":"c","configMap":{"name":"cm","items":[{"key":"file.txt","path":"a/b.txt"}]}},
                  {"name":"s","secret":{"secretName":"s","defaultMode":256}},
                  {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"token","audience":"vault","expirationSeconds":600}},{"downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}}],
                 "containers":[{"name":"main","image":"alpine","volumeMounts":[{"name":"c","mountPath":"/etc/c"},{"name":"s","mountPath":"/s"},{"name":"p","mountPath":"/p"}],
                  "command":["sh","-c","cat /etc/c/a/b.txt; echo; cat /s/password; echo; stat -c %a /s/password; cat /p/token; echo; cat /p/labels; echo; cat /var/run/secrets/kubernetes.io/serviceaccount/token; echo; cat /var/run/secrets/kubernetes.io/serviceaccount/namespace; echo; grep ml-pipeline /etc/hosts; ls /root"]}]}""");
        cluster.put(mounted);
        assertThat(log(agent, cluster.awaitPhase("vol", "Succeeded"), "main"))
                .isEqualTo(
                        "text\np w\n400\ntoken-of-pipeline-runner-for-vault\napp=\"x\"\ntoken-of-pipeline-runner\nkubeflow\n127.0.0.1 ml-pipeline.kubeflow.svc.cluster.local\n");
        assertThat(cluster.lifetimes).contains("pipeline-runner vault 600");
        assertThat(Files.exists(Path.of("/var/run/secrets/kubernetes.io")))
                .as("nothing of it on the host")
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void usersAndGroups(Isolation isolation) throws Exception {
        agent(isolation);
        boolean root = ContainerStart.ownUid() == 0
                && isolation != Isolation.UNSHARE_USER
                && isolation != Isolation.BUBBLEWRAP;
        cluster.object("Secret", "kubeflow", "s", Json.parse("{\"data\":{\"k\":\"dg==\"}}"));
        String more = isolation.isolated()
                ? ",\"volumeMounts\":[{\"name\":\"s\",\"mountPath\":\"/s\"}],\"command\":[\"sh\",\"-c\",\"id -u; id -g; id -G; cat /s/k; touch $HOME/x $TMPDIR/x\"]"
                : ",\"command\":[\"sh\",\"-c\",\"id -u; id -g; id -G; echo v | tr -d '\\\\n'\"]";
        cluster.put(pod(
                "user",
                "{\"restartPolicy\":\"Never\",\"securityContext\":{\"runAsUser\":4321,\"fsGroup\":5432},\"volumes\":[{\"name\":\"s\",\"secret\":{\"secretName\":\"s\",\"defaultMode\":256}}],"
                        + "\"containers\":[{\"name\":\"main\",\"image\":\"busybox\"" + more + "}]}"));
        if (root) {
            assertThat(log(agents.getLast(), cluster.awaitPhase("user", "Succeeded"), "main"))
                    .isEqualTo("4321\n0\n0 5432\nv");
        } else {
            assertThat(cluster.awaitPhase("user", "Failed")
                            .path("status")
                            .path("message")
                            .asText())
                    .contains("runAsUser 4321")
                    .contains("fsGroup 5432");
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aMissingConfigMapIsWaitedFor(Isolation isolation) throws Exception {
        agent(isolation);
        ObjectNode pod = shell("waits", "echo $COLOR");
        ((ObjectNode) pod.path("spec").path("containers").get(0))
                .putArray("envFrom")
                .addObject()
                .putObject("configMapRef")
                .put("name", "later");
        cluster.put(pod);
        cluster.await(
                "waits",
                p -> p.path("status")
                        .path("containerStatuses")
                        .path(0)
                        .path("state")
                        .path("waiting")
                        .path("reason")
                        .asText()
                        .equals("CreateContainerConfigError"));
        cluster.object("ConfigMap", "kubeflow", "later", Json.parse("{\"data\":{\"COLOR\":\"green\"}}"));
        cluster.awaitPhase("waits", "Succeeded");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aStepThatIgnoresTermIsKilledAfterItsGrace(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        cluster.put(shell(
                "stubborn", "trap '' TERM; sh -c 'trap \"\" TERM; sleep 600' & echo up; while :; do sleep 0.1; done"));
        JsonNode up = cluster.awaitPhase("stubborn", "Running");
        awaitLog(agent, up, "up");
        long began = System.nanoTime();
        cluster.delete("stubborn", 1);
        cluster.awaitGone("stubborn");
        assertThat(System.nanoTime() - began)
                .isBetween(TimeUnit.MILLISECONDS.toNanos(900), TimeUnit.SECONDS.toNanos(6));
        awaitNoFolder(up);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aDeadlineEndsThePod(Isolation isolation) throws Exception {
        agent(isolation);
        ObjectNode pod = shell("late", "exec sleep 600");
        ((ObjectNode) pod.path("spec")).put("activeDeadlineSeconds", 1);
        cluster.put(pod);
        JsonNode failed = cluster.awaitPhase("late", "Failed");
        assertThat(failed.path("status").path("reason").asText()).isEqualTo("DeadlineExceeded");
        assertThat(terminated(failed).path("exitCode").asInt()).isEqualTo(143);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aHundredMegabytesOfLog(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        cluster.put(shell("loud", "head -c 100000000 /dev/zero | tr '\\0' 'x'; echo; echo end"));
        JsonNode done = cluster.awaitPhase("loud", "Succeeded");
        assertThat(Files.size(Objects.requireNonNull(agent.logFiles().find(done.path("metadata"), "main", false))))
                .isEqualTo(100_000_005L);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void restartPolicyOnFailure(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        String at = isolation.isolated() ? "/work" : dir.resolve("steps/r/work").toString();
        ObjectNode pod = shell("again", "echo x >> " + at + "/count; [ $(wc -l < " + at + "/count) = 2 ]");
        ObjectNode spec = (ObjectNode) pod.path("spec");
        spec.put("restartPolicy", "OnFailure");
        spec.putArray("volumes").addObject().put("name", "w").putObject("emptyDir");
        ((ObjectNode) spec.path("containers").get(0))
                .putArray("volumeMounts")
                .addObject()
                .put("name", "w")
                .put("mountPath", at);
        cluster.put(pod);
        JsonNode done = cluster.awaitPhase("again", "Succeeded");
        JsonNode status = done.path("status").path("containerStatuses").get(0);
        assertThat(status.path("restartCount").asInt()).isEqualTo(1);
        assertThat(status.path("lastState").path("terminated").path("exitCode").asInt())
                .isEqualTo(1);
        assertThat(agent.logFiles().find(done.path("metadata"), "main", true)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void whatCannotRunIsRefusedByName(Isolation isolation) throws Exception {
        agent(isolation);
        cluster.put(
                pod(
                        "no",
                        "{\"restartPolicy\":\"Never\",\"volumes\":[{\"name\":\"h\",\"hostPath\":{\"path\":\"/etc\"}}],\"containers\":[{\"name\":\"main\",\"image\":\"pytorch/pytorch:2.5\"}]}"));
        JsonNode failed = cluster.awaitPhase("no", "Failed");
        assertThat(failed.path("status").path("reason").asText()).isEqualTo("Refused");
        assertThat(failed.path("status").has("containerStatuses"))
                .as("kubectl would show the container's state instead of the reason")
                .isFalse();
        assertThat(failed.path("status").path("message").asText())
                .contains("pytorch/pytorch:2.5")
                .contains("hostPath")
                .contains("--mount");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void anUnknownCommandSaysSo(Isolation isolation) throws Exception {
        agent(isolation);
        ObjectNode pod = shell("typo", "");
        ((ObjectNode) pod.path("spec").path("containers").get(0))
                .putArray("command")
                .add("no-such-program");
        cluster.put(pod);
        JsonNode failed = cluster.awaitPhase("typo", "Failed");
        assertThat(terminated(failed).path("reason").asText()).isEqualTo("StartError");
        assertThat(terminated(failed).path("message").asText()).contains("no-such-program");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aPodThatFillsItsDiskIsEvicted(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation, 5_000_000);
        cluster.put(shell("greedy", "head -c 20000000 /dev/zero > big; echo up; exec sleep 600"));
        awaitLog(agent, cluster.awaitPhase("greedy", "Running"), "up");
        agent.lookAtDisk();
        JsonNode failed = cluster.awaitPhase("greedy", "Failed");
        assertThat(failed.path("status").path("reason").asText()).isEqualTo("Evicted");
        assertThat(failed.path("status").path("message").asText()).contains("limit");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aNewAgentAdoptsWhatRunsAndFindsWhatEnded(Isolation isolation) throws Exception {
        NodeAgent first = agent(isolation);
        String go = "while [ ! -e go ]; do sleep 0.05; done; echo went; exit 4";
        cluster.put(shell("lives", "echo up; " + go));
        cluster.put(shell("ends", "echo up; " + go));
        JsonNode lives = cluster.awaitPhase("lives", "Running");
        JsonNode ends = cluster.awaitPhase("ends", "Running");
        awaitLog(first, lives, "up");
        awaitLog(first, ends, "up");
        agents.clear();
        first.stop(NodeAgent.OnStop.KEEP_PODS);
        Files.createFile(workingFolder(isolation, ends).resolve("go"));
        awaitLog(first, ends, "went");
        assertThat(cluster.pod("ends").path("status").path("phase").asText()).isEqualTo("Running");

        NodeAgent second = agent(isolation);
        assertThat(terminated(cluster.awaitPhase("ends", "Failed"))
                        .path("exitCode")
                        .asInt())
                .isEqualTo(4);
        Files.createFile(workingFolder(isolation, lives).resolve("go"));
        JsonNode done = cluster.awaitPhase("lives", "Failed");
        assertThat(terminated(done).path("exitCode").asInt()).isEqualTo(4);
        assertThat(done.path("status")
                        .path("containerStatuses")
                        .get(0)
                        .path("restartCount")
                        .asInt())
                .isZero();
        assertThat(log(second, done, "main")).isEqualTo("up\nwent\n");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void stoppingMarksPodsAsDisrupted(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        cluster.put(shell("victim", "echo up; exec sleep 600"));
        awaitLog(agent, cluster.awaitPhase("victim", "Running"), "up");
        agents.clear();
        agent.stop(NodeAgent.OnStop.END_PODS);
        JsonNode failed = cluster.awaitPhase("victim", "Failed");
        assertThat(failed.path("status").path("conditions").toString()).contains("DisruptionTarget");
        assertThat(failed.path("status").path("reason").asText()).isEqualTo("Terminated");
    }

    private Path workingFolder(Isolation isolation, JsonNode pod) {
        Path start = dir.resolve("node/pods")
                .resolve(pod.path("metadata").path("uid").asText())
                .resolve("containers/main/0");
        return start.resolve(isolation.isolated() ? "root" : "work");
    }

    private void awaitNoFolder(JsonNode pod) {
        Path folder = dir.resolve("node/pods")
                .resolve(pod.path("metadata").path("uid").asText());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Files.exists(folder)) {
            assertThat(System.nanoTime())
                    .as("the pod's folder goes with the pod")
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void awaitLog(NodeAgent agent, JsonNode pod, String text) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            Path log = agent.logFiles().find(pod.path("metadata"), "main", false);
            if (log != null && Files.exists(log) && Files.readString(log).contains(text)) {
                return;
            }
            assertThat(System.nanoTime())
                    .as("waiting for \"" + text + "\" in the log")
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
