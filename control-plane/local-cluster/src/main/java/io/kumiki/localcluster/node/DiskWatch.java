package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.pod.PodStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Measures what pods write and evicts: a pod over its own limit, and the largest one when the disk is nearly full. Looks only while pods run.
final class DiskWatch {
    private final NodeSettings settings;
    private final Supplier<List<PodWorker>> pods;
    private volatile boolean pressure;

    DiskWatch(NodeSettings settings, Supplier<List<PodWorker>> pods) throws IOException {
        this.settings = settings;
        this.pods = pods;
        Files.createDirectories(settings.folder());
        this.pressure = free() < settings.freeDiskFloor();
    }

    /// True while new pods are refused.
    boolean pressure() {
        return pressure;
    }

    void look() {
        pressure = free() < settings.freeDiskFloor();
        Map<PodWorker, Long> sizes = new HashMap<>();
        for (PodWorker pod : pods.get()) {
            sizes.put(pod, pod.folder().size());
        }
        sizes.forEach((pod, size) -> {
            if (size > settings.podDiskLimit()) {
                evict(pod, "Pod used " + mebibytes(size) + " MiB of disk, its limit on this node is " + mebibytes(settings.podDiskLimit())
                        + " MiB. Write less, or write to a persistentVolumeClaim");
            }
        });
        if (pressure) {
            sizes.entrySet().stream().max(Comparator.comparing(Map.Entry::getValue)).ifPresent(largest -> evict(
                    largest.getKey(),
                    "The node was low on resource: disk (" + mebibytes(free()) + " MiB free, " + mebibytes(settings.freeDiskFloor())
                            + " MiB wanted); this pod used the most, " + mebibytes(largest.getValue()) + " MiB"));
        }
    }

    private void evict(PodWorker pod, String message) {
        pod.end(new PodStatus.Ending("Evicted", message, false), Duration.ofSeconds(1));
    }

    private long free() {
        try {
            FileStore store = Files.getFileStore(settings.folder());
            return store.getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long mebibytes(long bytes) {
        return bytes >> 20;
    }
}
