package io.kumiki.localcluster.node.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.localcluster.node.process.ControlGroups.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written into groups, of both versions; folders stand in for the kernel's.
class ControlGroupsTest {
    private static final Limits LIMITS = new Limits(64 << 20, 1500, 250);

    @TempDir
    Path dir;

    @Test
    void version1() throws Exception {
        Path memory = Files.createDirectories(dir.resolve("memory"));
        Path cpu = Files.createDirectories(dir.resolve("cpu"));
        Path start = Files.createDirectories(dir.resolve("start"));
        ControlGroups groups = new ControlGroups(Map.of("memory", memory, "cpu", cpu), false, "");
        groups.create(start, "c", LIMITS);
        assertThat(memory.resolve("c/memory.limit_in_bytes")).hasContent("67108864");
        assertThat(cpu.resolve("c/cpu.cfs_quota_us")).hasContent("150000");
        assertThat(cpu.resolve("c/cpu.shares")).hasContent("256");
        assertThat(ControlGroups.outOfMemory(start)).isFalse();
        Files.writeString(memory.resolve("c/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        assertThat(ControlGroups.outOfMemory(start)).isTrue();
    }

    @Test
    void version2() throws Exception {
        Path base = Files.createDirectories(dir.resolve("kumiki"));
        Path start = Files.createDirectories(dir.resolve("start"));
        ControlGroups groups = new ControlGroups(Map.of("memory", base, "cpu", base), true, "");
        groups.create(start, "c", LIMITS);
        assertThat(base.resolve("c/memory.max")).hasContent("67108864");
        assertThat(base.resolve("c/memory.oom.group")).hasContent("1");
        assertThat(base.resolve("c/cpu.max")).hasContent("150000 100000");
        assertThat(base.resolve("c/cpu.weight")).hasContent("10");
        Files.writeString(base.resolve("c/memory.events"), "low 0\noom 1\noom_kill 1\n");
        assertThat(ControlGroups.outOfMemory(start)).isTrue();
    }

    @Test
    void nothingIsMadeWithoutLimits() throws Exception {
        Path base = Files.createDirectories(dir.resolve("kumiki"));
        new ControlGroups(Map.of("memory", base, "cpu", base), true, "").create(dir, "c", new Limits(0, 0, 500));
        assertThat(base).isEmptyDirectory();
        assertThat(ControlGroups.limited(dir)).isFalse();
    }
}
