package io.kumiki.localcluster.node.engine;

import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// A container engine of the test's own: its service on a socket, its storage in a folder, images made of a static
/// busybox. Where it cannot be had the test is skipped and says why.
public abstract class TestEngine implements AutoCloseable {
    /// Has a command and a variable.
    public static final String IMAGE = "localhost/kumiki-trial:1";
    /// Has an entry point beside a command, a user, and a folder to work in.
    public static final String ENTRY_IMAGE = "localhost/kumiki-entry:1";

    private static final List<String> APPLETS = List.of(
            "sh",
            "echo",
            "cat",
            "id",
            "sleep",
            "env",
            "ls",
            "head",
            "wc",
            "yes",
            "true",
            "false",
            "test",
            "touch",
            "nc",
            "httpd",
            "stty",
            "hostname",
            "pwd",
            "mkdir",
            "kill",
            "tail",
            "grep",
            "wget",
            "tr",
            "dd",
            "ps");

    private final Path folder;
    private final @Nullable TestRegistry registry;
    private @Nullable Process service;

    TestEngine(Path folder, @Nullable TestRegistry registry) {
        this.folder = folder;
        this.registry = registry;
    }

    Path folder() {
        return folder;
    }

    @Nullable
    TestRegistry registry() {
        return registry;
    }

    static void skipUnless(boolean holds, String why) {
        if (!holds) {
            System.out.println("SKIPPED: " + why);
        }
        Assumptions.assumeTrue(holds, why);
    }

    static void skipWithout(String engine, String packages, String... programs) {
        skipUnless(
                System.getProperty("os.name").equals("Linux"),
                "containers of a " + engine + " of the test's own need Linux");
        for (String program : programs) {
            skipUnless(Files.isExecutable(Path.of(program)), program + " is not here (apt install " + packages + ")");
        }
    }

    /// What one of its commands says.
    public final String said(String... words) throws Exception {
        return run(command(words));
    }

    /// Starts (again) to answer at the socket.
    public abstract void service() throws Exception;

    /// Nobody answers any more; containers go on.
    public abstract void stopService() throws Exception;

    /// Sends an image to a registry of a test, with the registry's own password.
    public abstract String push(String image) throws Exception;

    abstract ProcessBuilder command(String... words);

    /// A static busybox, users, and nothing else; and that it runs.
    final void images() throws Exception {
        Path root = folder.resolve("rootfs");
        Path bin = Files.createDirectories(root.resolve("bin"));
        for (String empty : List.of("etc", "tmp", "root", "var", "run", "proc", "sys", "dev")) {
            Files.createDirectories(root.resolve(empty));
        }
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Files.writeString(
                root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nuser:x:1000:\n");
        String tar = folder.resolve("rootfs.tar").toString();
        run(new ProcessBuilder("tar", "-C", root.toString(), "-cf", tar, "."));
        made(tar, IMAGE, "CMD [\"/bin/sh\",\"-c\",\"echo the command of the image\"]", "ENV FROM_IMAGE=yes");
        made(
                tar,
                ENTRY_IMAGE,
                "ENTRYPOINT [\"/bin/echo\",\"entry\"]",
                "CMD [\"command\"]",
                "USER user",
                "WORKDIR /var");
        String said = said("run", "--rm", "--network", "host", IMAGE, "echo", "it runs");
        if (!said.contains("it runs")) {
            close();
        }
        skipUnless(said.contains("it runs"), getClass().getSimpleName() + " runs no container here: " + said);
    }

    private void made(String tar, String image, String... changes) throws Exception {
        List<String> words = new ArrayList<>(List.of("import"));
        Arrays.stream(changes).forEach(change -> words.addAll(List.of("-c", change)));
        words.addAll(List.of(tar, image));
        said(words.toArray(String[]::new));
    }

    static String run(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /// A file of logins as both engines' command lines read it.
    Path login() throws IOException {
        Path file = Files.createDirectories(folder.resolve("login")).resolve("config.json");
        Files.write(file, Json.bytes(login(registry == null ? "none" : registry.address(), TestRegistry.PASSWORD)));
        return file;
    }

    /// As a Secret of type `kubernetes.io/dockerconfigjson` holds it.
    public static com.fasterxml.jackson.databind.JsonNode login(String registry, String password) {
        var config = Json.object();
        String pair = TestRegistry.USER + ":" + password;
        config.putObject("auths")
                .putObject(registry)
                .put("auth", Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        return config;
    }

    final void run(ProcessBuilder builder, int seconds) throws Exception {
        Path socket = socket();
        Files.deleteIfExists(socket);
        Process begun = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("service.log").toFile())
                .start();
        service = begun;
        for (int i = 0; i < seconds * 20 && !Files.exists(socket) && begun.isAlive(); i++) {
            Thread.sleep(50);
        }
    }

    /// The end of what the service has said.
    String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("service.log"));
        return String.join(" ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    final void stop(boolean forcibly) throws InterruptedException {
        Process running = service;
        if (running != null) {
            if (forcibly) {
                running.destroyForcibly();
            } else {
                running.destroy();
            }
            running.waitFor(30, TimeUnit.SECONDS);
        }
    }

    /// `STOP`: it answers no more, and does not say so; `CONT`.
    public final void signal(String signal) throws Exception {
        run(new ProcessBuilder(
                "kill",
                "-" + signal,
                Long.toString(java.util.Objects.requireNonNull(service).pid())));
    }

    public final Path socket() {
        return folder.resolve("engine.sock");
    }

    public final Map<String, String> environment() {
        return Map.of("KUMIKI_ENGINE", socket().toString());
    }

    @Override
    public void close() throws Exception {
        stop(false);
    }
}
