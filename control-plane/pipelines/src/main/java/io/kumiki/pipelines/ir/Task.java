package io.kumiki.pipelines.ir;

import io.kumiki.pipelines.expression.Condition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// One use of a component inside a DAG.
///
/// @param name its key in the DAG
/// @param upstreams indices of the tasks it waits for, ascending
/// @param consumers indices of the tasks that wait for it, ascending
/// @param onCompletion starts when its upstreams have ended, however they ended
/// @param platform Kubernetes settings of its executor, null when there are none
public record Task(
        int index,
        String name,
        String displayName,
        Component component,
        SequencedMap<String, ParameterSource> parameters,
        SequencedMap<String, ArtifactSource> artifacts,
        List<Integer> upstreams,
        List<Integer> consumers,
        boolean cache,
        @Nullable String cacheKey,
        @Nullable Condition condition,
        boolean onCompletion,
        @Nullable Loop loop,
        @Nullable RetryPolicy retry,
        @Nullable PlatformSettings platform) {

    public Task {
        parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
        artifacts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(artifacts));
        upstreams = List.copyOf(upstreams);
        consumers = List.copyOf(consumers);
    }

    public Task consumedBy(List<Integer> tasks) {
        return new Task(
                index,
                name,
                displayName,
                component,
                parameters,
                artifacts,
                upstreams,
                new ArrayList<>(tasks),
                cache,
                cacheKey,
                condition,
                onCompletion,
                loop,
                retry,
                platform);
    }
}
