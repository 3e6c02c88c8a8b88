package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One attempt of one step, in final text: nothing in it is left to resolve.
///
/// @param path the task's path in its run
/// @param retry 0 for the first try, n for the n-th retry the user's policy granted: log names end in `-n`
/// @param container what to run; null for an importer that only downloads into the workspace (the agent alone)
/// @param executorInput what `{{$}}` stands for
/// @param taskRoot `<pipeline root>/<pipeline>/<run>/<task>/<uuid of the attempt>` in object storage
/// @param executorOutput container path of the executor's output file
/// @param inputs what to download before the container starts
/// @param parameterFiles output parameter → container path of its file
/// @param artifacts what to upload afterwards
/// @param mounts how object-store URIs and container paths correspond
/// @param workspace container path of the run's workspace claim, null where this step does not use it
/// @param platform resolved Kubernetes settings, see [PlatformFields]
public record StepRequest(
        String runId,
        String taskId,
        String path,
        String name,
        int attempt,
        int retry,
        @Nullable Container container,
        ObjectNode executorInput,
        String taskRoot,
        String executorOutput,
        List<Transfer> inputs,
        Map<String, String> parameterFiles,
        List<Upload> artifacts,
        List<Mount> mounts,
        @Nullable String workspace,
        ObjectNode platform) {

    public StepRequest {
        inputs = List.copyOf(inputs);
        artifacts = List.copyOf(artifacts);
        mounts = List.copyOf(mounts);
    }

    /// @param resources `{"requests":{"cpu":"1",..},"limits":{"memory":"2G","nvidia.com/gpu":"1"}}`, either may be
    ///     absent
    public record Container(
            String image, List<String> command, List<String> args, List<Variable> env, ObjectNode resources) {
        public Container {
            command = List.copyOf(command);
            args = List.copyOf(args);
            env = List.copyOf(env);
        }
    }

    public record Variable(String name, String value) {}

    public record Transfer(String uri, String path) {}

    public record Upload(String name, String uri, String path) {}

    /// `minio://` ↔ `/minio/`
    public record Mount(String uriPrefix, String path) {}
}
