package io.kumiki.pipelines.ir;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A typed building block: inputs, outputs and what fills them.
public record Component(
        String name,
        SequencedMap<String, ParameterDefinition> inputs,
        SequencedMap<String, ArtifactDefinition> inputArtifacts,
        SequencedMap<String, ParameterDefinition> outputs,
        SequencedMap<String, ArtifactDefinition> outputArtifacts,
        Body body,
        SequencedMap<TaskConfigField, Boolean> passthroughs) {

    /// Parts of a task's settings that a `dsl.TaskConfig` input hands to the step's own code; the flag says whether
    /// they also
    /// apply to the step itself.
    public enum TaskConfigField {
        RESOURCES,
        ENV,
        KUBERNETES_AFFINITY,
        KUBERNETES_TOLERATIONS,
        KUBERNETES_NODE_SELECTOR,
        KUBERNETES_VOLUMES
    }

    public Component {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        inputArtifacts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputArtifacts));
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
        outputArtifacts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputArtifacts));
        passthroughs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(passthroughs));
    }

    public @Nullable ParameterType inputType(String input) {
        ParameterDefinition d = inputs.get(input);
        return d == null ? null : d.type();
    }
}
