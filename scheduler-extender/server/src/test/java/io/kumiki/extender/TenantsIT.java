package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.ledger.LedgerSettings;
import io.kumiki.model.Json;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.Standing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Quotas of tenants and of namespaces, and the ledger that tells of them.
class TenantsIT {
    @TempDir
    Path folder;

    private Ground ground;
    private Process member;

    @BeforeEach
    void start() throws Exception {
        ground = Ground.inProcess(folder, "16 x gpu=8 type=H100 rack=4");
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
        if (member != null) {
            member.destroyForcibly();
        }
    }

    @Test
    void quotasAreNamedInTheRefusal() throws Exception {
        ground.create(Ground.QUOTAS, "", Ground.quota("all", "", "128", ""));
        ground.create(Ground.QUOTAS, "", Ground.quota("small", "all", "8", "16"));
        ground.awaitQuota(
                "the tree holds",
                () -> ground.accepted("small").path("status").asText().equals("True"));
        ground.makeGang("large", 3, 8);
        ground.await(
                "the quota is named",
                () -> ground.status("large").path("reason").asText().equals("QuotaLimit"));
        assertThat(ground.status("large").path("message").asText())
                .isEqualTo("24 nvidia.com/gpu wanted, 8 too many for the limit of quota small");
        ground.makeGang("small", 2, 8, "kumiki.io/simulated-duration", "10m");
        ground.await("what the limit allows starts", () -> ground.phase("small", "Running"));
        ground.makeGang("one", 1, 8);
        ground.await(
                "who holds it is named",
                () -> ground.status("one").path("message").asText().endsWith("; held by team/small: 16"));
    }

    @Test
    void aLimitOfNoneHolds() throws Exception {
        ground.create(Ground.QUOTAS, "", Ground.quota("all", "", "128", ""));
        ground.create(Ground.QUOTAS, "", Ground.quota("guests", "all", "0", "0"));
        ground.awaitQuota(
                "it is part of the tree",
                () -> ground.accepted("guests").path("status").asText().equals("True"));
        ground.makeGang("one", 1, 1);
        ground.await(
                "nothing is allowed",
                () -> ground.status("one").path("reason").asText().equals("QuotaLimit"));
        assertThat(ground.bound("one")).isZero();
    }

    @Test
    void aMistakeInTheTreeIsToldOnItsObjects() throws Exception {
        ground.create(Ground.QUOTAS, "", Ground.quota("all", "", "8", ""));
        ground.create(Ground.QUOTAS, "", Ground.quota("team", "all", "9", ""));
        ground.awaitQuota(
                "both say it",
                () -> ground.accepted("all").path("reason").asText().equals("Mistake")
                        && ground.accepted("team").path("reason").asText().equals("TreeHasMistakes"));
        assertThat(ground.accepted("all").path("message").asText())
                .isEqualTo("the tenants below all are guaranteed 9 nvidia.com/gpu, it has 8");
        // The event is written after the condition.
        var events = new ResourceType("", "v1", "events");
        ground.awaitOf(
                events,
                "default",
                "an event says it too",
                () -> ground.cluster.cluster().list(events, "default", Selection.ALL).items().stream()
                        .anyMatch(e ->
                                e.path("involvedObject").path("name").asText().equals("all")));
        ground.cluster.cluster().delete(Ground.QUOTAS, "", "team", Deletion.DEFAULT);
        ground.awaitQuota(
                "the rest is a tree",
                () -> ground.accepted("all").path("status").asText().equals("True"));
    }

    private void resourceQuota(String gpus) {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", "gpus");
        quota.putObject("spec").putObject("hard").put("requests.nvidia.com/gpu", gpus);
        ground.create(new ResourceType("", "v1", "resourcequotas"), "team", quota);
    }

