package io.kumiki.web.kfp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunJsonTest {
    private static final Instant T = Instant.parse("2026-01-31T09:00:00Z");

    @Test
    void zeroValuesAreNotWrittenAndAnUnfinishedRunEndedIn1970() {
        ObjectNode out = RunJson.light(run(RunState.PENDING, null));
        assertThat(out.toString()).isEqualTo("""
                {"experiment_id":"e","run_id":"r","display_name":"n","storage_state":"AVAILABLE",\
                "runtime_config":{"pipeline_root":"minio://b/k"},"service_account":"pipeline-runner",\
                "created_at":"2026-01-31T09:00:00Z","scheduled_at":"2026-01-31T09:00:00Z","finished_at":"1970-01-01T00:00:00Z",\
                "state":"PENDING","state_history":[{"update_time":"2026-01-31T09:00:00Z","state":"PENDING"}]}""");
    }

    @Test
    void aStoppedRunIsShownAsFailedEverywhere() {
        RunRecord stopped = run(RunState.RUNNING, null)
                .moved(RunState.CANCELING, T.plusSeconds(1), null)
                .moved(RunState.CANCELED, T.plusSeconds(2), new RunFault("Stopped", "stopped by admin"));
        ObjectNode out = RunJson.light(stopped);
        assertThat(out.path("state").asText()).isEqualTo("FAILED");
        assertThat(out.path("finished_at").asText()).isEqualTo("2026-01-31T09:00:02Z");
        assertThat(out.path("state_history").findValuesAsText("state"))
                .containsExactly("RUNNING", "CANCELING", "FAILED");
        assertThat(out.path("error").toString()).isEqualTo("{\"code\":1,\"message\":\"Stopped: stopped by admin\"}");
        assertThat(out.toString()).doesNotContain("CANCELED");
    }

    @Test
    void tasksCarryParentsChildrenAndArtifactIdsAsText() {
        TaskRecord root = task("t0", null, "", TaskState.RUNNING, Json.object());
        TaskRecord train = task("t1", "t0", "train", TaskState.CACHED, (ObjectNode)
                Json.parse("{\"parameters\":{\"a\":1},\"artifacts\":{\"model\":[9007199254740993],\"none\":[]}}"));
        ObjectNode out = RunJson.full(run(RunState.RUNNING, null), Json.parse("{\"root\":{}}"), List.of(root, train));
        var details = out.at("/run_details/task_details");
        assertThat(details.at("/0/display_name").asText()).isEqualTo("root");
        assertThat(details.at("/0/child_tasks").toString()).isEqualTo("[{\"task_id\":\"t1\"}]");
        assertThat(details.at("/1/parent_task_id").asText()).isEqualTo("t0");
        assertThat(details.at("/1/state").asText()).isEqualTo("SUCCEEDED");
        assertThat(details.at("/1/outputs").toString())
                .isEqualTo("{\"model\":{\"artifact_ids\":[\"9007199254740993\"]}}");
        assertThat(out.path("pipeline_spec").toString()).isEqualTo("{\"root\":{}}");
    }

    private static RunRecord run(RunState state, @Nullable String version) {
        return new RunRecord(
                "r",
                "kubeflow",
                "e",
                "n",
                "",
                null,
                version,
                "s",
                "p",
                "p-12345",
                Json.object(),
                "minio://b/k",
                "pipeline-runner",
                state,
                false,
                T,
                T,
                null,
                null,
                null,
                null,
                List.of(new StateChange(T, state.name())));
    }

    private static TaskRecord task(
            String id, @Nullable String parent, String name, TaskState state, ObjectNode outputs) {
        return new TaskRecord(
                id,
                "r",
                parent,
                name,
                name,
                name,
                name.isEmpty() ? TaskKind.ROOT : TaskKind.CONTAINER,
                state,
                1,
                null,
                null,
                Json.object(),
                outputs,
                null,
                null,
                null,
                null,
                T,
                T,
                null,
                null,
                Json.object(),
                List.of(new StateChange(T, state.name())));
    }
}
