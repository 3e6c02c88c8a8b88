package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.store.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one topic shows. A HttpFault from it ends the subscriptions: its object is gone.
public interface Feed extends AutoCloseable {
    /// @param seq the position after it
    /// @param body `null` when there was nothing to say
    record Frame(long seq, @Nullable JsonNode body) {}

    /// Everything, now.
    Frame snapshot();

    /// What changed after a position; `null` when that is too long ago or was never one of ours.
    @Nullable
    Frame since(long seq);

    /// Whether the commit may have changed what the topic shows.
    boolean touchedBy(List<Change> changes);

    @Override
    default void close() {}
}