    /// As `kubectl get tenantquotas` shows it.
    @Test
    void eachQuotaTellsWhatIsUsedAndBorrowed() throws Exception {
        ObjectNode all = Ground.quota("all", "", "128", "");
        all.withObject("/spec/guaranteed").put("nvidia.com/gpu.H100", "128").put("cpu", "1k");
        ground.create(Ground.QUOTAS, "", all);
        ObjectNode small = Ground.quota("small", "all", "8", "");
        ground.create(Ground.QUOTAS, "", small);
        ground.awaitQuota("nothing is used", () -> ground.used("small", "used", "nvidia.com/gpu", "0"));
        ground.makeGang("large", 2, 8, "kumiki.io/simulated-duration", "10m");
        ground.await("it runs", () -> ground.phase("large", "Running"));
        ground.awaitQuota(
                "it counts for its tenant and for the one above",
                () -> ground.used("small", "used", "nvidia.com/gpu", "16")
                        && ground.used("small", "used", "nvidia.com/gpu.H100", "16")
                        && ground.used("small", "used", "cpu", "2")
                        && ground.used("small", "borrowed", "nvidia.com/gpu", "8")
                        && ground.used("all", "used", "nvidia.com/gpu", "16"));
        assertThat(ground.statusOf("all").has("borrowed")).isFalse();
        assertThat(ground.extender.quotas().usage("all").orElseThrow().usage().get("small"))
                .as("and this process's ledger has it")
                .isEqualTo(new Amounts(Map.of("nvidia.com/gpu", 16L, "nvidia.com/gpu.H100", 16L, "cpu", 2000L)));
        assertThat(ground.extender.quotas().standings())
                .extracting(Standing::name)
                .containsExactly("all", "small");
        assertThat(ground.accepted("small").path("status").asText()).isEqualTo("True");
        ground.delete("large-0");
        ground.delete("large-1");
        ground.awaitQuota(
                "it is given back",
                () -> ground.used("small", "used", "nvidia.com/gpu", "0")
                        && ground.used("all", "used", "nvidia.com/gpu", "0"));
        assertThat(ground.statusOf("small").has("borrowed")).isFalse();
    }

