package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.process.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Where a container's paths lie on this machine: one mount for each volumeMount.
///
/// In plain mode there is no mounting: an emptyDir mounted under the steps root *is* that path (Kumiki generates
/// such paths, and the
/// pod owns them), and programs find them because they are real.
public final class PodMounts {
    /// The usual place of a pod's identity; isolated containers get it, plain ones get KUBECONFIG instead.
    public static final String IDENTITY = "/var/run/secrets/kubernetes.io/serviceaccount";

    private final Map<String, Path> volumes;
    private final boolean isolated;
    private final boolean linked;

    public PodMounts(Map<String, Path> volumes, boolean isolated) {
        this(volumes, isolated, isolated);
    }

    /// @param linked /var/run is a link to /run in the container's root
    private PodMounts(Map<String, Path> volumes, boolean isolated, boolean linked) {
        this.volumes = Map.copyOf(volumes);
        this.isolated = isolated;
        this.linked = linked;
    }

    /// For containers whose root is an image's.
    public static PodMounts inImage(Map<String, Path> volumes) {
        return new PodMounts(volumes, true, false);
    }

    /// Whether a container is to find the pod's identity: admission has mounted it there.
    public static boolean wantsIdentity(JsonNode pod) {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                for (JsonNode mount : container.path("volumeMounts")) {
                    if (mount.path("mountPath").asText().equals(IDENTITY)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    public List<Mount> of(JsonNode container, Map<String, String> environment) throws IOException, NotYet {
        List<Mount> mounts = new ArrayList<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            String target = mount.path("mountPath").asText();
            Path volume = volumes.get(mount.path("name").asText());
            if (volume == null || (!isolated && target.equals(IDENTITY))) {
                continue;
            }
            String subPath = mount.has("subPathExpr")
                    ? Expansion.expand(mount.path("subPathExpr").asText(), environment)
                    : mount.path("subPath").asText("");
            Path source = isolated ? within(volume, subPath) : real(within(volume, subPath), Path.of(target));
            mounts.add(new Mount(
                    source,
                    linked ? unlinked(target) : target,
                    mount.path("readOnly").asBoolean()));
        }
        mounts.sort(Comparator.comparingInt(mount -> Path.of(mount.target()).getNameCount()));
        return mounts;
    }

    /// /var/run is a link to /run in every container that is a process of ours.
    private static String unlinked(String target) {
        return target.startsWith("/var/run/") ? target.substring("/var".length()) : target;
    }

    /// Where a container path lies: in the deepest mount above it, else in the container's private root.
    public static Path hostPath(List<Mount> mounts, Path privateRoot, String containerPath) {
        Path wanted = Path.of("/").resolve(containerPath).normalize();
        for (Mount mount : mounts.reversed()) {
            Path target = Path.of(mount.target()).normalize();
            if (wanted.startsWith(target)) {
                return mount.source().resolve(target.relativize(wanted));
            }
        }
        return privateRoot.resolve(Path.of("/").relativize(wanted));
    }

    private static Path within(Path volume, String subPath) throws IOException, NotYet {
        if (subPath.isEmpty()) {
            return volume;
        }
        Path inside = volume.resolve(subPath).normalize();
        if (!inside.startsWith(volume)) {
            throw new NotYet("subPath \"" + subPath + "\" leaves its volume");
        }
        if (!Files.exists(inside)) {
            Files.createDirectories(inside);
            Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        if (!inside.toRealPath().startsWith(volume.toRealPath())) {
            throw new NotYet("subPath \"" + subPath + "\" is a link that leaves its volume");
        }
        return inside;
    }

    /// Plain mode: the mount path itself becomes the volume's folder, by a link when it does not lie there already.
    private static Path real(Path source, Path target) throws IOException {
        if (target.equals(Path.of("/dev/shm")) || target.equals(Path.of("/tmp"))) {
            return target.equals(Path.of("/tmp")) ? source : target;
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(Objects.requireNonNull(target.getParent()));
            Files.createSymbolicLink(target, source);
        }
        // the folder itself: a container inside this process must not meet our own link when it follows links in
        // the pod's view
        return source;
    }
}
