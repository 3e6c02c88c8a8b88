package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.ProductJvm;
import io.kumiki.runtime.yaml.Yaml;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// The extender as its users start it, `kumiki extender`, in a JVM of its own.
public final class ExtenderProcess {
    private static final String MAIN = "io.kumiki.app.Kumiki";

    private final Process process;
    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ExtenderProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// @param flags beside those that name the cluster and the port
    static ExtenderProcess start(RealKubernetes kubernetes, int port, List<String> flags) throws IOException {
        List<String> command = command(System.getProperty("kumiki.bench.jvm", ""));
        command.addAll(List.of(
                "extender", "--kubeconfig", kubernetes.kubeconfig().toString(), "--port", Integer.toString(port)));
        command.addAll(flags);
        return new ExtenderProcess(kubernetes.launch("extender", command, Map.of()), port);
    }

    /// On any cluster; what it says goes to the file.
    public static ExtenderProcess start(Path kubeconfig, int port, Path log, List<String> flags) throws IOException {
        List<String> command = command("");
        command.addAll(List.of("extender", "--kubeconfig", kubeconfig.toString(), "--port", Integer.toString(port)));
        command.addAll(flags);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new ExtenderProcess(process, port);
    }

    /// The JVM, its flags, the main class.
    ///
    /// @param more flags, for a recording
    private static List<String> command(String more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ProductJvm.extenderFlags());
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split(" ")));
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(MAIN);
        return command;
    }

    /// What it says that kube-scheduler must be told, by its own command: `extenders`, or a whole configuration.
    static JsonNode schedulerConfiguration(int port, List<String> flags) throws IOException {
        List<String> command = command("");
        command.addAll(List.of("extender", "--print-scheduler-config", "--port", Integer.toString(port)));
        command.addAll(flags);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = process.getInputStream()) {
            String printed = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            JsonNode configuration = Yaml.document(printed);
            if (process.waitFor() != 0 || configuration.path("extenders").isEmpty()) {
                throw new IOException("--print-scheduler-config printed no extenders: " + printed);
            }
            return configuration;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return port;
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /// @param verb `filter` or `bind`
    public HttpResponse<String> call(String verb, byte[] body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/scheduler/" + verb))
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(10))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /// The answer's body, which may be a long time in coming.
    public CompletableFuture<String> later(String verb, byte[] body) {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/scheduler/" + verb))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
    }

    /// Waits until it leads and has read everything: asked about a pod that there is not, it then says only that.
    public void awaitReady(Duration patience) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        byte[] question = Json.bytes(Json.object()
                .put("PodName", "nobody")
                .put("PodNamespace", "kube-system")
                .put("PodUID", "none")
                .put("Node", "none"));
        String last = "";
        while (System.nanoTime() < end) {
            if (!process.isAlive()) {
                throw new IOException("the extender has ended with " + process.exitValue());
            }
            try {
                HttpResponse<String> answer = call("bind", question);
                last = answer.body();
                if (answer.statusCode() == 200 && last.contains("not known")) {
                    return;
                }
            } catch (IOException e) {
                last = e.toString();
            }
            Thread.sleep(20);
        }
        throw new IOException("the extender was not ready within " + patience.toSeconds() + " s: " + last);
    }

    /// As `kill -9` does; a recording that was asked for is still written.
    public void kill() throws InterruptedException {
        if (System.getProperty("kumiki.bench.jvm", "").contains("StartFlightRecording")) {
            process.destroy();
        } else {
            process.destroyForcibly();
        }
        process.waitFor();
    }
}
