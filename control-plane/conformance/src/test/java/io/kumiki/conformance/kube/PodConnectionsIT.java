package io.kumiki.conformance.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.kumiki.conformance.kfp.Python;
import io.kumiki.conformance.kfp.RunningKumiki;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kubectl exec`, `cp`, `attach`, `port-forward` and the Python client's stream, against a running product.
class PodConnectionsIT {
    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: busybox
            command: [sh, -c, "while :; do echo tick; sleep 0.2; done"]
        """;

    @TempDir
    private static Path folder;

    private static RunningKumiki kumiki;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        Path data = folder.resolve("data");
        kubectl = Kubectl.required(data.resolve("kubeconfig"), folder);
        kumiki = RunningKumiki.start(data, Map.of());
        kubectl.feed(POD, "apply", "-f", "-").ok();
        kubectl.run("wait", "--for=condition=Ready", "pod/web", "--timeout=60s").ok();
    }

    @AfterAll
    static void stop() {
        if (kumiki != null) {
            kumiki.close();
        }
    }

    @Test
    void execTakesInputAndGivesTheExitCode() {
        assertThat(kubectl.run("exec", "web", "--", "sh", "-c", "echo $HOSTNAME; pwd")
                        .ok()
                        .out())
                .startsWith("web\n");
        assertThat(kubectl.feed("hello\nworld\n", "exec", "-i", "web", "--", "wc", "-l")
                        .ok()
                        .out()
                        .strip())
                .isEqualTo("2");
        Kubectl.Ran failed = kubectl.run("exec", "web", "--", "sh", "-c", "exit 9");
        assertThat(failed.code()).isEqualTo(9);
        assertThat(failed.out()).contains("exit code 9");
        assertThat(kubectl.run("exec", "web", "-c", "none", "--", "true").out()).contains("none");
    }

    @Test
    void filesAreCopiedBothWays() throws IOException {
        byte[] bytes = new byte[2_000_000];
        new Random(3).nextBytes(bytes);
        Path from = Files.write(folder.resolve("from.bin"), bytes);
        String at = kubectl.run("exec", "web", "--", "sh", "-c", "echo $TMPDIR")
                .ok()
                .out()
                .strip();
        kubectl.run("cp", from.toString(), "web:" + at + "/there.bin").ok();
        kubectl.run("cp", "web:" + at + "/there.bin", folder.resolve("back.bin").toString())
                .ok();
        assertThat(Files.mismatch(from, folder.resolve("back.bin"))).isEqualTo(-1);
    }

    @Test
    void attachShowsWhatTheProcessSays() throws Exception {
        Process attach = kubectl.start("attach", "web");
        try (var out = new BufferedReader(new InputStreamReader(attach.getInputStream(), StandardCharsets.UTF_8))) {
            List<String> lines = new ArrayList<>();
            while (lines.stream().filter("tick"::equals).count() < 3) {
                lines.add(out.readLine());
                assertThat(lines).hasSizeLessThan(20);
            }
        } finally {
            attach.destroyForcibly().waitFor();
        }
    }

    @Test
    void portsAreForwardedThroughTheSpdyTunnel() throws Exception {
        byte[] page = new byte[1_000_000];
        new Random(4).nextBytes(page);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        Process forward = kubectl.start(
                "port-forward", "pod/web", ":" + server.getAddress().getPort(), ":1");
        try (var out = new BufferedReader(new InputStreamReader(forward.getInputStream(), StandardCharsets.UTF_8))) {
            int port = localPort(out.readLine());
            for (int i = 0; i < 5; i++) {
                try (var in =
                        URI.create("http://127.0.0.1:" + port + "/").toURL().openStream()) {
                    assertThat(in.readAllBytes()).isEqualTo(page);
                }
            }
            int closed = localPort(lineWith(out, "-> 1"));
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> URI.create("http://127.0.0.1:" + closed + "/")
                                    .toURL()
                                    .openStream()
                                    .close()))
                    .isInstanceOf(IOException.class);
            assertThat(lineWith(out, "error")).contains("failed to connect to port 1 inside the pod");
        } finally {
            forward.destroyForcibly().waitFor();
            server.stop(0);
        }
    }

    private static String lineWith(BufferedReader out, String text) throws IOException {
        String line = out.readLine();
        while (line != null && !line.contains(text)) {
            line = out.readLine();
        }
        return String.valueOf(line);
    }

    /// Of "Forwarding from 127.0.0.1:40123 -> 80".
    private static int localPort(String line) {
        return Integer.parseInt(line.replaceAll(".*:([0-9]+) -> .*", "$1"));
    }

    @Test
    void pythonsStreamRunsACommandAndForwardsAPort() {
        Python python = Python.required();
        List<String> out = new ArrayList<>();
        int code = python.script(
                out,
                "pod_connections_check.py",
                "--kubeconfig",
                kumiki.data.resolve("kubeconfig").toString());
        assertThat(code).as(String.join("\n", out)).isZero();
        assertThat(out).contains("ok exec", "ok exit code", "ok stdin", "ok port-forward");
    }

    @Test
    void anOldKubectlIsToldWhichVersionItNeeds() {
        Kubectl.Ran old =
                kubectl.with("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "false").run("exec", "web", "--", "true");
        assertThat(old.code()).isNotZero();
        assertThat(old.out()).contains("only WebSocket").contains("1.31");
    }
}
