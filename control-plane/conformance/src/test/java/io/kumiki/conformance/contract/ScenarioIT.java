package io.kumiki.conformance.contract;

import io.kumiki.conformance.cluster.Clusters;
import io.kumiki.conformance.cluster.RealCluster;
import io.kumiki.conformance.cluster.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// The scenarios of `resources/contract` on both clusters: codes as written, everything else as the real one says it.
/// `KUMIKI_SCENARIOS=crud,patch` runs only these files.
@ExtendWith(Clusters.class)
class ScenarioIT {
    @TestFactory
    Stream<DynamicNode> scenarios() throws IOException {
        String only = System.getenv().getOrDefault("KUMIKI_SCENARIOS", "");
        List<DynamicNode> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(
                io.kumiki.conformance.cluster.KubernetesPrograms.module().resolve("src/test/resources/contract"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".http", "");
                if (only.isEmpty() || List.of(only.split(",")).contains(name)) {
                    all.add(DynamicContainer.dynamicContainer(name, file.toUri(), cases(name, read(file))));
                }
            }
        }
        return all.stream();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<DynamicTest> cases(String file, String text) {
        List<Scenario> scenarios = Scenario.parse(text);
        return java.util.stream.IntStream.range(0, scenarios.size())
                .mapToObj(i -> DynamicTest.dynamicTest(
                        scenarios.get(i).title(), () -> compare(scenarios.get(i), file + "-" + (i + 1))));
    }

    private static void compare(Scenario scenario, String namespace) {
        RealCluster real = Clusters.real();
        CompletableFuture<@Nullable ScenarioRun> other = CompletableFuture.supplyAsync(
                () -> real == null ? null : run(scenario, real, namespace),
                task -> Thread.ofVirtual().start(task));
        ScenarioRun ours = run(scenario, Clusters.embedded(), namespace);
        List<String> wrong = new ArrayList<>();
        ours.wrong.forEach(each -> wrong.add("embedded: " + each));
        ScenarioRun theirs = other.join();
        if (theirs != null) {
            theirs.wrong.forEach(each -> wrong.add("real: " + each));
            differences(scenario, ours, theirs, wrong);
        }
        if (!wrong.isEmpty()) {
            AssertionError failure = new AssertionError("\n  " + String.join("\n  ", wrong) + "\n");
            failure.setStackTrace(new StackTraceElement[0]);
            throw failure;
        }
    }

    private static ScenarioRun run(Scenario scenario, TestCluster cluster, String namespace) {
        try (ScenarioRun run = new ScenarioRun(cluster, namespace)) {
            run.begin();
            run.run(scenario);
            return run;
        }
    }

    private static void differences(Scenario scenario, ScenarioRun ours, ScenarioRun theirs, List<String> wrong) {
        for (int i = 0; i < scenario.steps().size(); i++) {
            Scenario.Step step = scenario.steps().get(i);
            Difference.between(
                            ours.replies.get(i),
                            theirs.replies.get(i),
                            step.apart().keySet())
                    .forEach(each -> wrong.add(step.method() + " " + step.path() + " " + each));
        }
    }
}
