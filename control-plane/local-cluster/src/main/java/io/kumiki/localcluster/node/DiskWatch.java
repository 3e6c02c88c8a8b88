package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.localcluster.node.image.PackageCache;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Measures what pods write and evicts: a pod over its own limit, and the largest one when the disk is nearly full.
/// Packages that no pod uses go long before that.
final class DiskWatch {
    private final NodeSettings settings;
    private final Supplier<List<PodWorker>> pods;
    private final PackageCache packages;
    private final Clock clock;
    private volatile boolean pressure;

    DiskWatch(NodeSettings settings, Supplier<List<PodWorker>> pods, PackageCache packages, Clock clock)
            throws IOException {
        this.settings = settings;
        this.pods = pods;
        this.packages = packages;
        this.clock = clock;
        Files.createDirectories(settings.folder());
        this.pressure = free() < settings.freeDiskFloor();
    }

    /// True while new pods are refused.
    boolean pressure() {
        return pressure;
    }

    void look() throws IOException {
        packages.look(clock.instant());
        pressure = free() < settings.freeDiskFloor();
        Map<PodWorker, Long> sizes = new HashMap<>();
        for (PodWorker pod : pods.get()) {
            sizes.put(pod, pod.folder().size());
        }
        sizes.forEach((pod, size) -> {
            long limit = Math.min(settings.podDiskLimit(), ownLimit(pod.pod().path("spec")));
            if (size > limit) {
                evict(
                        pod,
                        "Pod used " + mebibytes(size) + " MiB of disk, its limit here is " + mebibytes(limit)
                                + " MiB. Write less, or write to a persistentVolumeClaim");
            }
            overfullVolume(pod);
        });
        if (pressure) {
            sizes.entrySet().stream()
                    .max(Comparator.comparing(Map.Entry::getValue))
                    .ifPresent(largest -> evict(
                            largest.getKey(),
                            "The node was low on resource: disk (" + mebibytes(free()) + " MiB free, "
                                    + mebibytes(settings.freeDiskFloor()) + " MiB wanted); this pod used the most, "
                                    + mebibytes(largest.getValue()) + " MiB"));
        }
    }

    /// The ephemeral-storage that all containers together may use; one without a limit makes it unlimited.
    private static long ownLimit(JsonNode spec) {
        long sum = 0;
        for (JsonNode container : spec.path("containers")) {
            JsonNode limit = container.path("resources").path("limits").path("ephemeral-storage");
            if (limit.isMissingNode()) {
                return Long.MAX_VALUE;
            }
            sum += Quantity.units(Quantity.parse(limit.asText()));
        }
        return sum;
    }

    private void overfullVolume(PodWorker pod) {
        for (JsonNode volume : pod.pod().path("spec").path("volumes")) {
            JsonNode limit = volume.path("emptyDir").path("sizeLimit");
            if (limit.isMissingNode()) {
                continue;
            }
            String name = volume.path("name").asText();
            if (Folders.size(pod.folder().path().resolve("volumes").resolve(name))
                    > Quantity.units(Quantity.parse(limit.asText()))) {
                evict(pod, "Usage of EmptyDir volume \"" + name + "\" exceeds the limit \"" + limit.asText() + "\"");
            }
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
