package io.kumiki.web.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.kumiki.planner.Mirror;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.Standing;
import io.kumiki.runtime.http.Permission;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tree of quotas over HTTP, each answer checked against the contract.
class QuotasIT {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String GPU = "nvidia.com/gpu";

    private static Amounts gpus(long n) {
        return Amounts.of(GPU, n);
    }

    private static Standing standing(String name, String parent, String reason, String... namespaces) {
        return new Standing(
                name,
                parent.isEmpty() ? null : parent,
                List.of(namespaces),
                reason.equals("InTree"),
                reason,
                reason + " of " + name);
    }

    /// Speech works under research and borrows what images does not use.
    private static void fill(DashboardServer server) {
        Mirror mirror = SchedulingIT.mirror();
        mirror.on(
                new Event.Tenants(
                        List.of(
                                new QuotaNode("images", "all", gpus(8), null),
                                new QuotaNode("speech", "research", gpus(4), gpus(12)),
                                new QuotaNode("research", "all", gpus(8), null),
                                new QuotaNode("all", null, gpus(16), null)),
                        Map.of("kubeflow", "speech", "other", "images")),
                NOW);
        server.scene = mirror.scene(NOW);
        server.quotas = List.of(
                standing("all", "", "InTree"),
                standing("research", "all", "InTree"),
                standing("speech", "research", "InTree", "kubeflow", "secret"),
                standing("images", "all", "InTree", "other"));
        server.usage = new Decision.Publish(
                "all",
                7,
                3,
                new TreeMap<>(Map.of("all", gpus(11), "research", gpus(10), "speech", gpus(10), "images", gpus(1))),
                List.of(
                        new Decision.Publish.Binding("other", "late", "images", gpus(1)),
                        new Decision.Publish.Binding("kubeflow", "pod single", "speech", gpus(2))));
    }

    private static String row(JsonNode quota) {
        JsonNode gpus = quota.at("/resources/0");
        return quota.path("id").asInt() + " " + quota.path("above") + " " + quota.path("depth") + " "
                + quota.path("name").asText() + " " + gpus.path("guaranteed") + " " + gpus.path("limit") + " "
                + gpus.path("used") + " " + gpus.path("borrowed") + " " + gpus.path("lent");
    }

    @Test
    void whereNobodyMadeAQuotaThereIsNone(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            assertThat(server.get(503, "/scheduling/quotas").path("code").asText())
                    .isEqualTo("Starting");
            server.scene = SchedulingIT.mirror().scene(NOW);
            JsonNode none = server.get(200, "/scheduling/quotas");
            assertThat(none.path("quotas")).isEmpty();
            assertThat(none.path("told").isNull()).isTrue();
            server.get(400, "/scheduling/quotas?tree=x");
        }
    }

    @Test
    void theTreeTellsWhoUsesAndBorrowsAndLends(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            fill(server);
            JsonNode answer = server.get(200, "/scheduling/quotas");
            assertThat(answer.path("told")).isEqualTo(Json.parse("{\"epoch\":7,\"sequence\":3}"));
            assertThat(answer.path("quotas").valueStream().map(QuotasIT::row))
                    .containsExactly(
                            "0 null 0 all 16 null 11 0 0",
                            "1 0 1 images 8 null 1 0 2",
                            "2 0 1 research 8 null 10 2 0",
                            "3 2 2 speech 4 12 10 6 0");
            assertThat(answer.at("/quotas/3/namespaces")).isEqualTo(Json.parse("[\"kubeflow\",\"secret\"]"));
            assertThat(answer.at("/quotas/3/parent").asText()).isEqualTo("research");
            assertThat(answer.at("/quotas/3/binding/0/kind").asText()).isEqualTo("Pod");
            assertThat(answer.at("/quotas/3/binding/0/name").asText()).isEqualTo("single");
            assertThat(answer.at("/quotas/1/binding/0/amounts/" + GPU.replace("/", "~1"))
                            .asInt())
                    .isOne();
            server.usage = null;
            JsonNode untold = server.get(200, "/scheduling/quotas");
            assertThat(row(untold.at("/quotas/3"))).isEqualTo("3 2 2 speech 4 12 null 0 0");
        }
    }

    @Test
    void whatIsWrongIsToldOfEachObject(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            fill(server);
            server.quotas = List.of(
                    standing("all", "", "TreeHasMistakes"),
                    standing("lost", "nobody", "Mistake", "far"),
                    standing("research", "all", "TreeHasMistakes"),
                    standing("images", "all", "TreeHasMistakes", "other"));
            JsonNode quotas = server.get(200, "/scheduling/quotas").path("quotas");
            assertThat(quotas.findValuesAsText("reason"))
                    .containsExactly("TreeHasMistakes", "TreeHasMistakes", "TreeHasMistakes", "Gone", "Mistake");
            assertThat(quotas.findValuesAsText("holds")).containsExactly("true", "true", "true", "true", "false");
            JsonNode lost = quotas.path(4);
            assertThat(lost.path("name").asText()).isEqualTo("lost");
            assertThat(lost.path("above").isNull()).isTrue();
            assertThat(lost.path("message").asText()).isEqualTo("Mistake of lost");
            assertThat(lost.path("resources")).isEmpty();
            assertThat(quotas.at("/3/namespaces/0").asText()).isEqualTo("kubeflow");
        }
    }

    @Test
    void othersAreCountedButNotNamed(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            fill(server);
            server.guard = (caller, permission, namespace) -> !permission.equals(Permission.may("get", "tenantquotas"))
                    && (!permission.equals(Permission.may("get", "gangs")) || "kubeflow".equals(namespace));
            JsonNode answer = server.get(200, "/scheduling/quotas");
            assertThat(answer.toString())
                    .doesNotContain("images")
                    .doesNotContain("other")
                    .doesNotContain("secret")
                    .doesNotContain("late");
            assertThat(answer.path("quotas").findValuesAsText("name")).contains("all", "research", "speech");
            assertThat(answer.at("/quotas/3/namespacesHidden").asInt()).isOne();
            assertThat(answer.at("/quotas/1/above").asInt()).isZero();
            assertThat(answer.at("/quotas/1/resources/0/used").asInt()).isOne();
            server.guard =
                    (caller, permission, namespace) -> !permission.resource().equals("scheduling");
            server.get(403, "/scheduling/quotas");
        }
    }
}
