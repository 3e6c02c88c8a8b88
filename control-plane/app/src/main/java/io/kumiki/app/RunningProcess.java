package io.kumiki.app;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// Finds the process that process.json names, and makes sure that its pid was not given to somebody else since.
final class RunningProcess {
    private RunningProcess() {}

    static Optional<ProcessHandle> of(Path dir) {
        return DataFolder.readJson(dir, "process.json")
                .flatMap(json -> ProcessHandle.of(json.path("pid").asLong())
                        .filter(ProcessHandle::isAlive)
                        .filter(handle -> handle.info()
                                .startInstant()
                                .map(Instant::toString)
                                .orElse("")
                                .equals(json.path("started").asText())));
    }
}
