package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `services/proxy` and `pods/proxy`: a request, its answer and a WebSocket, on real sockets.
class ForwardingIT {
    private static final String SERVICE = "/api/v1/namespaces/kubeflow/services/";

    private static final Duration IDLE = Duration.ofSeconds(1);

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private LocalCluster cluster;
    private HttpServer pod;

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @BeforeEach
    void start() throws Exception {
        cluster = LocalCluster.start(
                vertx,
                LocalClusterSettings.in(dir)
                        .inMemory()
                        .limits(new ApiListener.Limits(
                                256 * 1024, 1 << 20, Duration.ofMinutes(1), Duration.ofSeconds(2), IDLE)));
        pod = get(vertx.createHttpServer(new HttpServerOptions().setWebSocketSubProtocols(List.of("echo.v1")))
                .webSocketHandler(socket -> socket.textMessageHandler(
                        text -> socket.writeTextMessage(socket.path() + " " + socket.subProtocol() + " " + text)))
                .requestHandler(http -> http.body()
                        .onSuccess(body -> http.response()
                                .setStatusCode(http.path().endsWith("/teapot") ? 418 : 200)
                                .putHeader("x-own", "kept")
                                .end(http.method() + " " + http.uri() + " " + http.getHeader("x-mine") + " "
                                        + http.getHeader("authorization") + " " + body)))
                .listen(0, "127.0.0.1"));
        create(
                ResourceType.SERVICES,
                "{'metadata':{'name':'web'},'spec':{'ports':[{'name':'http','port':80},{'name':'other','port':81}]}}");
        create(
                ResourceType.ENDPOINT_SLICES,
                "{'metadata':{'name':'web-1','labels':{'kubernetes.io/service-name':'web'}},'addressType':'IPv4',"
                        + "'ports':[{'name':'http','port':" + pod.actualPort() + ",'protocol':'TCP'}],"
                        + "'endpoints':[{'addresses':['127.0.0.1'],'conditions':{'ready':true}}]}");
        create(ResourceType.PODS, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'busybox'}]}}");
    }

    private void create(ResourceType type, String text) {
        cluster.cluster()
                .create(type, "kubeflow", (ObjectNode) Json.parse(text.replace('\'', '"')), WriteOptions.by("test"));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        get(vertx.close());
    }

    private record Answer(int code, String own, String body) {}

    private Answer ask(HttpMethod method, String path, String body, String token) throws Exception {
        var client = vertx.createHttpClient(
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(cluster.port())
                .setURI(path)
                .putHeader("x-mine", "hello");
        if (!token.isEmpty()) {
            options.putHeader("authorization", "Bearer " + token);
        }
        return get(client.request(options)
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(answer -> answer.body()
                        .map(all -> new Answer(answer.statusCode(), answer.getHeader("x-own"), all.toString()))));
    }

    @Test
    void aRequestGoesOnAndItsAnswerComesBackAsItIs() throws Exception {
        String token = cluster.adminToken();
        assertThat(ask(HttpMethod.POST, SERVICE + "web:http/proxy/a%20b/c/?q=1%262&r=", "body", token))
                .isEqualTo(new Answer(200, "kept", "POST /a%20b/c/?q=1%262&r= hello null body"));
        assertThat(ask(HttpMethod.GET, SERVICE + "http:web:80/proxy/teapot", "", token)
                        .code())
                .isEqualTo(418);
        assertThat(ask(HttpMethod.GET, SERVICE + "web:80/proxy", "", token).body())
                .startsWith("GET / ");
        assertThat(ask(HttpMethod.GET, SERVICE + "web:other/proxy/", "", token).body())
                .contains("no endpoints available");
        assertThat(ask(HttpMethod.GET, SERVICE + "web:odd/proxy/", "", token).body())
                .contains("no service port");
        assertThat(ask(HttpMethod.GET, SERVICE + "none:80/proxy/", "", token).code())
                .isEqualTo(404);
        assertThat(ask(HttpMethod.GET, SERVICE + "web:http/proxy/", "", "").code())
                .as("nobody in particular")
                .isEqualTo(403);
    }

    @Test
    void aPodIsReachedByItsAddress() throws Exception {
        String path = "/api/v1/namespaces/kubeflow/pods/p:" + pod.actualPort() + "/proxy/x";
        assertThat(ask(HttpMethod.GET, path, "", cluster.adminToken()).code()).isEqualTo(503);
        cluster.cluster()
                .patch(
                        ResourceType.PODS,
                        "kubeflow",
                        "p",
                        "status",
                        io.kumiki.kube.PatchType.MERGE,
                        Json.parse("{\"status\":{\"podIP\":\"127.0.0.1\"}}"),
                        WriteOptions.by("test"));
        assertThat(ask(HttpMethod.GET, path, "", cluster.adminToken()).body()).startsWith("GET /x ");
    }

    @Test
    void aSocketIsJoined() throws Exception {
        var socket = get(vertx.createWebSocketClient(new WebSocketClientOptions()
                        .setSsl(true)
                        .setTrustAll(true)
                        .setVerifyHost(false))
                .connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(cluster.port())
                        .setURI(SERVICE + "web:http/proxy/live")
                        .addHeader("authorization", "Bearer " + cluster.adminToken())));
        CompletableFuture<Void> later = new CompletableFuture<>();
        vertx.setTimer(3 * IDLE.toMillis(), t -> later.complete(null));
        later.get(20, TimeUnit.SECONDS);
        CompletableFuture<String> echo = new CompletableFuture<>();
        socket.textMessageHandler(echo::complete);
        socket.writeTextMessage("ping");
        assertThat(echo.get(20, TimeUnit.SECONDS)).isEqualTo("/live null ping");
        CompletableFuture<Void> gone = new CompletableFuture<>();
        socket.closeHandler(gone::complete);
        get(pod.close());
        gone.get(20, TimeUnit.SECONDS);
    }
}
