package io.kumiki.localcluster.node;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.process.MemoryMounts;
import io.kumiki.model.Json;
import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One pod's folder: its volumes, each container's starts, and the states an adopting agent goes on from. Logs lie
/// beside, they stay longer.
final class PodFolder {
    private final Path folder;
    private final Path logs;

    PodFolder(Path nodeFolder, JsonNode metadata) {
        String uid = safe(metadata.path("uid").asText());
        this.folder = nodeFolder.resolve("pods").resolve(uid);
        this.logs = logsOf(nodeFolder, metadata);
    }

    static Path logsOf(Path nodeFolder, JsonNode metadata) {
        return nodeFolder
                .resolve("logs")
                .resolve(safe(metadata.path("namespace").asText()) + "_"
                        + safe(metadata.path("name").asText()) + "_"
                        + safe(metadata.path("uid").asText()));
    }

    Path path() {
        return folder;
    }

    Path logs() {
        return logs;
    }

    Path start(String container, int number) throws IOException {
        return Files.createDirectories(
                folder.resolve("containers").resolve(safe(container)).resolve(Integer.toString(number)));
    }

    /// The private root of a container; a restarted container begins with an empty one.
    Path root(String container, int number) throws IOException {
        return Files.createDirectories(start(container, number).resolve("root"));
    }

    static Path log(Path logs, String container, int number) {
        return logs.resolve(safe(container)).resolve(number + ".log");
    }

    Path log(String container, int number) throws IOException {
        Path log = log(logs, container, number);
        Files.createDirectories(Objects.requireNonNull(log.getParent()));
        return log;
    }

    boolean exists() {
        return Files.exists(folder.resolve("states.json"));
    }

    void save(JsonNode pod, List<ContainerState> states) throws IOException {
        Files.createDirectories(folder);
        if (!Files.exists(folder.resolve("pod.json"))) {
            replace("pod.json", Json.bytes(pod));
        }
        replace("states.json", Json.mapper().writeValueAsBytes(states));
    }

    List<ContainerState> states() throws IOException {
        return Json.mapper()
                .readValue(folder.resolve("states.json").toFile(), new TypeReference<List<ContainerState>>() {});
    }

    @Nullable
    JsonNode pod() throws IOException {
        Path file = folder.resolve("pod.json");
        return Files.exists(file) ? Json.parse(Files.readAllBytes(file)) : null;
    }

    /// Bytes that the pod's files and logs take on the disk; what lies in memory takes none.
    long size() throws IOException {
        long memory = 0;
        for (Path point : MemoryMounts.below(folder)) {
            memory += Folders.size(point);
        }
        return Math.max(0, Folders.size(folder) - memory) + Folders.size(logs);
    }

    private void replace(String name, byte[] content) throws IOException {
        Path next = folder.resolve(name + ".new");
        Files.write(next, content);
        Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String safe(String name) {
        if (name.isEmpty() || name.contains("/") || name.startsWith(".")) {
            throw new IllegalArgumentException("\"" + name + "\" cannot be part of a file name");
        }
        return name;
    }
}
