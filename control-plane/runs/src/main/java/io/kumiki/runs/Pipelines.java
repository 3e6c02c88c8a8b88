package io.kumiki.runs;

import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.PipelineReader;
import io.kumiki.pipelines.Read;
import io.kumiki.store.Store;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Checked pipelines by content address; the last few stay in memory, because runs of one pipeline come in groups.
final class Pipelines {
    private static final int KEPT = 32;

    private final Store store;
    private final Map<String, Pipeline> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pipeline> eldest) {
            return size() > KEPT;
        }
    };

    Pipelines(Store store) {
        this.store = store;
    }

    /// The stored document cannot be run (any more).
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }
    }

    synchronized Pipeline get(String specId) {
        return known.computeIfAbsent(specId, id -> {
            var spec = store.read(tx -> tx.specs().get(id));
            if (spec == null) {
                throw new Unusable("the run's pipeline is not stored any more");
            }
            return switch (PipelineReader.read(spec.pipelineSpec(), spec.platformSpec())) {
                case Read.Valid v -> v.pipeline();
                case Read.Invalid i ->
                    throw new Unusable("the run's pipeline is not valid: "
                            + i.violations().stream().map(Object::toString).collect(Collectors.joining("; ")));
            };
        });
    }
}
