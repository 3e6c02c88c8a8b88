package io.kumiki.pipelines.ir;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Tasks and what of their outputs leaves the component.
///
/// @param tasks in the order of the document; a task's index is its place here
/// @param outputs output parameter → where it comes from, the first that produced something wins
public record Dag(
        List<Task> tasks,
        SequencedMap<String, List<Selected>> outputs,
        SequencedMap<String, List<Selected>> outputArtifacts)
        implements Body {

    /// An output of one task.
    public record Selected(int task, String key) {}

    public Dag {
        tasks = List.copyOf(tasks);
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
        outputArtifacts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputArtifacts));
    }
}
