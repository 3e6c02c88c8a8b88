package io.kumiki.conformance.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.conformance.cluster.Clusters;
import io.kumiki.conformance.cluster.KubernetesPrograms;
import io.kumiki.conformance.cluster.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// client-go, which every controller in Go stands on, against both clusters: `kubernetes/client`.
class GoClientIT {
    private static final int LEAST_CHECKS = 50;

    @ParameterizedTest(autoCloseArguments = false)
    @ArgumentsSource(Clusters.class)
    void theWholeCheck(TestCluster cluster) throws Exception {
        check(cluster, "client-go", "true");
    }

    /// Older clients list and then watch; newer ones watch from the beginning.
    @ParameterizedTest(autoCloseArguments = false)
    @ArgumentsSource(Clusters.class)
    void theWholeCheckWithListsBeforeWatches(TestCluster cluster) throws Exception {
        check(cluster, "client-go-old", "false");
    }

    private static void check(TestCluster cluster, String namespace, String watchList)
            throws IOException, InterruptedException {
        String client = KubernetesPrograms.required("client").program("client").toString();
        ProcessBuilder builder = new ProcessBuilder(
                        client, "--kubeconfig", cluster.kubeconfig().toString(), "--namespace", namespace)
                .redirectErrorStream(true);
        builder.environment().put("KUBE_FEATURE_WatchListClient", watchList);
        Process process = builder.start();
        List<String> lines = new ArrayList<>();
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        }
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        assertThat(lines.stream().filter(line -> line.startsWith("ok "))).hasSizeGreaterThanOrEqualTo(LEAST_CHECKS);
    }
}
