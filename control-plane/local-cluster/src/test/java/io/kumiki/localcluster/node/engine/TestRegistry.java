package io.kumiki.localcluster.node.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A registry on a loopback address that wants a password for everything.
public final class TestRegistry implements AutoCloseable {
    public static final String USER = "kumi";
    public static final String PASSWORD = "geheim";
    private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
    /// By bcrypt.
    private static final String HASHED = "$2y$05$/9flfcaHZnOKCQGSY2bv1eMzRX3ypQ78JC4KBz5X8om4c5zl03KSO";

    private final Process process;
    private final String address;

    private TestRegistry(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /// Null where its program is not here, which is said.
    public static @Nullable TestRegistry start(Path folder) throws Exception {
        if (!Files.isExecutable(PROGRAM)) {
            System.out.println(
                    "SKIPPED: pulls from a registry; " + PROGRAM + " is not here (apt install docker-registry)");
            return null;
        }
        Path users = Files.writeString(folder.resolve("users"), USER + ":" + HASHED + "\n");
        Path settings =
                Files.writeString(folder.resolve("registry.yml"), """
            version: 0.1
            log: {level: info}
            storage: {filesystem: {rootdirectory: %s}}
            http: {addr: "127.0.0.1:0"}
            auth: {htpasswd: {realm: trial, path: %s}}
            """.formatted(folder.resolve("blobs"), users));
        Path log = folder.resolve("registry.log");
        Process process = new ProcessBuilder(PROGRAM.toString(), "serve", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        for (int i = 0; i < 200; i++) {
            String said = Files.readString(log);
            int at = said.indexOf("listening on ");
            if (at >= 0) {
                return new TestRegistry(process, said.substring(at + 13).split("\"", 2)[0]);
            }
            Thread.sleep(50);
        }
        process.destroyForcibly();
        throw new AssertionError("the registry does not listen: " + Files.readString(log));
    }

    /// Host and port.
    public String address() {
        return address;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
