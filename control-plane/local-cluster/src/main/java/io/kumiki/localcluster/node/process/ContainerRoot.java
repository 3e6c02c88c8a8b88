package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Lays out the private root of an isolated container: which folders exist before anything is mounted, and the
/// mounts in their order.
/// The root itself is an ordinary folder of the pod, so what a container writes outside its volumes is private and
/// is measured.
final class ContainerRoot {
    private final Launch launch;
    private final boolean mayRemount;
    private final boolean overlays;
    private final @Nullable Path devices;
    private final List<String> fstab = new ArrayList<>();
    private final List<String> bubblewrap = new ArrayList<>();
    /// System folder → the private upper layer over it, for those that something is mounted into.
    private final Map<Path, Path> layered = new LinkedHashMap<>();
    /// Folders of the private root that stand for a system folder whose entries are bound one by one.
    private final Set<Path> opened = new HashSet<>();

    private ContainerRoot(Launch launch, boolean mayRemount, boolean overlays, @Nullable Path devices) {
        this.launch = launch;
        this.devices = devices;
        this.mayRemount = mayRemount;
        this.overlays = overlays;
    }

    /// `mayRemount`: as root; in a user namespace the flags of foreign mounts are locked, and the user cannot write
    /// there anyway.
    /// `overlays`: a mount inside a system folder goes into a layer over it; otherwise that folder's entries are
    /// bound one by one.
    /// `devices`: the layer over /dev, or null to share the machine's.
    static ContainerRoot lay(Launch launch, boolean mayRemount, boolean overlays, @Nullable Path devices)
            throws IOException {
        ContainerRoot root = new ContainerRoot(launch, mayRemount, overlays, devices);
        root.skeleton();
        root.layers();
        root.systemMounts();
        root.kernelMounts();
        root.volumeMounts();
        return root;
    }

    List<String> fstab() {
        return fstab;
    }

    List<String> bubblewrapOptions() {
        return bubblewrap;
    }

