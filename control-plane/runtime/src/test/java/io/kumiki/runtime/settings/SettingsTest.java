package io.kumiki.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    enum Mode {
        ISOLATED,
        PLAIN
    }

    record Nodes(
            @Setting(help = "most pods at once", byDefault = "100")
            int maxPods,

            @Setting(help = "grace", byDefault = "30s") Duration gracePeriod,
            @Setting(help = "disk", byDefault = "10GiB") ByteSize disk,
            @Setting(help = "mode", byDefault = "isolated") Mode mode,
            @Setting(help = "names", byDefault = "") List<String> names,
            @Setting(help = "where") Path folder) {
        Nodes {
            if (maxPods > 1000) {
                throw new IllegalArgumentException("max-pods is at most 1000");
            }
        }
    }

    @Test
    void defaultsFileEnvironmentAndCommandLineInThatOrder(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(
                dir.resolve("s.properties"), "nodes.max-pods=7\nnodes.folder=/x\nnodes.names = a, b\n");
        Settings settings = Settings.none()
                .file(file)
                .environment(Map.of("KUMIKI_NODES_MODE", "plain", "HOME", "/h"))
                .with(Map.of("nodes.disk", "512 MiB"));
        var nodes = settings.section("nodes", Nodes.class);
        settings.check();
        assertThat(nodes.get())
                .isEqualTo(new Nodes(
                        7,
                        Duration.ofSeconds(30),
                        new ByteSize(512L << 20),
                        Mode.PLAIN,
                        List.of("a", "b"),
                        Path.of("/x")));
    }

    @Test
    void everyProblemAtOnce() {
        Settings settings = Settings.none()
                .with(Map.of(
                        "nodes.max-pods", "many", "nodes.disk", "10 apples", "nodes.grace-perod", "1s", "runs.x", "1"))
                .environment(Map.of("KUMIKI_NODES_MODUS", "plain"));
        var nodes = settings.section("nodes", Nodes.class);
        assertThatThrownBy(settings::check)
                .isInstanceOf(Settings.Invalid.class)
                .hasMessageContaining("6 problems")
                .hasMessageContaining("nodes.max-pods = \"many\": a whole number is wanted")
                .hasMessageContaining("nodes.disk = \"10 apples\": a size such as")
                .hasMessageContaining("nodes.folder is wanted and not given: where")
                .hasMessageContaining("nodes.grace-perod is not a known key; did you mean nodes.grace-period?")
                .hasMessageContaining("runs.x belongs to no known section; sections are [nodes]")
                .hasMessageContaining("KUMIKI_NODES_MODUS stands for no known key");
        assertThatThrownBy(nodes::get).isInstanceOf(Settings.Invalid.class);
    }

    @Test
    void aRecordsOwnRulesAreProblemsToo() {
        Settings settings = Settings.none().with(Map.of("nodes.max-pods", "5000", "nodes.folder", "x"));
        settings.section("nodes", Nodes.class);
        assertThatThrownBy(settings::check).hasMessageContaining("nodes: max-pods is at most 1000");
    }

    @Test
    void describesItself() {
        assertThat(Settings.describe("nodes", Nodes.class))
                .containsEntry("nodes.max-pods", "most pods at once (default 100)")
                .containsEntry("nodes.folder", "where (required)");
    }
}
