package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// An extender that answers what a test says.
final class ExtenderServer implements AutoCloseable {
    record Request(String verb, JsonNode body) {}

    record Answer(int code, String body) {}

    private final HttpServer server;
    private final String scheme;
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();

    ExtenderServer(int port, @Nullable SSLContext tls, Function<Request, Answer> answer) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (tls == null) {
            server = HttpServer.create(address, 1024);
        } else {
            HttpsServer secure = HttpsServer.create(address, 1024);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        scheme = tls == null ? "http" : "https";
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String verb = exchange.getRequestURI().getPath().substring(1);
            clients.add(exchange.getRemoteAddress());
            calls.add(verb);
            Answer out = answer.apply(
                    new Request(verb, Json.parse(exchange.getRequestBody().readAllBytes())));
            byte[] body = out.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(out.code(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }

    static Answer ok(String body) {
        return new Answer(200, body);
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String url() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> calls() {
        return List.copyOf(calls);
    }

    /// How many connections were ever used.
    int connections() {
        return clients.size();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
