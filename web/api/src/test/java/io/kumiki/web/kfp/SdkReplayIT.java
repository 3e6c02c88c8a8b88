package io.kumiki.web.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.web.kfp.KfpServer.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every request that the unmodified SDK 2.17 was seen to send
/// (control-plane/conformance/python/capture_requests.py),
/// in the order it sent them, with real ids in place of the stub's words.
class SdkReplayIT {
    /// What is not 200, and why.
    private static final Map<String, Integer> OTHERWISE = Map.of(
            "retry", 400, // the run has not failed
            "create_recurring_run", 501,
            "get_recurring_run", 404,
            "enable_recurring_run", 404,
            "disable_recurring_run", 404,
            "delete_recurring_run", 404);

    @Test
    void everyCapturedRequest(@TempDir Path folder) throws IOException {
        JsonNode requests;
        try (var in = SdkReplayIT.class.getResourceAsStream("sdk-requests.json")) {
            requests = Json.mapper().readTree(in);
        }
        assertThat(requests).hasSizeGreaterThanOrEqualTo(37);
        try (var kfp = new KfpServer(folder, ImageCheck.ANYTHING, (run, task, follow) -> Optional.empty())) {
            var ids = new LinkedHashMap<String, String>();
            ids.put(
                    "EXPERIMENT-ID",
                    kfp.post("/experiments", "{\"display_name\":\"e\"}").at("/experiment_id"));
            ids.put("PIPELINE-ID", kfp.post("/pipelines", "{\"name\":\"p\"}").at("/pipeline_id"));
            ids.put("RECURRING-ID", "none");
            for (JsonNode request : requests) {
                remember(kfp, request, ids);
                Reply reply = send(kfp, Json.parse(replaced(request.toString(), ids)));
                String step = request.path("step").asText();
                assertThat(reply.status())
                        .as("%s %s: %s", step, request.path("path").asText(), reply.text())
                        .isEqualTo(OTHERWISE.getOrDefault(step, 200));
                assertThat(reply.contentType()).startsWith("application/json");
                if (step.equals("upload_pipeline_version") && reply.json().has("pipeline_version_id")) {
                    ids.put("VERSION-ID", reply.at("/pipeline_version_id"));
                }
            }
            // what the SDK found by name is what was made
            assertThat(kfp.get("/pipelines/" + ids.get("PIPELINE-ID")).status()).isEqualTo(404);
        }
    }

    /// The SDK deletes a pipeline without cascade: by then its versions must be gone; a run must exist before it is
    /// asked for.
    private static void remember(KfpServer kfp, JsonNode request, Map<String, String> ids) {
        if (request.path("step").asText().equals("get_run")) {
            ids.put("RUN-ID", kfp.get("/runs?sort_by=created_at+desc").at("/runs/0/run_id"));
        }
        if (request.path("step").asText().equals("delete_pipeline")) {
            for (JsonNode version : kfp.get("/pipelines/" + ids.get("PIPELINE-ID") + "/versions")
                    .json()
                    .path("pipeline_versions")) {
                kfp.delete("/pipelines/" + ids.get("PIPELINE-ID") + "/versions/"
                        + version.path("pipeline_version_id").asText());
            }
        }
    }

    private static Reply send(KfpServer kfp, JsonNode request) {
        String query = request.path("query").asText();
        String target = request.path("path").asText() + (query.isEmpty() ? "" : "?" + query);
        if (request.has("file")) {
            String head = "--b0undary\r\n"
                    + String.join(
                            "\r\n",
                            request.path("part")
                                    .valueStream()
                                    .map(JsonNode::asText)
                                    .toList()) + "\r\n\r\n";
            byte[] body =
                    (head + request.path("file").asText() + "\r\n--b0undary--\r\n").getBytes(StandardCharsets.UTF_8);
            return kfp.send("POST", target, body, "multipart/form-data; boundary=b0undary");
        }
        byte[] body = request.has("body") ? Json.bytes(request.get("body")) : null;
        return kfp.send(
                request.path("method").asText(),
                target,
                body,
                request.path("content_type").asText());
    }

    private static String replaced(String text, Map<String, String> ids) {
        String out = text;
        for (var id : ids.entrySet()) {
            out = out.replace(id.getKey(), id.getValue());
        }
        return out;
    }
}
