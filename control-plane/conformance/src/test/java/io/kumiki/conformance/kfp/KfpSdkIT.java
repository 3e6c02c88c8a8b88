package io.kumiki.conformance.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified SDK against a real process.
class KfpSdkIT {
    private static final int LEAST_CHECKS = 25;
    private static final int LEAST_PIPELINES = 20;

    private static Python python;
    private static RunningKumiki kumiki;

    @BeforeAll
    static void start(@TempDir Path folder) {
        python = Python.required();
        kumiki = RunningKumiki.start(folder.resolve("data"), Map.of());
    }

    @AfterAll
    static void stop() {
        if (kumiki != null) {
            kumiki.close();
        }
    }

    @Test
    void theSdkFindsAllItExpects() {
        var lines = new ArrayList<String>();
        int code = python.script(lines, "kfp_sdk_check.py", "--data", kumiki.data.toString());
        assertThat(code).as(String.join("\n", lines)).isZero();
        assertThat(passed(lines)).isGreaterThanOrEqualTo(LEAST_CHECKS);
    }

    @Test
    void publishedPipelinesEndAsPublished() {
        Path corpus = corpus();
        if (corpus == null) {
            System.out.println("SKIPPED: no published pipelines (shared/conformance/kfp) beside this checkout");
            return;
        }
        var lines = new ArrayList<String>();
        int code = python.script(lines, "kfp_corpus_check.py", "--data", kumiki.data.toString(), "--corpus", corpus.toString());
        assertThat(code).as(String.join("\n", lines)).isZero();
        assertThat(passed(lines)).isGreaterThanOrEqualTo(LEAST_PIPELINES);
    }

    private static long passed(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith("ok ")).count();
    }

    private static @Nullable Path corpus() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path kfp = at.resolve("shared/conformance/kfp");
            if (Files.isDirectory(kfp)) {
                return kfp;
            }
        }
        return null;
    }
}