    /// The API server refuses the rest of the pods (403), so the gang cannot become whole.
    @Test
    void aResourceQuotaThatRefusesHalfOfAGangIsNamedAndNothingIsHeld() throws Exception {
        resourceQuota("16");
        ground.makeMembers("half", 0, 2, 4, 8);
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                ApiFault.class, () -> ground.makeMembers("half", 2, 3, 4, 8))
                        .getMessage())
                .contains("exceeded quota");
        ground.await(
                "it is named",
                () -> ground.status("half").path("reason").asText().equals("NamespaceQuota"));
        assertThat(ground.status("half").path("message").asText()).contains("ResourceQuota gpus allows 0 more");
        assertThat(ground.status("half").has("slots")).isFalse();
        assertThat(ground.bound("half")).isZero();
    }

    @Test
    void whatATenantLentItGetsBack() throws Exception {
        ObjectNode guests = Json.object();
        guests.putObject("metadata").put("name", "guests");
        ground.create(ResourceType.NAMESPACES, "", guests);
        ground.create(Ground.QUOTAS, "", Ground.quota("all", "", "128", ""));
        ground.create(Ground.QUOTAS, "", Ground.quota("owners", "all", "16", ""));
        ObjectNode borrowers = Ground.quota("borrowers", "all", "8", "");
        borrowers.withObject("/spec").putArray("namespaces").add("guests");
        ground.create(Ground.QUOTAS, "", borrowers);
        ground.awaitQuota(
                "the tree holds",
                () -> ground.accepted("borrowers").path("status").asText().equals("True"));
        for (int i = 0; i < 16; i++) {
            ground.create(ResourceType.PODS, "guests", Ground.pod("guest-" + i, 8));
        }
        ground.awaitOf(ResourceType.PODS, "guests", "all GPUs are lent", () -> guests() == 16);
        ground.makeGang("own", 2, 8);
        ground.await("it gets its own back", () -> ground.phase("own", "Running"));
        assertThat(guests()).isEqualTo(14);
        ground.makeGang("more", 1, 8);
        ground.await(
                "beyond its guarantee it waits as anybody",
                () -> ground.status("more").path("reason").asText().equals("QuotaBorrowing"));
        assertThat(guests()).isEqualTo(14);
    }

    private long guests() {
        return ground.cluster.cluster().list(ResourceType.PODS, "guests", Selection.ALL).items().stream()
                .filter(pod -> pod.path("status").path("phase").asText().equals("Running"))
                .filter(pod -> pod.path("metadata").path("deletionTimestamp").isMissingNode())
                .count();
    }

    @Test
    void twoGangsOnOneQuotaComeOneAfterTheOther() throws Exception {
        ground.create(Ground.QUOTAS, "", Ground.quota("all", "", "128", ""));
        ground.create(Ground.QUOTAS, "", Ground.quota("small", "all", "8", "32"));
        ground.awaitQuota(
                "the tree holds",
                () -> ground.accepted("small").path("status").asText().equals("True"));
        ground.makeGang("first", 3, 8, "kumiki.io/simulated-duration", "2s");
        ground.makeGang("second", 3, 8, "kumiki.io/simulated-duration", "2s");
        ground.await(
                "one runs, the other waits for it",
                () -> (ground.phase("first", "Running") && waitsFor("second", "first"))
                        || (ground.phase("second", "Running") && waitsFor("first", "second")));
        ground.await("both have ended", () -> ground.phase("first", "Done") && ground.phase("second", "Done"));
    }

    /// Another member of the ledger is stopped as a whole (SIGSTOP): decisions do not wait for it, and when it goes
    /// on it hears what was decided meanwhile.
    @Test
    void aMemberOfTheLedgerThatHangsDelaysNoDecision() throws Exception {
        Process member = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        QuotaMember.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        this.member = member;
        var lines = new java.util.concurrent.LinkedBlockingQueue<String>();
        Thread.ofVirtual().start(() -> member.inputReader().lines().forEach(lines::add));
        String at = heard(lines, "at ", "").substring(3);
        ground.restart(new LedgerSettings("kumiki", "127.0.0.1", 0, at, ""));
        assertThat(ground.extender.ledger())
                .as("no member before there is a TenantQuota")
                .isEmpty();

        ground.create(Ground.QUOTAS, "", Ground.quota("all", "", "128", ""));
        ground.create(Ground.QUOTAS, "", Ground.quota("small", "all", "8", "64"));
        ground.awaitQuota(
                "the tree holds",
                () -> ground.accepted("small").path("status").asText().equals("True"));
        ground.makeGang("first", 2, 8, "kumiki.io/simulated-duration", "10m");
        ground.await("it starts", () -> ground.phase("first", "Running"));
        heard(lines, "entry all ", " 16");

        signal("-STOP", member);
        long slowest = 0;
        for (int i = 0; i < 5; i++) {
            String name = "stopped-" + i;
            long from = System.nanoTime();
            ground.makeGang(name, 1, 8, "kumiki.io/simulated-duration", "10m");
            ground.await(name + " starts", () -> ground.phase(name, "Running"));
            slowest = Math.max(slowest, System.nanoTime() - from);
        }
        System.out.println("slowest gang while the member was stopped: " + slowest / 1_000_000 + " ms");
        // One call to a stopped member takes 5 s and more (operation time-out): waiting once would show.
        assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(5));
        signal("-CONT", member);
        heard(lines, "entry all ", " 56");
    }

    private static void signal(String signal, Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static String heard(java.util.concurrent.BlockingQueue<String> lines, String begins, String ends)
            throws InterruptedException {
        while (true) {
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("a line %s…%s", begins, ends).isNotNull();
            if (line.startsWith(begins) && line.endsWith(ends)) {
                return line;
            }
        }
    }

    private boolean waitsFor(String gang, String other) {
        return ground.status(gang).path("message").asText().contains("held by team/" + other + ": 24");
    }
}
