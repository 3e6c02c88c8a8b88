package io.kumiki.runtime.http;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static io.kumiki.runtime.http.Permission.may;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.identity.BearerToken;
import io.kumiki.runtime.http.identity.Identity;
import io.kumiki.runtime.http.identity.LoopbackPeer;
import io.kumiki.runtime.http.identity.Tickets;
import io.vertx.core.Vertx;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HttpListenerIT {
    private static Vertx vertx;
    private static HttpClient client;
    private HttpListener listener;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void shut() {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void stop() {
        if (listener != null) {
            listener.close();
        }
    }

    private static final Identity TOKEN = new BearerToken("secret", Caller.ADMINISTRATOR);

    private static Routes routes() {
        return new Routes("/api/v1", new ProblemRenderer());
    }

    private void serve(Routes routes) {
        listener = HttpListener.on(vertx, TOKEN).serve(routes).listen("127.0.0.1", 0);
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer secret");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode problem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        return Json.parse(response.body());
    }

    @Test
    void whatIsKnownIsAnsweredAtOnceOnceTheConnectionsCallerIs() throws Exception {
        Routes quick = routes().post(
                        "/ask",
                        may("get", "things"),
                        Body.upTo(16),
                        body -> new String(body, StandardCharsets.UTF_8).equals("\"known\"")
                                ? CompletableFuture.completedStage(
                                        Answer.json(Json.object().put("by", "loop")))
                                : null,
                        request -> Answer.json(Json.object()
                                .put("by", "thread")
                                .put("asked", request.json().asText())));
        listener = HttpListener.on(vertx, LoopbackPeer.of(Caller.ADMINISTRATOR))
                .serve(quick)
                .listen("127.0.0.1", 0);
        try (var own = HttpClient.newHttpClient()) {
            assertThat(ask(own, "\"known\"").body()).contains("thread");
            HttpResponse<String> second = ask(own, "\"known\"");
            assertThat(second.body()).contains("loop");
            assertThat(second.headers().firstValue("Server-Timing").orElse("")).matches("total;dur=[0-9.E-]+");
            assertThat(ask(own, "\"other\"").body()).isEqualTo("{\"by\":\"thread\",\"asked\":\"other\"}");
            assertThat(ask(own, "\"longer than is allowed\"").statusCode()).isEqualTo(413);
        }
        listener.close();
        // A token is each request's own.
        serve(quick);
        try (var own = HttpClient.newHttpClient()) {
            assertThat(ask(own, "\"known\"").body()).contains("thread");
            assertThat(ask(own, "\"known\"").body()).contains("thread");
        }
    }

    @Test
    void whatComesSoonHoldsNoThreadAndAnybodyMayAskWhereAnybodyMay() throws Exception {
        listener = HttpListener.on(vertx, _ -> null)
                .serve(routes().post(
                                "/ask",
                                ANYONE,
                                Body.upTo(16),
                                body -> switch (new String(body, StandardCharsets.UTF_8)) {
                                    case "\"soon\"" ->
                                        CompletableFuture.supplyAsync(() -> Answer.text(200, "another thread"));
                                    case "\"broken\"" ->
                                        CompletableFuture.failedStage(new IllegalStateException("secret detail"));
                                    case "\"wrong\"" -> throw new IllegalArgumentException("not mine");
                                    default -> null;
                                },
                                request -> Answer.text(200, "handler")))
                .listen("127.0.0.1", 0);
        try (var own = HttpClient.newHttpClient()) {
            assertThat(ask(own, "\"soon\"").body()).isEqualTo("another thread");
            assertThat(problem(ask(own, "\"broken\""), 500).toString()).doesNotContain("secret detail");
            assertThat(ask(own, "\"wrong\"").body()).isEqualTo("handler");
            assertThat(ask(own, "\"other\"").body()).isEqualTo("handler");
        }
    }

    private HttpResponse<String> ask(HttpClient from, String body) throws Exception {
        return from.send(to("/api/v1/ask").POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    @Test
    void answersAndDecodesPathParameters() throws Exception {
        serve(routes().get(
                        "/runs/{id}",
                        may("get", "runs"),
                        r -> Answer.json(Json.object()
                                .put("id", r.param("id"))
                                .put("q", r.query("q"))
                                .put("by", r.caller().name()))));
        var response = send(to("/api/v1/runs/a%2Fb+c%20d?q=%E7%B5%84"));
        assertThat(response.body()).isEqualTo("{\"id\":\"a/b+c d\",\"q\":\"組\",\"by\":\"admin\"}");
        assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        assertThat(send(to("/api/v1/runs/x").method("HEAD", BodyPublishers.noBody()))
                        .body())
                .isEmpty();
    }

    @Test
    void refusesToStartWithoutPermission() {
        Routes forgotten =
                routes().get("/a", may("", ""), r -> Answer.empty(200)).get("/b", null, r -> Answer.empty(200));
        assertThatThrownBy(() -> serve(forgotten))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GET /api/v1/a declares no permission")
                .hasMessageContaining("GET /api/v1/b declares no permission");
    }

    @Test
    void refusesTheSameRouteTwice() {
        Routes twice =
                routes().get("/a/{x}", ANYONE, r -> Answer.empty(200)).get("/a/{y}", ANYONE, r -> Answer.empty(200));
        assertThatThrownBy(() -> serve(twice)).hasMessageContaining("declared twice");
    }

    @Test
    void unknownPathMethodAndCaller() throws Exception {
        serve(routes().get("/runs", may("list", "runs"), r -> Answer.empty(200))
                .get("/open", ANYONE, r -> Answer.text(200, r.caller().name())));
        assertThat(problem(send(to("/api/v1/nothing")), 404).path("code").asText())
                .isEqualTo("NotFound");
        assertThat(problem(send(to("/api/v1/runs").DELETE()), 405)
                        .path("detail")
                        .asText())
                .contains("it takes GET");
        assertThat(problem(send(to("/api/v1/runs").setHeader("Authorization", "Bearer wrong")), 401)
                        .path("detail")
                        .asText())
                .contains("token");
        assertThat(send(to("/api/v1/open").setHeader("Authorization", "Bearer wrong"))
                        .body())
                .isEqualTo("system:anonymous");
        assertThat(problem(send(to("/api/v1/%2e%2e/runs")), 404)).isNotNull();
    }

    @Test
    void guardDecidesWithTheNamespace() throws Exception {
        listener = HttpListener.on(vertx, TOKEN)
                .guard((caller, permission, namespace) -> {
                    if ("broken".equals(namespace)) {
                        throw new IllegalStateException("no answer");
                    }
                    return "mine".equals(namespace) && permission.verb().equals("list");
                })
                .serve(routes().get("/namespaces/{namespace}/runs", may("list", "runs"), r -> Answer.empty(204))
                        .get("/runs", may("list", "runs"), r -> Answer.empty(204)))
                .listen("127.0.0.1", 0);
        assertThat(send(to("/api/v1/namespaces/mine/runs")).statusCode()).isEqualTo(204);
        assertThat(send(to("/api/v1/runs?namespace=mine")).statusCode()).isEqualTo(204);
        assertThat(problem(send(to("/api/v1/runs?namespace=theirs")), 403)
                        .path("detail")
                        .asText())
                .isEqualTo("admin may not list runs in theirs");
        assertThat(problem(send(to("/api/v1/runs")), 403)).isNotNull();
        assertThat(problem(send(to("/api/v1/runs?namespace=broken")), 503)).isNotNull();
    }

    @Test
    void rendersFaultsWithAllViolationsInTheCallersLanguage() throws Exception {
        serve(routes().get("/x", ANYONE, r -> {
                    throw HttpFault.invalid(List.of(
                            new Violation("a.b", "Missing", "a name is wanted"),
                            new Violation("c", "TooLong", "at most 3")));
                })
                .get("/bug", ANYONE, r -> {
                    throw new IllegalStateException("secret detail");
                }));
        JsonNode problem = problem(send(to("/api/v1/x").header("Accept-Language", "ja,en;q=0.5")), 400);
        assertThat(problem.path("title").asText()).isEqualTo("リクエストに誤りがあります");
        assertThat(problem.path("violations")).hasSize(2);
        assertThat(problem.path("violations").get(0).path("path").asText()).isEqualTo("a.b");
        assertThat(problem.path("traceId").asText()).hasSize(32);
        assertThat(problem(send(to("/api/v1/bug")), 500).toString()).doesNotContain("secret detail");
    }

    @Test
    void boundsBodiesBeforeParsing() throws Exception {
        serve(routes().post("/x", ANYONE, Body.upTo(1000), r -> Answer.json(r.json())));
        assertThat(send(to("/api/v1/x").POST(BodyPublishers.ofString("{\"a\":1.10}")))
                        .body())
                .isEqualTo("{\"a\":1.10}");
        assertThat(problem(send(to("/api/v1/x").POST(BodyPublishers.ofString("{\"a\":"))), 400)
                        .path("detail")
                        .asText())
                .contains("line 1");
        assertThat(problem(send(to("/api/v1/x").POST(BodyPublishers.noBody())), 400)
                        .path("detail")
                        .asText())
                .contains("JSON body is wanted");
        byte[] large = new byte[3_000_000];
        assertThat(problem(send(to("/api/v1/x").POST(BodyPublishers.ofByteArray(large))), 413)
                        .path("detail")
                        .asText())
                .contains("1000 bytes");
        // without a declared length the limit holds while reading
        assertThat(problem(
                        send(to("/api/v1/x")
                                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)))),
                        413))
                .isNotNull();
        // and the listener still serves
        assertThat(send(to("/api/v1/x").POST(BodyPublishers.ofString("[]"))).body())
                .isEqualTo("[]");
    }

    @Test
    void unknownFieldsOfARecordAreNamed() throws Exception {
        record Wanted(String name) {}
        serve(routes().post(
                        "/x", ANYONE, r -> Answer.text(200, r.json(Wanted.class).name())));
        assertThat(send(to("/api/v1/x").POST(BodyPublishers.ofString("{\"name\":\"n\"}")))
                        .body())
                .isEqualTo("n");
        assertThat(problem(send(to("/api/v1/x").POST(BodyPublishers.ofString("{\"nmae\":\"n\"}"))), 400)
                        .path("detail")
                        .asText())
                .contains("nmae");
    }

    @Test
    void readsMultipartFilesWithinTheLimit() throws Exception {
        serve(routes().post(
                        "/up",
                        ANYONE,
                        Body.multipart(10_000),
                        r -> Answer.text(
                                200,
                                r.upload("file").fileName() + " "
                                        + r.upload("file").content().length + " " + r.field("note") + " "
                                        + r.query("name"))));
        assertThat(send(multipart("/api/v1/up?name=n", 5000)).body()).isEqualTo("p.yaml 5000 hello n");
        assertThat(problem(send(multipart("/api/v1/up", 50_000)), 413)).isNotNull();
        assertThat(problem(send(to("/api/v1/up").POST(BodyPublishers.ofString("x"))), 415))
                .isNotNull();
    }

    private HttpRequest.Builder multipart(String path, int size) {
        String body =
                "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; name=\"file\";"
                        + " filename=\"p.yaml\"\r\nContent-Type: application/yaml\r\n\r\n" + "x".repeat(size)
                        + "\r\n--b--\r\n";
        return to(path).header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofString(body));
    }

    @Test
    void streamsBothWays() throws Exception {
        serve(routes().post("/count", ANYONE, Body.stream(100_000_000), r -> {
                    long n = 0;
                    try (InputStream in = r.stream()) {
                        byte[] buffer = new byte[8192];
                        for (int k = in.read(buffer); k >= 0; k = in.read(buffer)) {
                            n += k;
                        }
                    }
                    return Answer.text(200, String.valueOf(n));
                })
                .get(
                        "/lines",
                        ANYONE,
                        r -> Answer.stream("text/plain", out -> {
                            for (int i = 0; i < 20_000; i++) {
                                out.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                            }
                        })));
        assertThat(send(to("/api/v1/count").POST(BodyPublishers.ofByteArray(new byte[20_000_000])))
                        .body())
                .isEqualTo("20000000");
        assertThat(send(to("/api/v1/lines")).body().lines()).hasSize(20_000).endsWith("line 19999");
    }

    @Test
    void aStreamThatWaitsHearsThatThePeerLeft() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        serve(routes().get(
                        "/follow",
                        ANYONE,
                        r -> Answer.stream("text/plain", out -> {
                            r.onDisconnect(left::countDown);
                            out.write("first\n".getBytes(StandardCharsets.UTF_8));
                            left.await();
                        })));
        try (Socket socket = new Socket("127.0.0.1", listener.port())) {
            socket.getOutputStream()
                    .write("GET /api/v1/follow HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void blockingHandlersDoNotHoldEachOther() throws Exception {
        CountDownLatch both = new CountDownLatch(20);
        serve(routes().get("/wait", ANYONE, r -> {
            both.countDown();
            return Answer.text(200, String.valueOf(both.await(10, TimeUnit.SECONDS)));
        }));
        List<CompletableFuture<HttpResponse<String>>> all = java.util.stream.IntStream.range(0, 20)
                .mapToObj(i -> client.sendAsync(to("/api/v1/wait").build(), BodyHandlers.ofString()))
                .toList();
        for (var one : all) {
            assertThat(one.get(20, TimeUnit.SECONDS).body()).isEqualTo("true");
        }
    }

    @Test
    void hostAndOriginAreChecked() throws Exception {
        serve(routes().get("/x", ANYONE, r -> Answer.empty(204)));
        assertThat(withHost("evil.example")).contains("HostNotAllowed", "--allow-host");
        assertThat(withHost("127.0.0.1.evil.example")).contains("HostNotAllowed");
        assertThat(withHost("preview.localhost:1")).startsWith("HTTP/1.1 204");
        assertThat(send(to("/api/v1/x").header("Origin", "null")).body()).contains("OriginNotAllowed");
        assertThat(send(to("/api/v1/x").header("Origin", "http://127.0.0.1:1")).statusCode())
                .isEqualTo(403);
        assertThat(send(to("/api/v1/x").header("Origin", "http://127.0.0.1:" + listener.port()))
                        .statusCode())
                .isEqualTo(204);
        assertThat(send(to("/api/v1/x").header("Sec-Fetch-Site", "cross-site").header("Sec-Fetch-Mode", "no-cors"))
                        .statusCode())
                .isEqualTo(403);
    }

    /// The JDK's client never sends another Host than the address.
    private String withHost(String host) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", listener.port())) {
            socket.getOutputStream()
                    .write(("GET /api/v1/x HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void ourOwnLoopbackSocketsAreUs() throws Exception {
        listener = HttpListener.on(vertx, LoopbackPeer.of(Caller.ADMINISTRATOR))
                .serve(routes().get(
                                "/me",
                                may("get", "me"),
                                r -> Answer.text(200, r.caller().name())))
                .listen("127.0.0.1", 0);
        assertThat(send(to("/api/v1/me")).body()).isEqualTo("admin");
    }

    @Test
    void socketsNeedATicketWhichWorksOnce() throws Exception {
        Tickets tickets = new Tickets();
        listener = HttpListener.on(vertx, tickets)
                .serve(routes().get("/page", ANYONE, r -> Answer.empty(204))
                        .socket(
                                "/stream",
                                may("watch", "runs"),
                                (caller, socket) -> socket.textMessageHandler(
                                        text -> socket.writeTextMessage(caller.name() + " " + text))))
                .listen("127.0.0.1", 0);
        String ticket = tickets.issue(new Caller("kumi", Set.of("system:masters")), Duration.ofSeconds(30));
        assertThat(send(to("/api/v1/page?ticket=" + ticket)).statusCode())
                .as("a page load does not use it up")
                .isEqualTo(204);
        URI uri = URI.create("ws://127.0.0.1:" + listener.port() + "/api/v1/stream?ticket=" + ticket);
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
                        heard.complete(data.toString());
                        return null;
                    }
                })
                .get(10, TimeUnit.SECONDS);
        socket.sendText("hello", true);
        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("kumi hello");
        socket.abort();
        assertThatThrownBy(() -> client.newWebSocketBuilder()
                        .buildAsync(uri, new WebSocket.Listener() {})
                        .get(10, TimeUnit.SECONDS))
                .hasMessageContaining("WebSocket");
    }

    @Test
    void routesCanHaveASecondDoor() throws Exception {
        Routes kfp = new Routes("/apis", new ProblemRenderer())
                .get("/runs/{id}", ANYONE, r -> Answer.text(200, r.param("id")))
                .post("/runs/{id}:archive", ANYONE, r -> Answer.text(200, "archived " + r.param("id")));
        listener = HttpListener.on(vertx, TOKEN)
                .serve(kfp, kfp.under("/api/v1/namespaces/{namespace}/services/ml-pipeline:http/proxy"))
                .listen("127.0.0.1", 0);
        assertThat(send(to("/apis/runs/7")).body()).isEqualTo("7");
        assertThat(send(to("/api/v1/namespaces/n/services/ml-pipeline:http/proxy/apis/runs/7:archive")
                                .POST(BodyPublishers.noBody()))
                        .body())
                .isEqualTo("archived 7");
    }

    @Test
    void stopLetsRunningRequestsEnd() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        serve(routes().get("/slow", ANYONE, r -> {
            inside.countDown();
            go.await();
            return Answer.text(200, "done");
        }));
        var answer = client.sendAsync(to("/api/v1/slow").build(), BodyHandlers.ofString());
        inside.await();
        Thread stopping = Thread.ofVirtual().start(() -> listener.stop(Duration.ofSeconds(10)));
        go.countDown();
        assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
        assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
    }
}