    private void skeleton() throws IOException {
        for (String folder : List.of("proc", "dev", "sys", "run", "var/tmp", "root", "tmp", "home", ".kumiki")) {
            Files.createDirectories(launch.root().resolve(folder));
        }
        for (String open : List.of("tmp", "var/tmp", "run", "root")) {
            Files.setPosixFilePermissions(launch.root().resolve(open), PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Path run = launch.root().resolve("var/run");
        if (!Files.exists(run, LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(run, Path.of("../run"));
        }
    }

    private void layers() throws IOException {
        for (Path system : Isolation.systemFolders()) {
            if (overlays && somethingNewBelow(system) && !Files.isSymbolicLink(system)) {
                Path upper = launch.folder().resolve("upper" + system.toString().replace('/', '-'));
                Files.createDirectories(upper);
                layered.put(system, upper);
            }
        }
    }

    /// True when something is to be mounted below the folder at a place that the machine itself does not have.
    private boolean somethingNewBelow(Path folder) {
        return launch.mounts().stream()
                .map(mount -> Path.of(mount.target()).normalize())
                .anyMatch(target -> target.startsWith(folder) && !target.equals(folder) && !Files.exists(target));
    }

    private void systemMount(Path path, Path inside) throws IOException {
        if (Files.isSymbolicLink(path)) {
            if (!Files.exists(inside, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(inside, Files.readSymbolicLink(path));
            }
        } else if (somethingNewBelow(path)) {
            Files.createDirectories(inside);
            opened.add(inside);
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
                for (Path entry : entries) {
                    systemMount(entry, inside.resolve(Objects.requireNonNull(entry.getFileName())));
                }
            }
        } else if (Files.isDirectory(path)) {
            Files.createDirectories(inside);
            bind(path, inside, true);
        } else if (Files.isRegularFile(path)) {
            point(path, inside);
            bind(path, inside, true);
        }
    }

    private void systemMounts() throws IOException {
        for (Path system : Isolation.systemFolders()) {
            Path inside = inside(system);
            Path upper = layered.get(system);
            if (upper == null) {
                systemMount(system, inside);
            } else {
                Files.createDirectories(inside);
                overlay(system, inside, upper);
            }
        }
        for (Path extra : launch.system()) {
            if (Isolation.systemFolders().stream().noneMatch(extra::startsWith) && Files.exists(extra)) {
                Path inside = inside(extra);
                point(extra, inside);
                bind(extra, inside, true);
            }
        }
    }

    private void overlay(Path system, Path inside, Path upper) throws IOException {
        Files.createDirectories(upper);
        Files.createDirectories(workOf(upper));
        String options = "lowerdir=" + escaped(system) + ",upperdir=" + escaped(upper) + ",workdir="
                + escaped(workOf(upper)) + (launch.hardening().readOnlyRoot() && !upper.equals(devices) ? ",ro" : "");
        fstab.add("overlay " + escaped(inside) + " overlay " + options + " 0 0");
    }

    private void kernelMounts() throws IOException {
        Path root = launch.root();
        fstab.add("proc " + escaped(root.resolve("proc")) + " proc nosuid,nodev,noexec 0 0");
        if (devices == null) {
            fstab.add("/dev " + escaped(root.resolve("dev")) + " none rbind 0 0");
        } else {
            overlay(Path.of("/dev"), root.resolve("dev"), devices);
            for (String own : List.of("pts", "mqueue", "hugepages")) {
                if (Files.isDirectory(Path.of("/dev", own))) {
                    fstab.add("/dev/" + own + " " + escaped(root.resolve("dev").resolve(own)) + " none rbind 0 0");
                }
            }
        }
        fstab.add("tmpfs " + escaped(root.resolve("dev/shm")) + " tmpfs nosuid,nodev,mode=1777 0 0");
        bubblewrap.addAll(List.of("--proc", "/proc", "--dev-bind", "/dev", "/dev", "--tmpfs", "/dev/shm"));
        if (Files.isDirectory(Path.of("/sys"))) {
            bind(Path.of("/sys"), root.resolve("sys"), true);
        }
    }

    private void volumeMounts() throws IOException {
        List<Mount> mounts = new ArrayList<>(launch.mounts());
        mounts.sort(Comparator.comparingInt(mount -> Path.of(mount.target()).getNameCount()));
        List<Mount> done = new ArrayList<>();
        for (Mount mount : mounts) {
            Path target = Path.of(mount.target()).normalize();
            point(mount.source(), beneath(target, done));
            bind(mount.source(), inside(target), mount.readOnly());
            done.add(mount);
        }
        Path in = Objects.requireNonNull(launch.error().getParent());
        bind(in, launch.root().resolve(".kumiki"), false);
    }

    /// Where the mount point must be made: in the private root, in the layer over a system folder, or inside the
    /// volume mounted above it.
    private Path beneath(Path target, List<Mount> above) {
        for (Mount mount : above.reversed()) {
            Path over = Path.of(mount.target()).normalize();
            if (target.startsWith(over) && !target.equals(over)) {
                return mount.source().resolve(over.relativize(target));
            }
        }
        for (Map.Entry<Path, Path> layer : layered.entrySet()) {
            if (target.startsWith(layer.getKey())) {
                return layer.getValue().resolve(layer.getKey().relativize(target));
            }
        }
        return inside(target);
    }

    /// An empty file or folder for something to be mounted on.
    private void point(Path source, Path point) throws IOException {
        boolean system = Isolation.systemFolders().stream().anyMatch(folder -> point.startsWith(inside(folder)));
        boolean open = opened.contains(point.getParent())
                || (opened.stream().anyMatch(point::startsWith) && !Files.exists(onMachine(point)));
        if (Files.exists(point) || (system && !open)) {
            return;
        }
        if (Files.isDirectory(source)) {
            Files.createDirectories(point);
        } else {
            Files.createDirectories(Objects.requireNonNull(point.getParent()));
            Files.createFile(point);
        }
    }

    private void bind(Path source, Path inside, boolean readOnly) {
        String options = readOnly && mayRemount ? "rbind,ro" : "rbind";
        fstab.add(escaped(source) + " " + escaped(inside) + " none " + options + " 0 0");
        String target = "/" + launch.root().relativize(inside);
        bubblewrap.addAll(List.of(readOnly ? "--ro-bind" : "--bind", source.toString(), target));
    }

    private Path inside(Path path) {
        return launch.root().resolve(Path.of("/").relativize(path));
    }

    private Path onMachine(Path inside) {
        return Path.of("/").resolve(launch.root().relativize(inside));
    }

    private static Path workOf(Path upper) {
        return upper.resolveSibling("work-" + upper.getFileName());
    }

    private static String escaped(Path path) {
        return path.toString()
                .replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012")
                .replace("#", "\\043");
    }
}
