package io.kumiki.localcluster.node.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Podman of the test's own.
public final class TestPodman extends TestEngine {
    private TestPodman(Path folder, @Nullable TestRegistry registry) {
        super(folder, registry);
    }

    /// @param registry that it may ask without TLS; null for none
    public static TestPodman start(Path folder, @Nullable TestRegistry registry) throws Exception {
        skipWithout("Podman", "podman busybox-static", "/usr/bin/podman", "/bin/busybox");
        TestPodman podman = new TestPodman(folder, registry);
        podman.configure();
        podman.images();
        podman.service();
        return podman;
    }

    private void configure() throws IOException {
        // Podman asks for more than this process may have where it has no CAP_SYS_RESOURCE.
        String runtime = Files.isExecutable(Path.of("/usr/sbin/runc")) ? "runtime = \"runc\"\n" : "";
        Files.writeString(folder().resolve("containers.conf"), """
            [containers]
            default_ulimits = ["nproc=4000:4000", "nofile=4000:4000"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            %s""".formatted(runtime));
        TestRegistry registry = registry();
        Files.writeString(
                folder().resolve("registries.conf"),
                registry == null ? "" : "[[registry]]\nlocation = \"" + registry.address() + "\"\ninsecure = true\n");
    }

    @Override
    ProcessBuilder command(String... words) {
        List<String> all = new ArrayList<>(List.of(
                "podman",
                "--root",
                folder().resolve("root").toString(),
                "--runroot",
                folder().resolve("run").toString(),
                "--storage-driver",
                "vfs",
                "--cgroup-manager",
                "cgroupfs",
                "--network-config-dir",
                folder().resolve("networks").toString()));
        all.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment()
                .put("CONTAINERS_CONF", folder().resolve("containers.conf").toString());
        builder.environment()
                .put(
                        "CONTAINERS_REGISTRIES_CONF",
                        folder().resolve("registries.conf").toString());
        return builder;
    }

    @Override
    public void service() throws Exception {
        run(command("system", "service", "--time", "0", "unix://" + socket()), 10);
    }

    @Override
    public void stopService() throws InterruptedException {
        stop(true);
    }

    @Override
    public String push(String image) throws Exception {
        return said("push", "--authfile", login().toString(), image);
    }

    @Override
    public void close() throws Exception {
        said("rm", "--all", "--force", "--time", "0");
        super.close();
        // Never by "system reset": that also takes networks and machines that are not the test's.
        said("rmi", "--all", "--force");
    }
}
