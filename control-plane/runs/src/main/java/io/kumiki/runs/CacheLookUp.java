package io.kumiki.runs;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.pipelines.engine.Command;
import io.kumiki.pipelines.engine.RunEngine;
import io.kumiki.pipelines.engine.RunEvent;
import io.kumiki.store.CacheEntry;
import io.kumiki.store.objects.ObjectUri;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the newest earlier result that can still be used: young enough, and with its bytes still there.
final class CacheLookUp {
    /// Their content is metadata; they never have bytes.
    private static final Set<String> WITHOUT_BYTES =
            Set.of("system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics");

    private final Surroundings s;

    CacheLookUp(Surroundings surroundings) {
        this.s = surroundings;
    }

    RunEvent answer(RunRecord run, Command command) {
        return switch (command) {
            case Command.LookUpCache c -> result(run, c);
            case Command.LookUpArtifact c -> artifact(run, c);
            default -> throw new IllegalArgumentException(command + " is no look-up");
        };
    }

    private RunEvent.CacheAnswer result(RunRecord run, Command.LookUpCache wanted) {
        var candidates = s.store().read(tx -> {
            var found = new ArrayList<RunEvent.CacheHit>();
            for (var entry : tx.cache().find(run.namespace(), run.pipelineName(), wanted.fingerprint())) {
                var task = young(entry) ? tx.tasks().get(entry.taskId()) : null;
                if (task != null) {
                    found.add(new RunEvent.CacheHit(task, tx.artifacts().get(RunEngine.artifactsOf(List.of(task)))));
                }
            }
            return found;
        });
        for (var hit : candidates) {
            if (hit.outputs().stream().allMatch(this::exists)) {
                s.metrics().cacheHit();
                return new RunEvent.CacheAnswer(wanted.taskId(), hit);
            }
        }
        return new RunEvent.CacheAnswer(wanted.taskId(), null);
    }

    private RunEvent.ArtifactAnswer artifact(RunRecord run, Command.LookUpArtifact wanted) {
        var found = s.store().read(tx -> tx.artifacts().byUri(run.namespace(), wanted.uri()));
        return new RunEvent.ArtifactAnswer(wanted.taskId(), same(found, wanted));
    }

    private static @Nullable ArtifactRecord same(List<ArtifactRecord> found, Command.LookUpArtifact wanted) {
        return found.stream()
                .filter(a -> a.type().equals(wanted.type()) && Objects.equals(a.metadata(), wanted.metadata()))
                .findFirst()
                .orElse(null);
    }

    private boolean young(CacheEntry entry) {
        var ttl = s.settings().cacheTtl();
        Instant now = s.clock().instant();
        return ttl == null || entry.at().plus(ttl).isAfter(now);
    }

    /// One object, or at least one below it. What lies outside our storage is believed.
    private boolean exists(ArtifactRecord artifact) {
        if (WITHOUT_BYTES.contains(artifact.type())) {
            return true;
        }
        ObjectUri at;
        try {
            at = ObjectUri.parse(artifact.uri());
        } catch (IllegalArgumentException e) {
            return true;
        }
        return s.objects().hasBucket(at.bucket())
                && (s.objects().head(at.bucket(), at.key()) != null
                        || !s.objects()
                                .list(at.bucket(), at.key() + "/", "", 1)
                                .objects()
                                .isEmpty());
    }
}
