package io.kumiki.conformance.scheduling;

import io.kumiki.conformance.cluster.EmbeddedCluster;
import io.kumiki.conformance.cluster.KubernetesPrograms;
import io.kumiki.conformance.cluster.RealCluster;
import io.kumiki.conformance.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/// What the embedded scheduler makes of nodes and pods is what the real kube-scheduler makes of them: the cases of
/// `resources/scheduling` on both. `KUMIKI_CASES=spread` runs those with this word in their title,
/// `KUMIKI_CLUSTERS=embedded` (or `real`) leaves the other cluster out.
class PlacementIT {
    @TempDir
    static Path folder;

    private static final List<TestCluster> CLUSTERS = new ArrayList<>();
    private static final List<PlacementRun> RUNS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        String only = System.getenv().getOrDefault("KUMIKI_CLUSTERS", "");
        if (!only.equals("real")) {
            EmbeddedCluster embedded = EmbeddedCluster.start(folder.resolve("embedded"));
            CLUSTERS.add(embedded);
            embedded.schedule(folder.resolve("volumes"));
        }
        if (!only.equals("embedded")) {
            try {
                // No node controller takes such taints away again.
                RealCluster real =
                        RealCluster.start(folder.resolve("real"), "--disable-admission-plugins=TaintNodesByCondition");
                CLUSTERS.add(real);
                real.schedule();
            } catch (TestAbortedException e) {
                assert e != null : "it said so in one line; the embedded one is held to the same cases";
            }
        }
        CLUSTERS.forEach(cluster -> RUNS.add(new PlacementRun(cluster)));
        RUNS.forEach(PlacementRun::begin);
    }

    @AfterAll
    static void end() {
        CLUSTERS.forEach(TestCluster::close);
    }

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        String only = System.getenv().getOrDefault("KUMIKI_CASES", "");
        List<PlacementCase> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(KubernetesPrograms.module().resolve("src/test/resources/scheduling"))) {
            for (Path file : files.sorted().toList()) {
                all.addAll(PlacementCase.parse(Files.readString(file)));
            }
        }
        return all.stream()
                .filter(each -> each.title().contains(only))
                .map(each -> DynamicTest.dynamicTest(each.title(), () -> everywhere(each)));
    }

    private static void everywhere(PlacementCase one) {
        List<CompletableFuture<String>> running = RUNS.stream()
                .map(run -> CompletableFuture.supplyAsync(
                        () -> wrong(run, one), task -> Thread.ofVirtual().start(task)))
                .toList();
        List<String> wrong = running.stream()
                .map(CompletableFuture::join)
                .filter(each -> !each.isEmpty())
                .toList();
        if (!wrong.isEmpty()) {
            AssertionError failure = new AssertionError("\n  " + String.join("\n  ", wrong) + "\n");
            failure.setStackTrace(new StackTraceElement[0]);
            throw failure;
        }
    }

    private static String wrong(PlacementRun run, PlacementCase one) {
        try {
            run.run(one);
            return "";
        } catch (AssertionError e) {
            return run.cluster() + ": " + e.getMessage();
        }
    }
}
