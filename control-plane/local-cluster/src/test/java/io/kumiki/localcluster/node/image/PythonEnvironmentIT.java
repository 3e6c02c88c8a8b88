package io.kumiki.localcluster.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pip shim against the machine's real Python and pip, with wheels made here, so that no network is needed.
class PythonEnvironmentIT {
    @TempDir
    Path dir;

    private Environment.Python python;
    private PythonEnvironment environments;

    @BeforeEach
    void wheels() throws IOException {
        InstalledPythons found = InstalledPythons.in(
                InstalledPythons.usualFolders(System.getenv("PATH"), Path.of(System.getProperty("user.home"))));
        python = found.nearest(11);
        assumeTrue(python != null && InstalledPythons.pipFolder(python) != null, "no Python with pip on this machine");
        Path wheels = Files.createDirectories(dir.resolve("wheels"));
        wheel(wheels, "tiny", "1.0", "");
        wheel(wheels, "tiny", "2.0", "");
        wheel(wheels, "bigger", "1.0", "Requires-Dist: tiny>=2\n");
        environments = new PythonEnvironment(
                dir.resolve("cache"), Map.of("PIP_FIND_LINKS", wheels.toString(), "PIP_NO_INDEX", "1"), dir);
    }

    private static void wheel(Path folder, String name, String version, String requires) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve(name + "-" + version + "-py3-none-any.whl"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            String info = name + "-" + version + ".dist-info/";
            entry(zip, name + "/__init__.py", "version = '" + version + "'\ndef main(): print('ran', version)\n");
            entry(
                    zip,
                    info + "METADATA",
                    "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n" + requires);
            entry(
                    zip,
                    info + "WHEEL",
                    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
            entry(zip, info + "entry_points.txt", "[console_scripts]\n" + name + "-cli = " + name + ":main\n");
            entry(zip, info + "RECORD", "");
        }
    }

    private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    private Path venv(String name) throws IOException {
        Path folder = dir.resolve(name);
        environments.make(folder, folder.toString(), python);
        return folder;
    }

