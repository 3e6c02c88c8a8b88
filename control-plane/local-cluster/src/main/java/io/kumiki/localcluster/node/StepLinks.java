package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The links that plain mode leaves under the steps root.
final class StepLinks {
    private StepLinks() {}

    static void remove(JsonNode pod, NodeSettings settings) throws IOException {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                for (JsonNode mount : container.path("volumeMounts")) {
                    Path link = Path.of("/")
                            .resolve(mount.path("mountPath").asText())
                            .normalize();
                    if (link.startsWith(settings.stepsRoot()) && Files.isSymbolicLink(link)) {
                        Files.delete(link);
                        removeEmpty(link.getParent(), settings.stepsRoot());
                    }
                }
            }
        }
    }

    private static void removeEmpty(@Nullable Path folder, Path root) throws IOException {
        Path at = folder;
        while (at != null && at.startsWith(root) && !at.equals(root)) {
            try {
                Files.delete(at);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
            at = at.getParent();
        }
    }
}
