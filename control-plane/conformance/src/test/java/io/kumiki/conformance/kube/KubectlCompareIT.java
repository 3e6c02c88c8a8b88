package io.kumiki.conformance.kube;

import io.kumiki.conformance.cluster.Clusters;
import io.kumiki.conformance.cluster.KubernetesPrograms;
import io.kumiki.conformance.cluster.PretendNode;
import io.kumiki.conformance.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The commands that people use most, on both clusters: same exit codes, same output, when ages, uids, revisions,
/// addresses and made-up names are left out.
@ExtendWith(Clusters.class)
class KubectlCompareIT {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    /// What no two clusters have in common, and what stands for it.
    private static final String[][] LEFT_OUT = {
        {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"},
        {"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME"},
        {"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "TIME"},
        {"(resourceVersion|Resource Version)(\"?: +)\"?\\d+\"?", "$1$2RV"},
        {"https://127\\.0\\.0\\.1:\\d+", "URL"},
        {"(10|127)\\.96\\.\\d+\\.\\d+", "ADDRESS"},
        {"kube-api-access-\\w{5}", "kube-api-access-MADE"},
        {"(?<![\\w.-])\\d+(d|h|m|s|ms)(\\d+[hms])?(?![\\w.-])", "AGE"},
        {"-[bcdf0-9a-z]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\\b", "-MADE"},
        {"(ReplicaSet \"\\w+)-[0-9a-z]{8,10}\\b", "$1-HASH"},
        {"(pod-template-hash\\S{0,4}[=:] ?\"?)[0-9a-z]{5,10}", "$1HASH"},
        {"(replicaset\\S*|ReplicaSet|set)([ /]+\\w+)-[0-9a-z]{8,10}\\b", "$1$2-HASH"},
    };

    @TempDir
    private static Path folder;

    @TestFactory
    Stream<DynamicTest> commands() throws IOException {
        KubernetesPrograms.required("kubectl");
        List<Transcript> all = Transcript.parse(
                Files.readString(KubernetesPrograms.module().resolve("src/test/resources/kubectl/commands.txt")));
        String only = System.getenv().getOrDefault("KUMIKI_SCENARIOS", "");
        return IntStream.range(0, all.size())
                .filter(i -> all.get(i).title().contains(only))
                .mapToObj(i -> DynamicTest.dynamicTest(all.get(i).title(), () -> compare(all.get(i), "kc-" + i)));
    }

    private static void compare(Transcript transcript, String namespace) throws IOException {
        List<String> wrong = new ArrayList<>();
        List<Kubectl.Ran> ours = run(Clusters.embedded(), transcript, namespace, wrong);
        TestCluster real = Clusters.real();
        if (real != null) {
            List<Kubectl.Ran> theirs = run(real, transcript, namespace, wrong);
            for (int i = 0; i < ours.size(); i++) {
                Transcript.Command command = transcript.commands().get(i);
                String words = String.join(" ", command.words());
                if (ours.get(i).code() != theirs.get(i).code()) {
                    wrong.add(words + " ended with " + ours.get(i).code() + " here and "
                            + theirs.get(i).code() + " there:\n" + ours.get(i).out() + "\n"
                            + theirs.get(i).out());
                } else if (!command.apart()) {
                    compare(words, plain(ours.get(i).out()), plain(theirs.get(i).out()), wrong);
                }
            }
        }
        if (!wrong.isEmpty()) {
            AssertionError failure = new AssertionError("\n" + String.join("\n", wrong) + "\n");
            failure.setStackTrace(new StackTraceElement[0]);
            throw failure;
        }
    }

    private static void compare(String words, List<String> ours, List<String> theirs, List<String> wrong) {
        List<String> only = new ArrayList<>(ours);
        theirs.forEach(only::remove);
        List<String> missing = new ArrayList<>(theirs);
        ours.forEach(missing::remove);
        if (!ours.equals(theirs)) {
            wrong.add("kubectl " + words);
            only.forEach(line -> wrong.add("  embedded: " + line));
            missing.forEach(line -> wrong.add("  real:     " + line));
            if (only.isEmpty() && missing.isEmpty()) {
                wrong.add("  the lines come in another order: " + ours + " and " + theirs);
            }
        }
    }

    private static List<Kubectl.Ran> run(
            TestCluster cluster, Transcript transcript, String namespace, List<String> wrong) throws IOException {
        Path home = Files.createDirectories(folder.resolve(cluster.name()).resolve(namespace));
        Path config = Files.copy(cluster.kubeconfig(), home.resolve("config"));
        Kubectl kubectl = Kubectl.required(config, home).with(transcript.environment());
        kubectl.run("create", "namespace", namespace).ok();
        kubectl.run("config", "set-context", "--current", "--namespace=" + namespace)
                .ok();
        repeat(() -> kubectl.run("get", "serviceaccount", "default"), List.of());
        List<Kubectl.Ran> all = new ArrayList<>();
        try (PretendNode node = PretendNode.in(cluster, namespace)) {
            for (Transcript.Command command : transcript.commands()) {
                String[] words = command.words().toArray(new String[0]);
                Kubectl.Ran ran = command.until()
                        ? repeat(() -> kubectl.feed(command.input(), words), command.wants())
                        : kubectl.feed(command.input(), words);
                for (String wanted : command.wants()) {
                    if (!ran.out().contains(wanted)) {
                        wrong.add(cluster.name() + ": kubectl " + String.join(" ", words) + " does not say \"" + wanted
                                + "\":\n" + ran.out());
                    }
                }
                all.add(ran);
            }
            assert node != null;
        }
        return all;
    }

    private static Kubectl.Ran repeat(java.util.function.Supplier<Kubectl.Ran> ask, List<String> wants) {
        long deadline = System.nanoTime() + PATIENCE;
        while (true) {
            Kubectl.Ran ran = ask.get();
            boolean enough = ran.code() == 0 && wants.stream().allMatch(ran.out()::contains);
            if (enough || System.nanoTime() > deadline) {
                return ran;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static List<String> plain(String out) {
        String text = out;
        for (String[] each : LEFT_OUT) {
            text = Pattern.compile(each[0]).matcher(text).replaceAll(each[1]);
        }
        return text.lines()
                .map(line -> line.replaceAll("(?<=\\S)\\s+", " ").stripTrailing())
                .toList();
    }
}
