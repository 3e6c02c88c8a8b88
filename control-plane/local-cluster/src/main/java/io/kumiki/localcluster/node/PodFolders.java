package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.process.ContainerProcess;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.MemoryMounts;
import io.kumiki.model.Json;
import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folders of pods that are gone, and how they go.
final class PodFolders {
    private static final Logger LOG = LoggerFactory.getLogger(PodFolders.class);

    /// containers/NAME/NUMBER
    private static final int START_DEPTH = 3;

    private final NodeSettings settings;
    private final PodLogFiles logs;
    private final ForeignFiles foreign;

    PodFolders(NodeSettings settings, PodLogFiles logs, ForeignFiles foreign) {
        this.settings = settings;
        this.logs = logs;
        this.foreign = foreign;
    }

    /// The pod object is gone: its folder goes, its logs stay until newer ones need the room.
    void cleanUp(JsonNode pod) {
        Path folder = new PodFolder(settings.folder(), pod.path("metadata")).path();
        try {
            StepLinks.remove(pod, settings);
            MemoryMounts.release(folder);
            delete(folder);
            logs.keepWithin();
        } catch (IOException e) {
            leave(folder, e);
        }
    }

    private void delete(Path folder) throws IOException {
        try {
            Folders.delete(folder);
        } catch (AccessDeniedException e) {
            // An engine takes its time, and other pods go on meanwhile.
            Thread.ofVirtual().name("remove " + folder.getFileName()).start(() -> {
                try {
                    foreign.delete(folder);
                } catch (IOException still) {
                    leave(folder, still);
                }
            });
        }
    }

    private static void leave(Path folder, IOException why) {
        LOG.warn("the folder {} of a pod could not be removed; it is tried again at the next start", folder, why);
    }

    /// Folders of pods that were deleted while no agent ran: what still lives there is killed.
    void sweep(Set<String> known) throws IOException {
        List<Path> strays = new ArrayList<>();
        try (DirectoryStream<Path> folders =
                Files.newDirectoryStream(settings.folder().resolve("pods"))) {
            for (Path folder : folders) {
                if (!known.contains(Objects.requireNonNull(folder.getFileName()).toString())) {
                    strays.add(folder);
                }
            }
        }
        for (Path stray : strays) {
            Path saved = stray.resolve("pod.json");
            String uid = Objects.requireNonNull(stray.getFileName()).toString();
            try {
                ContainerProcess.killPod(uid);
                releaseGroups(stray);
                if (Files.exists(saved)) {
                    StepLinks.remove(Json.parse(Files.readAllBytes(saved)), settings);
                }
                MemoryMounts.release(stray);
                delete(stray);
            } catch (IOException e) {
                leave(stray, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Volumes in memory of pods that are over, of which an agent was killed before it had let go of them.
    void releaseAllBut(Set<String> living) throws IOException {
        Path pods = settings.folder().resolve("pods").toRealPath();
        for (Path point : MemoryMounts.below(pods)) {
            String uid = pods.relativize(point).getName(0).toString();
            if (!living.contains(uid)) {
                MemoryMounts.release(pods.resolve(uid));
            }
        }
    }

    /// What the kernel keeps about the starts of its containers.
    private static void releaseGroups(Path stray) throws IOException {
        try (Stream<Path> all = Files.walk(stray, START_DEPTH)) {
            for (Path start : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                ControlGroups.remove(start);
            }
        }
    }
}
