package io.kumiki.conformance.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The unmodified SDK against a real process, with private mounts where the machine permits them and without.
class KfpSdkIT {
    private static final int LEAST_CHECKS = 25;
    private static final int LEAST_PIPELINES = 20;

    private static Python python;

    @BeforeAll
    static void python() {
        python = Python.required();
    }

    @Test
    void withTheIsolationThisMachineOffers() {
        try (var folder = ScratchFolder.create();
                var kumiki = RunningKumiki.start(folder.path().resolve("data"), Map.of())) {
            check(kumiki, LEAST_CHECKS, "kfp_sdk_check.py");
            published(kumiki, "");
        }
    }

    @Test
    void withoutPrivateMounts() {
        try (var folder = ScratchFolder.create();
                var kumiki = RunningKumiki.start(folder.path().resolve("data"), Map.of("KUMIKI_ISOLATION", "plain"))) {
            check(kumiki, LEAST_CHECKS, "kfp_sdk_check.py");
            published(kumiki, "critical");
        }
    }

    private static void published(RunningKumiki kumiki, String only) {
        corpus().ifPresentOrElse(
                        corpus -> check(
                                kumiki,
                                only.isEmpty() ? LEAST_PIPELINES : 1,
                                "kfp_corpus_check.py",
                                "--corpus",
                                corpus.toString(),
                                "--only",
                                only),
                        () -> System.out.println(
                                "SKIPPED: no published pipelines (shared/conformance/kfp) beside this checkout"));
    }

    private static void check(RunningKumiki kumiki, int least, String script, String... arguments) {
        var all = new ArrayList<>(List.of("--data", kumiki.data.toString()));
        all.addAll(List.of(arguments));
        var lines = new ArrayList<String>();
        int code = python.script(lines, script, all.toArray(String[]::new));
        assertThat(code)
                .as("%s%nKumiki's own log:%n%s", String.join("\n", lines), kumiki.log())
                .isZero();
        assertThat(lines.stream().filter(line -> line.startsWith("ok ")).count())
                .isGreaterThanOrEqualTo(least);
    }

    private static Optional<Path> corpus() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path kfp = at.resolve("shared/conformance/kfp");
            if (Files.isDirectory(kfp)) {
                return Optional.of(kfp);
            }
        }
        return Optional.empty();
    }
}
