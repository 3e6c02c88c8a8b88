package io.kumiki.conformance.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.conformance.kfp.Python;
import io.kumiki.conformance.kfp.RunningKumiki;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Python client that every Kubeflow SDK stands on.
class PythonClientIT {
    private static final int LEAST_CHECKS = 20;

    @Test
    void theWholeCheck(@TempDir Path folder) {
        Python python = Python.required();
        List<String> out = new ArrayList<>();
        try (var kumiki = RunningKumiki.start(folder.resolve("data"), Map.of())) {
            int code = python.script(
                    out,
                    "kubernetes_check.py",
                    "--kubeconfig",
                    kumiki.data.resolve("kubeconfig").toString());
            assertThat(code).as(String.join("\n", out)).isZero();
        }
        assertThat(out.stream().filter(line -> line.startsWith("ok ")).count()).isGreaterThanOrEqualTo(LEAST_CHECKS);
    }
}
