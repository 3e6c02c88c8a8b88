package io.kumiki.localcluster.node.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A Podman of the test's own: its service on a socket, its storage in a folder, one image made of a static busybox.
/// Where it cannot be had the test is skipped and says why.
public final class TestPodman implements AutoCloseable {
    public static final String IMAGE = "localhost/kumiki-trial:1";

    private final Path folder;
    private Process service;

    private TestPodman(Path folder) {
        this.folder = folder;
    }

    public static TestPodman start(Path folder) throws Exception {
        String missing = missing();
        if (!missing.isEmpty()) {
            System.out.println("SKIPPED: " + missing);
        }
        Assumptions.assumeTrue(missing.isEmpty(), missing);
        TestPodman podman = new TestPodman(folder);
        podman.configure();
        podman.image();
        String said = podman.said("run", "--rm", "--network", "host", IMAGE, "echo", "it runs");
        if (!said.contains("it runs")) {
            podman.close();
            System.out.println("SKIPPED: podman runs no container here: " + said);
        }
        Assumptions.assumeTrue(said.contains("it runs"), "podman runs no container here: " + said);
        podman.service();
        return podman;
    }

    private static String missing() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "containers of a Podman of the test's own need Linux";
        }
        for (String program : List.of("/usr/bin/podman", "/bin/busybox")) {
            if (!Files.isExecutable(Path.of(program))) {
                return program + " is not here (apt install podman busybox-static)";
            }
        }
        return "";
    }

    private void configure() throws IOException {
        // Podman asks for more than this process may have where it has no CAP_SYS_RESOURCE.
        String runtime = Files.isExecutable(Path.of("/usr/sbin/runc")) ? "runtime = \"runc\"\n" : "";
        Files.writeString(folder.resolve("containers.conf"), """
            [containers]
            default_ulimits = ["nproc=4000:4000", "nofile=4000:4000"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            %s""".formatted(runtime));
    }

    private void image() throws Exception {
        Path root = folder.resolve("rootfs");
        Path bin = Files.createDirectories(root.resolve("bin"));
        for (String empty : List.of("etc", "tmp", "root", "var", "run", "proc", "sys", "dev")) {
            Files.createDirectories(root.resolve(empty));
        }
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : List.of(
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
                "ps")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Files.writeString(
                root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nuser:x:1000:\n");
        Path tar = folder.resolve("rootfs.tar");
        run(new ProcessBuilder("tar", "-C", root.toString(), "-cf", tar.toString(), "."));
        said(
                "import",
                "-c",
                "CMD [\"/bin/sh\",\"-c\",\"echo the command of the image\"]",
                "-c",
                "ENV FROM_IMAGE=yes",
                tar.toString(),
                IMAGE);
    }

    /// What a podman command says.
    public String said(String... words) throws Exception {
        return run(command(words));
    }

    private ProcessBuilder command(String... words) {
        List<String> all = new ArrayList<>(List.of(
                "podman",
                "--root",
                folder.resolve("root").toString(),
                "--runroot",
                folder.resolve("run").toString(),
                "--storage-driver",
                "vfs",
                "--cgroup-manager",
                "cgroupfs",
                "--network-config-dir",
                folder.resolve("networks").toString()));
        all.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment()
                .put("CONTAINERS_CONF", folder.resolve("containers.conf").toString());
        return builder;
    }

    private static String run(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /// Starts (again) to answer at the socket.
    public void service() throws Exception {
        Files.deleteIfExists(socket());
        service = command("system", "service", "--time", "0", "unix://" + socket())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("service.log").toFile())
                .start();
        for (int i = 0; i < 200 && !Files.exists(socket()); i++) {
            Thread.sleep(50);
        }
    }

    /// Nobody answers any more; containers go on.
    public void stopService() throws InterruptedException {
        service.destroyForcibly();
        service.waitFor(10, TimeUnit.SECONDS);
    }

    /// Answers no more, and does not say so.
    public void signal(String signal) throws Exception {
        run(new ProcessBuilder("kill", "-" + signal, Long.toString(service.pid())));
    }

    public Path socket() {
        return folder.resolve("podman.sock");
    }

    public Map<String, String> environment() {
        return Map.of("KUMIKI_ENGINE", socket().toString());
    }

    @Override
    public void close() throws Exception {
        said("rm", "--all", "--force", "--time", "0");
        if (service != null) {
            service.destroy();
            service.waitFor(10, TimeUnit.SECONDS);
        }
        // Never by "system reset": that also takes networks and machines that are not the test's.
        said("rmi", "--all", "--force");
    }
}
