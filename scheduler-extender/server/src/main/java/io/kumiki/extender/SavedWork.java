package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.AnnotationForms;
import io.kumiki.model.Json;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a gang's pods say by annotations of the work that is lost when it has to start again: the newest checkpoint of
/// any of them and the dearest restart count.
///
/// @param second of the newest checkpoint, 0 for none
/// @param restart in seconds, -1 where nobody said
record SavedWork(long second, long restart) {
    static final SavedWork NONE = new SavedWork(0, -1);
    /// All members save at about the same time: the first of them speaks for those that follow at once.
    private static final long SAME = 10;

    static SavedWork ofPod(JsonNode pod) {
        JsonNode annotations = pod.path("metadata").path("annotations");
        return of(AnnotationForms.saved(annotations), AnnotationForms.restart(annotations));
    }

    static SavedWork ofGang(JsonNode gang) {
        JsonNode spec = gang.path("spec");
        Instant saved = null;
        try {
            String text = spec.path("lastCheckpoint").asText("");
            saved = text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            // Said anew by the next of its pods that saves.
        }
        return of(
                saved,
                spec.has("restartSeconds")
                        ? Long.valueOf(spec.path("restartSeconds").asLong())
                        : null);
    }

    private static SavedWork of(@Nullable Instant saved, @Nullable Long restart) {
        return new SavedWork(saved == null ? 0 : saved.getEpochSecond(), restart == null ? -1 : restart);
    }

    SavedWork and(SavedWork other) {
        return new SavedWork(Math.max(second, other.second), Math.max(restart, other.restart));
    }

    boolean isNewsTo(SavedWork told) {
        return second >= told.second + SAME || restart > told.restart;
    }

    /// As a Gang's spec has it.
    void into(ObjectNode spec) {
        if (second > 0) {
            spec.put("lastCheckpoint", Instant.ofEpochSecond(second).toString());
        }
        if (restart >= 0) {
            spec.put("restartSeconds", restart);
        }
    }

    ObjectNode patch() {
        ObjectNode patch = Json.object();
        into(patch.putObject("spec"));
        return patch;
    }
}
