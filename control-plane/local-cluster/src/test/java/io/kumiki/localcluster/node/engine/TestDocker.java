package io.kumiki.localcluster.node.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Docker daemon of the test's own, without any network, which leaves containers alone when it is stopped.
public final class TestDocker extends TestEngine {
    private TestDocker(Path folder, @Nullable TestRegistry registry) {
        super(folder, registry);
    }

    /// @param registry on a loopback address, which Docker asks without TLS; null for none
    public static TestDocker start(Path folder, @Nullable TestRegistry registry) throws Exception {
        skipWithout("Docker", "docker.io busybox-static", "/usr/sbin/dockerd", "/usr/bin/docker", "/bin/busybox");
        skipUnless(System.getProperty("user.name").equals("root"), "a Docker daemon of the test's own needs root");
        TestDocker docker = new TestDocker(folder, registry);
        Files.writeString(folder.resolve("daemon.json"), "{\"live-restore\":true}");
        docker.service();
        boolean answers = docker.said("version").contains("Server");
        String why = "Docker does not start here: " + docker.lastWords();
        if (!answers) {
            docker.stop(false);
        }
        skipUnless(answers, why);
        docker.images();
        return docker;
    }

    @Override
    ProcessBuilder command(String... words) {
        List<String> all = new ArrayList<>(List.of(
                "/usr/bin/docker", "--config", folder().resolve("login").toString(), "-H", "unix://" + socket()));
        all.addAll(List.of(words));
        return new ProcessBuilder(all);
    }

    @Override
    public void service() throws Exception {
        ProcessBuilder daemon = new ProcessBuilder(
                "/usr/sbin/dockerd",
                "--config-file",
                folder().resolve("daemon.json").toString(),
                "--data-root",
                folder().resolve("root").toString(),
                "--exec-root",
                folder().resolve("exec").toString(),
                "--pidfile",
                folder().resolve("pid").toString(),
                "-H",
                "unix://" + socket(),
                "--storage-driver",
                "vfs",
                "--bridge",
                "none",
                "--iptables=false");
        run(daemon, 40);
        for (int i = 0; i < 100 && !said("version").contains("Server"); i++) {
            Thread.sleep(100);
        }
    }

    @Override
    public void stopService() throws InterruptedException {
        stop(false);
    }

    @Override
    public String push(String image) throws Exception {
        login();
        return said("push", image);
    }

    @Override
    public void close() throws Exception {
        for (String container : said("ps", "--all", "--quiet").split("\\s+")) {
            said("rm", "--force", container);
        }
        super.close();
        // What it leaves mounted, because containers are to outlive it.
        for (String mounted : List.of("exec/netns/default", "root")) {
            run(new ProcessBuilder("umount", folder().resolve(mounted).toString()));
        }
    }
}
