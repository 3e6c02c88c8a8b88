package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Isolation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What [LimitsIT] asks, with control groups of version 2 on a machine whose controllers are all bound to version 1: in
/// a second kernel that is an ordinary process (User-mode Linux) and has this machine's files. Skipped, and says so,
/// where that kernel is not installed or does not start.
class LimitsUnderCgroup2IT {
    private static final Path KERNEL = Path.of("/usr/bin/linux.uml");
    private static final String STARTED = "in the second kernel: ";
    private static final String PASSED = "all limits hold";

    @TempDir
    Path dir;

    @Test
    void limitsHoldUnderVersion2() throws Exception {
        String here = ControlGroups.detect().note();
        skipUnless(!here.contains("cgroup v2"), "this machine has cgroup v2: LimitsIT ran with it");
        skipUnless(Files.isExecutable(KERNEL), "no " + KERNEL + " (apt install user-mode-linux), and here: " + here);
        Path init = dir.resolve("init.sh");
        Files.writeString(init, """
            #!/bin/sh
            export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
            mount -t proc proc /proc
            mount -t sysfs sysfs /sys
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            mount -t tmpfs tmpfs /run
            mkdir -p /dev/shm /run/tests
            mount -t tmpfs tmpfs /dev/shm
            ip link set lo up
            '%s/bin/java' --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx400m \
                -Djava.io.tmpdir=/run/tests -cp '%s' %s
            echo o >/proc/sysrq-trigger
            sleep 60
            """.formatted(
                        System.getProperty("java.home"),
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LimitsUnderCgroup2IT.class.getName()));
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessBuilder kernel = new ProcessBuilder(
                KERNEL.toString(),
                "rootfstype=hostfs",
                "rootflags=/",
                "rw",
                "mem=2000M",
                "init=" + init,
                "con=null",
                "con0=null,fd:1",
                "quiet");
        kernel.environment().put("TMPDIR", "/dev/shm");
        kernel.environment().put("HOME", dir.toString());
        Path output = dir.resolve("output");
        Process process = kernel.redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(5, TimeUnit.MINUTES);
            String said = Files.readString(output, StandardCharsets.ISO_8859_1);
            skipUnless(said.contains(STARTED), "the second kernel did not start: " + said);
            assertThat(ended).as(said).isTrue();
            assertThat(said)
                    .contains(STARTED + "memory and CPU limits by cgroup v2")
                    .contains(PASSED);
            System.out.println("LimitsIT passed in a second kernel, by cgroup v2");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void skipUnless(boolean met, String why) {
        if (!met) {
            System.out.println("SKIPPED: cgroup v2 was not tried: " + why);
        }
        assumeTrue(met, why);
    }

    private interface Limit {
        void check(LimitsIT limits) throws Exception;
    }

    /// In the second kernel.
    public static void main(String[] args) throws Exception {
        System.out.println(STARTED + ControlGroups.detect().note());
        for (Isolation isolation : LimitsIT.modes().toList()) {
            check(limits -> limits.whoTakesTooMuchMemoryIsKilledAndToldSo(isolation));
            check(limits -> limits.aThirdOfACpuIsThat(isolation));
        }
        System.out.println(PASSED);
        System.exit(0);
    }

    private static void check(Limit limit) throws Exception {
        LimitsIT limits = new LimitsIT();
        limits.dir = Files.createTempDirectory("limits");
        try {
            limit.check(limits);
        } finally {
            limits.stop();
        }
    }
}
