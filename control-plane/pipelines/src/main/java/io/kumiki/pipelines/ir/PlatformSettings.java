package io.kumiki.pipelines.ir;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// An executor's KubernetesExecutorConfig as written, with the sources of its parameter fields already linked to
/// the DAG.
///
/// @param config camelCase
/// @param sources JSON pointer of an InputParameterSpec inside config → where its value comes from
public record PlatformSettings(ObjectNode config, SequencedMap<String, ParameterSource> sources) {
    public PlatformSettings {
        sources = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(sources));
    }
}
