package io.kumiki.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Object storage in memory behind real HTTP: objects, listing in pages of two, multipart, and answers of 503 on
/// demand.
final class StorageStub implements AutoCloseable {
    final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
    final List<String> calls = java.util.Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger failures = new AtomicInteger();
    private final Map<String, TreeMap<Integer, byte[]>> uploads = new java.util.concurrent.ConcurrentHashMap<>();
    private final HttpServer server;

    StorageStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    Map<String, String> environment() {
        return Map.of(
                "KUMIKI_S3_ENDPOINT",
                endpoint().toString(),
                "AWS_ACCESS_KEY_ID",
                "minio",
                "AWS_SECRET_ACCESS_KEY",
                "minio123");
    }

    String text(String key) {
        var bytes = objects.get(key);
        return bytes == null ? "(absent)" : new String(bytes, StandardCharsets.UTF_8);
    }

    private void answer(HttpExchange x) throws IOException {
        try (x) {
            byte[] body = x.getRequestBody().readAllBytes();
            var key = x.getRequestURI().getPath().substring(1);
            var query = query(x.getRequestURI().getRawQuery());
            calls.add(x.getRequestMethod() + " " + key + (query.isEmpty() ? "" : " " + query.keySet()));
            if (failures.getAndDecrement() > 0) {
                x.sendResponseHeaders(503, -1);
                return;
            }
            if (x.getRequestHeaders().getFirst("Authorization") == null) {
                x.sendResponseHeaders(403, -1);
                return;
            }
            switch (x.getRequestMethod()) {
                case "PUT" -> put(x, key, query, body);
                case "POST" -> multipart(x, key, query);
                default -> get(x, key, query);
            }
        }
    }

    private void put(HttpExchange x, String key, Map<String, String> query, byte[] body) throws IOException {
        if (query.containsKey("partNumber")) {
            uploads.get(query.get("uploadId")).put(Integer.valueOf(query.get("partNumber")), body);
        } else {
            objects.put(key, body);
        }
        x.getResponseHeaders().add("ETag", "\"e" + body.length + "\"");
        x.sendResponseHeaders(200, -1);
    }

    private void multipart(HttpExchange x, String key, Map<String, String> query) throws IOException {
        if (query.containsKey("uploads")) {
            uploads.put("u1", new TreeMap<>());
            send(x, "<R><UploadId>u1</UploadId></R>");
        } else {
            var all = new java.io.ByteArrayOutputStream();
            for (var part : uploads.remove(query.get("uploadId")).values()) {
                all.write(part);
            }
            objects.put(key, all.toByteArray());
            send(x, "<R/>");
        }
    }

    private void get(HttpExchange x, String key, Map<String, String> query) throws IOException {
        if (query.containsKey("list-type")) {
            var prefix = key.replaceAll("/$", "") + "/" + query.get("prefix");
            var from = query.getOrDefault("continuation-token", "");
            var xml = new StringBuilder("<ListBucketResult>");
            int n = 0;
            for (var k : objects.tailMap(prefix).keySet()) {
                if (!k.startsWith(prefix) || k.compareTo(from) <= 0) {
                    continue;
                }
                if (n++ == 2) {
                    xml.append("<NextContinuationToken>")
                            .append(objects.lowerKey(k))
                            .append("</NextContinuationToken>");
                    break;
                }
                xml.append("<Contents><Key>")
                        .append(java.net.URLEncoder.encode(k.substring(k.indexOf('/') + 1), StandardCharsets.UTF_8))
                        .append("</Key></Contents>");
            }
            send(x, xml.append("</ListBucketResult>").toString());
        } else if (objects.get(key) instanceof byte[] bytes) {
            x.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            x.getResponseBody().write(bytes);
        } else {
            x.sendResponseHeaders(404, -1);
        }
    }

    private static void send(HttpExchange x, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        x.sendResponseHeaders(200, bytes.length);
        x.getResponseBody().write(bytes);
    }

    private static Map<String, String> query(String raw) {
        var out = new TreeMap<String, String>();
        for (var pair : raw == null ? new String[0] : raw.split("&")) {
            int eq = pair.indexOf('=');
            out.put(pair.substring(0, eq), URLDecoder.decode(pair.substring(eq + 1), StandardCharsets.UTF_8));
        }
        return out;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