    private Process begin(Path venv, String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of("PATH", venv + "/bin:/usr/bin:/bin", "HOME", dir.toString(), "TMPDIR", dir.toString()));
        return builder.start();
    }

    private String run(Path venv, String script) throws Exception {
        Process process = begin(venv, script);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out + "exit " + process.exitValue();
    }

    private long sets() throws IOException {
        try (var entries = Files.list(dir.resolve("cache").resolve(python.version()))) {
            return entries.filter(Files::isSymbolicLink).count();
        }
    }

    @Test
    void theSameInstallCostsNothingTheSecondTime() throws Exception {
        String step =
                "python3 -m pip install --quiet --no-warn-script-location 'tiny==1.0' '--no-deps' 'typing-extensions>=3; python_version<\"3.9\"' && python3 -c 'import tiny; print(tiny.version)'";
        assertThat(run(venv("first"), step)).isEqualTo("1.0\nexit 0");
        Path second = venv("second");
        long began = System.nanoTime();
        assertThat(run(second, step)).isEqualTo("1.0\nexit 0");
        System.out.println("a step's own pip install, cached: "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms");
        assertThat(sets()).isEqualTo(1);
        assertThat(run(venv("third"), "python3 -c 'import tiny'")).contains("No module named 'tiny'");
    }

    @Test
    void dependenciesScriptsAndVersionsPerEnvironment() throws Exception {
        Path venv = venv("deps");
        assertThat(run(
                        venv,
                        "pip install -q bigger && tiny-cli && python3 -m pip list 2>/dev/null | grep tiny | tr -s ' '"))
                .isEqualTo("ran 2.0\ntiny 2.0\nexit 0");
        assertThat(run(venv("other"), "pip install -q tiny==1.0 && python3 -c 'import tiny; print(tiny.version)'"))
                .isEqualTo("1.0\nexit 0");
    }

    @Test
    void whatWasResolvedBeforeIsNotContradicted() throws Exception {
        assertThat(run(venv("conflict"), "pip install -q tiny==1.0 && pip install -q bigger"))
                .contains("conflict")
                .endsWith("exit 1");
        assertThat(
                        run(
                                venv("grows"),
                                "pip install -q tiny && pip install -q bigger && python3 -c 'import tiny, bigger; print(tiny.version)'"))
                .isEqualTo("2.0\nexit 0");
    }

    @Test
    void whatCannotBeHadFailsAsPipFails() throws Exception {
        assertThat(run(venv("none"), "pip install -q nothing-of-that-name==9"))
                .contains("No matching distribution found for nothing-of-that-name")
                .endsWith("exit 1");
        assertThat(Files.list(dir.resolve("cache").resolve(python.version())).filter(Files::isDirectory))
                .isEmpty();
    }

    @Test
    void otherCommandsReachTheRealPip() throws Exception {
        Path venv = venv("real");
        assertThat(run(venv, "pip --version")).startsWith("pip ").endsWith("exit 0");
        assertThat(run(
                        venv,
                        "pip install -q " + dir.resolve("wheels/tiny-1.0-py3-none-any.whl")
                                + " && python3 -c 'import tiny; print(tiny.__file__)'"))
                .startsWith(venv.toString())
                .endsWith("exit 0");
    }

    @Test
    void stepsThatStartTogetherInstallOnce() throws Exception {
        List<Process> steps = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            steps.add(begin(venv("p" + i), "pip install -q bigger==1.0 && python3 -c 'import bigger, tiny'"));
        }
        for (Process step : steps) {
            assertThat(step.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(step.exitValue())
                    .as(new String(step.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isZero();
        }
        assertThat(Files.list(dir.resolve("cache").resolve(python.version()))
                        .filter(path -> Files.isDirectory(path) && !Files.isSymbolicLink(path)))
                .hasSize(1);
    }

    private List<String> collected(long available, Duration later) throws IOException {
        return environments
                .packages()
                .collect(new CachedSet.Disk(1_000, available), Instant.now().plus(later))
                .stream()
                .map(folder -> Files.exists(folder) ? folder + " is still there" : "gone")
                .toList();
    }

    @Test
    void aFullDiskCostsTheSetsThatNobodyUses() throws Exception {
        Path first = venv("first");
        Path second = venv("second");
        assertThat(run(first, "pip install -q tiny==1.0")).isEqualTo("exit 0");
        assertThat(run(second, "pip install -q tiny==2.0")).isEqualTo("exit 0");
        Folders.delete(first);
        assertThat(collected(500, Duration.ofHours(1))).isEmpty();
        assertThat(collected(0, Duration.ofSeconds(10))).isEmpty();
        assertThat(collected(0, Duration.ofHours(1))).containsExactly("gone");
        assertThat(sets()).isEqualTo(1);
        assertThat(run(second, "python3 -c 'import tiny; print(tiny.version)'")).isEqualTo("2.0\nexit 0");
        Path third = venv("third");
        assertThat(run(third, "pip install -q tiny==1.0 && python3 -c 'import tiny; print(tiny.version)'"))
                .isEqualTo("1.0\nexit 0");
        assertThat(sets()).isEqualTo(2);
        Folders.delete(second);
        Folders.delete(third);
        // Each is larger than the fifth of the disk that is missing.
        assertThat(collected(0, Duration.ofHours(1))).containsExactly("gone");
        assertThat(collected(0, Duration.ofHours(1))).containsExactly("gone");
        assertThat(sets()).isZero();
    }

    @Test
    void whatAnOlderKumikiMadeStaysForAWeek() throws Exception {
        Path venv = venv("old");
        assertThat(run(venv, "pip install -q tiny==1.0")).isEqualTo("exit 0");
        Folders.delete(venv);
        try (var entries = Files.list(dir.resolve("cache").resolve(python.version()))) {
            for (Path set : entries.filter(Files::isSymbolicLink).toList()) {
                Folders.delete(set.toRealPath().resolve(".users"));
            }
        }
        assertThat(collected(0, Duration.ofDays(6))).isEmpty();
        assertThat(collected(0, Duration.ofDays(8))).containsExactly("gone");
    }
}
