package io.kumiki.web.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.web.kfp.KfpServer.Reply;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Experiments, and what all calls share: errors, prefixes, paging, authentication.
class ExperimentsIT {
    private KfpServer kfp;

    @BeforeEach
    void start(@TempDir Path folder) {
        kfp = new KfpServer(folder, ImageCheck.ANYTHING, (run, task, follow) -> Optional.empty());
    }

    @AfterEach
    void stop() {
        kfp.close();
    }

    @Test
    void healthSaysSingleUserUnderBothPrefixes() {
        for (String path : List.of("/apis/v2beta1/healthz", "/pipeline/apis/v2beta1/healthz")) {
            Reply reply = kfp.send("GET", path, null, "application/json");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.json().get("multi_user").isBoolean()).isTrue();
            assertThat(reply.at("/pipeline_store")).isEqualTo("database");
        }
    }

    @Test
    void createGetAndAgain() {
        Reply made = kfp.post("/experiments", "{\"displayName\":\"e\",\"description\":\"d\",\"namespace\":\"\"}");
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.at("/storage_state")).isEqualTo("AVAILABLE");
        assertThat(made.at("/namespace")).isEqualTo("kubeflow");
        assertThat(made.at("/created_at")).endsWith("Z");
        assertThat(kfp.get("/experiments/" + made.at("/experiment_id")).json()).isEqualTo(made.json());
        Reply again = kfp.post("/experiments", "{\"display_name\":\"e\"}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().path("code").asInt()).isEqualTo(6);
        assertThat(again.at("/details/0/@type")).isEqualTo("type.googleapis.com/google.rpc.Status");
        assertThat(again.message()).contains("'e' exists already");
    }

    @Test
    void badExperimentsNameEveryMistake() {
        Reply reply = kfp.post(
                "/experiments",
                "{\"display_name\":\"" + "x".repeat(129) + "\\n\",\"description\":\"" + "y".repeat(70_000) + "\"}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.message())
                .contains("3 problems", "display_name: at most 128", "control characters", "description: at most");
        assertThat(kfp.post("/experiments", "{\"display_name\":\" \"}").status())
                .isEqualTo(400);
        assertThat(kfp.post("/experiments", "{\"display_name\":\"a\",\"colour\":1}")
                        .message())
                .contains("colour: Experiment has no such field");
        assertThat(kfp.post("/experiments", "{\"display_name\":\"a\",\"namespace\":\"other\"}")
                        .message())
                .contains("single-user", "'other'");
        assertThat(kfp.post("/experiments", "not json").status()).isEqualTo(400);
        assertThat(kfp.post("/experiments", "[".repeat(5000)).status()).isEqualTo(400);
        assertThat(kfp.post("/experiments", "{\"display_name\":\"" + "x".repeat(2 << 20) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(kfp.get("/experiments").at("/total_size")).isEqualTo("1");
    }

    @Test
    void theDefaultExperimentExistsOnceAndStays() {
        Reply list = kfp.get("/experiments");
        assertThat(list.json().findValuesAsText("display_name")).containsExactly("Default");
        Reply refused = kfp.delete("/experiments/" + list.at("/experiments/0/experiment_id"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("code").asInt()).isEqualTo(9);
    }

    @Test
    void archiveUnarchiveDelete() {
        String id = kfp.post("/experiments", "{\"display_name\":\"e\"}").at("/experiment_id");
        Reply archived = kfp.post("/experiments/" + id + ":archive", null);
        assertThat(archived.text()).isEqualTo("{}");
        assertThat(kfp.get("/experiments/" + id).at("/storage_state")).isEqualTo("ARCHIVED");
        assertThat(kfp.post("/experiments/" + id + ":unarchive", "{}").status()).isEqualTo(200);
        assertThat(kfp.get("/experiments/" + id).at("/storage_state")).isEqualTo("AVAILABLE");
        assertThat(kfp.delete("/experiments/" + id).text()).isEqualTo("{}");
        assertThat(kfp.get("/experiments/" + id).status()).isEqualTo(404);
        assertThat(kfp.delete("/experiments/" + id).json().path("code").asInt()).isEqualTo(5);
        assertThat(kfp.post("/experiments/" + id + ":archive", null).status()).isEqualTo(404);
    }

    @Test
    void pagesFollowOneAnotherUnderSortAndFilter() {
        for (int i = 0; i < 7; i++) {
            kfp.post("/experiments", "{\"display_name\":\"page-" + i + "\"}");
        }
        String filter = encoded(
                "{\"predicates\":[{\"operation\":\"IS_SUBSTRING\",\"key\":\"display_name\",\"stringValue\":\"page-\"}]}");
        String query =
                "/experiments?page_size=3&sort_by=display_name+desc&namespace=&filter=" + filter + "&page_token=";
        var names = new ArrayList<String>();
        String token = "";
        int pages = 0;
        do {
            Reply page = kfp.get(query + encoded(token));
            assertThat(page.status()).as(page.text()).isEqualTo(200);
            assertThat(page.json().path("total_size").asInt()).isEqualTo(7);
            names.addAll(page.json().findValuesAsText("display_name"));
            token = page.at("/next_page_token");
            pages++;
        } while (!token.isEmpty());
        assertThat(pages).isEqualTo(3);
        assertThat(names).containsExactly("page-6", "page-5", "page-4", "page-3", "page-2", "page-1", "page-0");
        String first = kfp.get(query).at("/next_page_token");
        assertThat(kfp.get("/experiments?page_size=3&sort_by=display_name+asc&filter=" + filter + "&page_token="
                                + encoded(first))
                        .status())
                .isEqualTo(400);
        assertThat(kfp.get("/experiments?sort_by=colour").message()).contains("colour");
        assertThat(kfp.get("/experiments?page_size=-1").message()).contains("page_size");
        assertThat(kfp.get(
                                "/experiments?filter="
                                        + encoded(
                                                "{\"predicates\":[{\"operation\":1,\"key\":\"no_such\",\"stringValue\":\"x\"}]}"))
                        .message())
                .contains("no_such");
        assertThat(kfp.get("/experiments?namespace=other").status()).isEqualTo(400);
    }

    @Test
    void withoutATokenNothingIsToldInKfpsOwnWords() {
        for (String path : List.of(
                "/apis/v2beta1/experiments",
                "/apis/v2beta1/runs/x:archive",
                "/apis/v1alpha1/runs/x/nodes/y/log",
                "/apis/v1beta1/auth")) {
            Reply reply = kfp.send(HttpRequest.newBuilder(kfp.uri(path))
                    .method(path.endsWith("archive") ? "POST" : "GET", HttpRequest.BodyPublishers.noBody()));
            assertThat(reply.status()).as(path).isEqualTo(401);
            assertThat(reply.json().path("code").asInt()).isEqualTo(16);
        }
        Reply upload = kfp.send(HttpRequest.newBuilder(kfp.uri("/apis/v2beta1/pipelines/upload"))
                .POST(HttpRequest.BodyPublishers.ofString("x")));
        assertThat(upload.status()).isEqualTo(401);
        assertThat(upload.json().has("error_message")).isTrue();
    }

    @Test
    void unknownPathsMethodsAndWhatIsNotOffered() {
        assertThat(kfp.get("/nothing").json().path("code").asInt()).isEqualTo(5);
        assertThat(kfp.send("PUT", "/apis/v2beta1/experiments", new byte[0], "application/json")
                        .status())
                .isEqualTo(501);
        for (String path : List.of("/visualizations/kubeflow", "/workflows", "/scheduledworkflows")) {
            Reply reply = kfp.post(path, "{}");
            assertThat(reply.status()).isEqualTo(501);
            assertThat(reply.json().path("code").asInt()).isEqualTo(12);
        }
        assertThat(kfp.get("/filters").status()).isEqualTo(501);
        assertThat(kfp.get("/auth?namespace=kubeflow&resources=VIEWERS&verb=GET")
                        .text())
                .isEqualTo("{}");
        assertThat(kfp.get("/auth?resources=RUNS&verb=").message()).contains("2 problems");
        assertThat(kfp.send("GET", "/apis/v1beta1/auth?resources=VIEWERS&verb=CREATE", null, "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void recurringRunsAreRefusedByName() {
        Reply reply = kfp.post(
                "/recurringruns",
                "{\"display_name\":\"j\",\"max_concurrency\":1,\"trigger\":{\"cron_schedule\":{\"cron\":\"0 0 9 ? * 2-6\"}},\"mode\":\"ENABLE\"}");
        assertThat(reply.status()).isEqualTo(501);
        assertThat(reply.message()).contains("Recurring runs are not offered");
        assertThat(kfp.post("/recurringruns", "{\"cron\":1}").status()).isEqualTo(400);
        assertThat(kfp.get("/recurringruns?page_token=&page_size=10&sort_by=&experiment_id=x")
                        .text())
                .isEqualTo("{}");
        assertThat(kfp.get("/recurringruns/x").status()).isEqualTo(404);
        assertThat(kfp.post("/recurringruns/x:enable", null).status()).isEqualTo(404);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
