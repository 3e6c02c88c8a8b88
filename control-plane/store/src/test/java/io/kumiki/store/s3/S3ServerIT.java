package io.kumiki.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.DiskSettings;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.StoredObject;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server on a raw socket: what boto3 never sends.
class S3ServerIT {
    private static final S3Credentials KEYS = new S3Credentials("access", "secret");
    private static final String STREAMING = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    @TempDir
    Path folder;

    private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
    private Vertx vertx;
    private ObjectStorage storage;
    private S3Server server;
    private Socket socket;

    /// @param status the status line's number
    private record Reply(int status, Map<String, String> headers, String body) {}

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        storage = DiskObjects.open(folder, new DiskSettings(1 << 20, free::get, false, InstantSource.system()));
        storage.createBucket("bucket");
        server = S3Server.start(vertx, storage, KEYS, "127.0.0.1", 0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        socket = connect();
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        server.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        storage.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Socket connect() throws IOException {
        Socket open = new Socket("127.0.0.1", server.actualPort());
        open.setSoTimeout(20_000);
        return open;
    }

    private SignedRequest request(String method, String path, String payload, Map<String, String> headers) {
        return SignedRequest.of(KEYS, method, path, payload, server.actualPort(), headers);
    }

    private void send(byte[]... pieces) throws IOException {
        var all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        socket.getOutputStream().write(all.toByteArray());
    }

    private Reply reply() throws IOException {
        InputStream in = socket.getInputStream();
        String status = line(in);
        var headers = new java.util.TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            headers.put(
                    line.substring(0, line.indexOf(':')),
                    line.substring(line.indexOf(':') + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Reply(
                Integer.parseInt(status.split(" ")[1]),
                headers,
                new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed after '" + line + "'");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String crc32(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        return Base64.getEncoder()
                .encodeToString(java.nio.ByteBuffer.allocate(4)
                        .putInt((int) crc.getValue())
                        .array());
    }

    private void putStreaming(String key, byte[] body, String trailer) throws IOException {
        byte[] chunk = ascii(Integer.toHexString(body.length) + "\r\n");
        byte[] end = ascii("\r\n0\r\nx-amz-checksum-crc32:" + trailer + "\r\n\r\n");
        var headers = Map.of(
                "x-amz-decoded-content-length", Integer.toString(body.length),
                "x-amz-trailer", "x-amz-checksum-crc32",
                "content-encoding", "aws-chunked");
        send(
                request("PUT", "/bucket/" + key, STREAMING, headers)
                        .with("content-length", Integer.toString(chunk.length + body.length + end.length))
                        .head(),
                chunk,
                body,
                end);
    }

    @Test
    void chunksWithATrailingChecksum() throws IOException {
        byte[] body = "streamed ".repeat(30_000).getBytes(StandardCharsets.US_ASCII);
        putStreaming("good", body, crc32(body));
        Reply reply = reply();
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.headers()).containsEntry("x-amz-checksum-crc32", crc32(body));
        try (StoredObject object = storage.get("bucket", "good")) {
            assertThat(object.bytes()).isEqualTo(body);
            assertThat(object.head().headers()).doesNotContainKey("content-encoding");
        }
        putStreaming("bad", body, "AAAAAA==");
        assertThat(reply().body()).contains("<Code>BadDigest</Code>");
        assertThat(storage.head("bucket", "bad")).isNull();
    }

    @Test
    void aBodyThatDiffersFromItsSignedHashIsNotStored() throws IOException {
        String hash = java.util.HexFormat.of().formatHex(Checksum.sha256().digest(ascii("hello")));
        send(
                request("PUT", "/bucket/k", hash, Map.of())
                        .with("content-length", "5")
                        .head(),
                ascii("hullo"));
        Reply reply = reply();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("XAmzContentSHA256Mismatch");
        assertThat(storage.head("bucket", "k")).isNull();
        // The connection goes on.
        send(
                request("PUT", "/bucket/k", hash, Map.of())
                        .with("content-length", "5")
                        .head(),
                ascii("hello"));
        assertThat(reply().status()).isEqualTo(200);
    }

    @Test
    void aRefusalBeforeTheBodyAsksForNoBody() throws IOException {
        send(request("PUT", "/bucket/k", "UNSIGNED-PAYLOAD", Map.of())
                .with("content-length", "1000000000")
                .with("expect", "100-continue")
                .with(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=who/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature=00")
                .head());
        Reply reply = reply();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.headers()).containsEntry("connection", "close");
    }

    @Test
    void continueIsSaidWhenTheBodyIsWanted() throws IOException {
        send(request("PUT", "/bucket/k", "UNSIGNED-PAYLOAD", Map.of())
                .with("content-length", "4")
                .with("expect", "100-continue")
                .head());
        assertThat(reply().status()).isEqualTo(100);
        send(ascii("body"));
        assertThat(reply().status()).isEqualTo(200);
    }

    @Test
    void anUnreadBodyIsNotTakenForTheNextRequest() throws IOException {
        byte[] body = new byte[300_000];
        send(
                request("PUT", "/nowhere/k", "UNSIGNED-PAYLOAD", Map.of())
                        .with("content-length", "300000")
                        .head(),
                body);
        assertThat(reply().status()).isEqualTo(404);
        send(request("HEAD", "/bucket", "UNSIGNED-PAYLOAD", Map.of()).head());
        assertThat(reply().status()).isEqualTo(200);
    }

    @Test
    void requestsOnOneConnectionAreAnsweredInOrder() throws IOException {
        storage.put("bucket", "a", ascii("first"));
        storage.put("bucket", "b", ascii("second"));
        send(
                request("GET", "/bucket/a", "UNSIGNED-PAYLOAD", Map.of()).head(),
                request("GET", "/bucket/b", "UNSIGNED-PAYLOAD", Map.of()).head());
        assertThat(reply().body()).isEqualTo("first");
        assertThat(reply().body()).isEqualTo("second");
    }

    @Test
    void aClientThatVanishesLeavesNothing() throws Exception {
        send(
                request("PUT", "/bucket/k", "UNSIGNED-PAYLOAD", Map.of())
                        .with("content-length", "1000000")
                        .head(),
                new byte[500_000]);
        Path temporary = folder.resolve("temporary");
        await(() -> files(temporary) == 2, "the upload began");
        socket.close();
        await(() -> files(temporary) == 1, "its file is gone");
        assertThat(storage.head("bucket", "k")).isNull();
    }

    @Test
    void aFullDiskIsSaidAndReadingGoesOn() throws IOException {
        storage.put("bucket", "k", ascii("kept"));
        free.set(1000);
        send(
                request("PUT", "/bucket/new", "UNSIGNED-PAYLOAD", Map.of())
                        .with("content-length", "4")
                        .head(),
                ascii("body"));
        Reply reply = reply();
        assertThat(reply.status()).isEqualTo(507);
        assertThat(reply.body()).contains("<Code>InsufficientStorage</Code>").contains("free some space");
        send(request("GET", "/bucket/k", "UNSIGNED-PAYLOAD", Map.of()).head());
        assertThat(reply().body()).isEqualTo("kept");
    }

    @Test
    void whatUsersStoredIsSandboxedInABrowser() throws IOException {
        storage.put(
                "bucket", "page.html", ascii("<script>"), io.kumiki.store.objects.Attributes.contentType("text/html"));
        send(request("GET", "/bucket/page.html", "UNSIGNED-PAYLOAD", Map.of()).head());
        assertThat(reply().headers())
                .containsEntry("content-security-policy", "sandbox")
                .containsEntry("x-content-type-options", "nosniff")
                .containsEntry("content-type", "text/html");
    }

    @Test
    void oversizedHeadersAreRefused() throws IOException {
        send(request("GET", "/bucket/k", "UNSIGNED-PAYLOAD", Map.of())
                .with("x-long", "y".repeat(100_000))
                .head());
        try (var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(in.readLine()).contains(" 431 ");
        }
    }

    @Test
    void largeObjectsStreamThroughALittleMemory() throws Exception {
        long size = 300L << 20;
        send(request("PUT", "/bucket/large", "UNSIGNED-PAYLOAD", Map.of())
                .with("content-length", Long.toString(size))
                .head());
        byte[] chunk = new byte[1 << 20];
        for (long sent = 0; sent < size; sent += chunk.length) {
            socket.getOutputStream().write(chunk);
        }
        assertThat(reply().status()).isEqualTo(200);
        System.gc();
        long before = used();
        send(request("GET", "/bucket/large", "UNSIGNED-PAYLOAD", Map.of()).head());
        InputStream in = socket.getInputStream();
        while (!line(in).isEmpty()) {
            // To the end of the head; the client then reads nothing for a while, so the server must wait, not
            // buffer.
        }
        in.skipNBytes(1 << 20);
        System.gc();
        assertThat(used() - before)
                .as("bytes held for a reader that does not read")
                .isLessThan(40L << 20);
        in.skipNBytes(size - (1 << 20));
        send(request("DELETE", "/bucket/large", "UNSIGNED-PAYLOAD", Map.of()).head());
        assertThat(reply().status()).isEqualTo(204);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long files(Path folder) {
        try (var files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            return -1;
        }
    }

    private static void await(java.util.function.BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited 20 s until " + what);
            }
            Thread.onSpinWait();
        }
    }
}
