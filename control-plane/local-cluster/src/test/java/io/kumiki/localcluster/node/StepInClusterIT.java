package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.rbac.RbacGroup;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A Python step that talks to the API server over TLS with the identity its pod was given, the way an in-cluster
/// client does.
class StepInClusterIT {
    private static final String IN_CLUSTER = """
        import json, os, ssl, urllib.request
        d = '/var/run/secrets/kubernetes.io/serviceaccount/'
        import socket
        servers = ['%s:%s' % (os.environ['KUBERNETES_SERVICE_HOST'], os.environ['KUBERNETES_SERVICE_PORT'])]
        if BY_NAME:
            servers += ['kubernetes.default.svc', 'kubernetes.default', socket.gethostbyname('kubernetes.default')]
        for server in servers:
            url = 'https://%s/api/v1/namespaces/%s/pods' % (server, open(d + 'namespace').read())
            ask = urllib.request.Request(url, headers={'Authorization': 'Bearer ' + open(d + 'token').read()})
            context = ssl.create_default_context(cafile=d + 'ca.crt')
            print([p['metadata']['name'] for p in json.load(urllib.request.urlopen(ask, context=context))['items']])
        """;
    private static final String BY_KUBECONFIG = """
        import base64, json, os, re, ssl, urllib.request
        text = open(os.environ['KUBECONFIG']).read()
        server = re.search('server: "([^"]+)"', text).group(1)
        ca = base64.b64decode(re.search('certificate-authority-data: "([^"]+)"', text).group(1)).decode()
        token = re.search('token: "([^"]+)"', text).group(1)
        ask = urllib.request.Request(server + '/api/v1/namespaces/kubeflow/pods', headers={'Authorization': 'Bearer ' + token})
        print([p['metadata']['name'] for p in json.load(urllib.request.urlopen(ask, context=ssl.create_default_context(cadata=ca)))['items']])
        """;

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"UNSHARE", "PLAIN"})
    void readsItsOwnPod(Isolation isolation) throws Exception {
        assumeTrue(
                isolation == Isolation.PLAIN || Isolation.choose(Map.of()).isolated(),
                "this system permits no mount namespaces");
        Vertx vertx = Vertx.vertx();
        Clock clock = Clock.systemUTC();
        try (LocalCluster local =
                LocalCluster.start(vertx, LocalClusterSettings.in(dir).inMemory())) {
            LocalApi api = new LocalApi(local.cluster(), "test", clock);
            NodeSettings settings = new NodeSettings(
                    "local",
                    dir.resolve("node"),
                    dir.resolve("steps"),
                    isolation,
                    URI.create(local.url()),
                    local.authorityPem().getBytes(StandardCharsets.UTF_8),
                    URI.create("http://127.0.0.1:1"),
                    Map.of(),
                    NodeSettings.TEN_GIB,
                    0);
            NodeAgent agent = new NodeAgent(
                    api,
                    settings,
                    ImageTable.ofThisMachine(List.of(), List.of()),
                    Map.of(),
                    PythonEnvironment.ofThisUser(
                            Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString())));
            agent.start();
            try (SchedulerLoop scheduler = new SchedulerLoop(api, SchedulerSettings.DEFAULT, clock)) {
                scheduler.start();
                boolean byName = ContainerStart.ownUid() == 0;
                if (isolation.isolated() && !byName) {
                    System.out.println("kubernetes.default was not asked: port 443 needs root");
                }
                String inCluster = IN_CLUSTER.replace("BY_NAME", byName ? "True" : "False");
                String log = run(api, agent, isolation.isolated() ? inCluster : BY_KUBECONFIG);
                assertThat(log).isEqualTo("['reader']\n".repeat(isolation.isolated() && byName ? 4 : 1));
            } finally {
                agent.stop(NodeAgent.OnStop.END_PODS);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static String run(LocalApi api, NodeAgent agent, String script) throws Exception {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", "reader").put("namespace", "kubeflow");
        ObjectNode spec = pod.putObject("spec").put("restartPolicy", "Never");
        spec.putArray("containers")
                .addObject()
                .put("name", "main")
                .put("image", "python:3.11")
                .putArray("command")
                .add("python3")
                .add("-c")
                .add(script);
        api.createIfAbsent(ResourceType.SERVICE_ACCOUNTS, "kubeflow", account());
        api.createIfAbsent(RbacGroup.ROLE_BINDINGS, "kubeflow", (ObjectNode) Json.parse("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"steps","namespace":"kubeflow"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},
             "subjects":[{"kind":"ServiceAccount","name":"default","namespace":"kubeflow"}]}\
            """));
        api.cluster().create(ResourceType.PODS, "kubeflow", pod, WriteOptions.by("test"));
        CountDownLatch ended = new CountDownLatch(1);
        try (var _ = api.follow(ResourceType.PODS, Selection.ALL, (type, now) -> {
            if (List.of("Succeeded", "Failed")
                    .contains(now.path("status").path("phase").asText())) {
                ended.countDown();
            }
        })) {
            assertThat(ended.await(20, TimeUnit.SECONDS))
                    .as("%s", api.get(ResourceType.PODS, "kubeflow", "reader"))
                    .isTrue();
        }
        JsonNode done = Objects.requireNonNull(api.get(ResourceType.PODS, "kubeflow", "reader"));
        return Files.readString(
                Objects.requireNonNull(agent.logFiles().find(done.path("metadata"), "main", false), done.toString()));
    }

    private static ObjectNode account() {
        ObjectNode account = Json.object().put("apiVersion", "v1").put("kind", "ServiceAccount");
        account.putObject("metadata").put("name", "default").put("namespace", "kubeflow");
        return account;
    }
}
