package io.kumiki.localcluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the first cluster in a fresh JVM waits for. Time says little on a busy machine, so what takes the time is
/// counted: classes that are loaded between the call and the open port, hidden ones (lambdas) included.
class FirstStartIT {
    /// 1,410 to 1,490 at the time of writing, as far as the controllers have come meanwhile; each hundred costs about
    /// 20 ms.
    private static final int MOST_CLASSES = 1_570;

    @TempDir
    Path folder;

    static final class Starts {
        private Starts() {}

        public static void main(String[] arguments) {
            Vertx vertx = Vertx.vertx();
            var classes = ManagementFactory.getClassLoadingMXBean();
            long before = classes.getTotalLoadedClassCount();
            LocalCluster.start(
                    vertx, LocalClusterSettings.in(Path.of(arguments[0])).inMemory());
            System.out.println(classes.getTotalLoadedClassCount() - before);
            System.exit(0);
        }
    }

    @Test
    void littleIsLoadedForIt() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starts.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        String last = List.of(said.split("\n")).getLast();
        assertThat(last).as(said).matches("\\d+");
        assertThat(Integer.parseInt(last)).isLessThan(MOST_CLASSES);
        System.out.println("classes for the first start: " + last);
    }
}
