package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.process.RunningContainer.End;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a start's folder keeps of a container that an engine runs: that the engine was told of it, that it was
/// begun, and its end, written before the engine forgets it.
final class SavedEnd {
    private final Path told;
    private final Path begun;
    private final Path end;

    SavedEnd(Path folder) {
        this.told = folder.resolve("engine");
        this.begun = folder.resolve("engine-begun");
        this.end = folder.resolve("engine-end.json");
    }

    void tell() throws IOException {
        Files.write(told, new byte[0]);
    }

    boolean told() {
        return Files.exists(told);
    }

    void begin() throws IOException {
        Files.write(begun, new byte[0]);
    }

    boolean begun() {
        return Files.exists(begun);
    }

    @Nullable
    End read() throws IOException {
        if (!Files.exists(end)) {
            return null;
        }
        JsonNode saved = Json.parse(Files.readAllBytes(end));
        return new End(
                saved.path("exitCode").asInt(),
                saved.hasNonNull("error") ? saved.path("error").asText() : null,
                saved.hasNonNull("at") ? Instant.parse(saved.path("at").asText()) : null,
                saved.path("outOfMemory").asBoolean());
    }

    void write(End how) throws IOException {
        var saved = Json.object()
                .put("exitCode", how.exitCode())
                .put("error", how.error())
                .put("at", how.at() == null ? null : how.at().toString())
                .put("outOfMemory", how.outOfMemory());
        Path next = end.resolveSibling("engine-end.json.new");
        Files.write(next, Json.bytes(saved));
        Files.move(next, end, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
