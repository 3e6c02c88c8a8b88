package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.localcluster.node.engine.EngineContainer;
import io.kumiki.localcluster.node.image.Environment;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.ImageVerdict;
import io.kumiki.localcluster.node.image.InstalledPythons;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.pod.ContainerEnvironment;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.pod.PodMounts;
import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.ContainerProcess;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Found;
import io.kumiki.localcluster.node.process.Hardening;
import io.kumiki.localcluster.node.process.Launch;
import io.kumiki.localcluster.node.process.Launcher;
import io.kumiki.localcluster.node.process.Mount;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Starts one container of a prepared pod: image to programs, spec to environment and mounts, then a process or a
/// thread.
final class ContainerStart {
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final BigDecimal MILLI = BigDecimal.valueOf(1000);
    private static final String PYTHON_INSIDE = "/python";

    private final NodeSettings settings;
    private final ImageTable images;
    private final Map<String, BuiltInImage> builtIns;
    private final PythonEnvironment pythons;
    private final Launcher launcher;
    private final EngineStart engine;

    ContainerStart(
            NodeSettings settings,
            ImageTable images,
            Map<String, BuiltInImage> builtIns,
            PythonEnvironment pythons,
            Launcher launcher,
            EngineStart engine) {
        this.settings = settings;
        this.images = images;
        this.builtIns = Map.copyOf(builtIns);
        this.pythons = pythons;
        this.launcher = launcher;
        this.engine = engine;
    }

    /// What a pod's containers share: its folder, volumes, and (isolated) the mounts of identity and hosts file.
    ///
    /// @param shared for processes of this machine
    /// @param inContainer for containers with a file system of their own
    record Prepared(
            PodFolder folder,
            Shared shared,
            Shared inContainer,
            ContainerEnvironment environment,
            @Nullable Path network) {}

    /// What all containers of one kind have.
    ///
    /// @param own mounts beside those of the volumes, unless a volume is mounted there
    record Shared(PodMounts mounts, List<Mount> own, Map<String, String> environment) {}

    /// Thrown when a container can never start; the message names why.
    static final class Impossible extends Exception {
        private static final long serialVersionUID = 1;

        Impossible(String message) {
            super(message);
        }
    }

    boolean isBuiltIn(JsonNode container) {
        return images.check(container.path("image").asText()) instanceof ImageVerdict.Runs runs
                && runs.environment() instanceof Environment.BuiltIn;
    }

    /// What stands in for the images of a pod, in words, for those that something else stands in for.
    List<String> notes(JsonNode pod) {
        List<String> notes = new ArrayList<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                if (images.check(container.path("image").asText()) instanceof ImageVerdict.Runs runs
                        && !runs.note().isEmpty()) {
                    notes.add(runs.note());
                }
            }
        }
        return notes;
    }

    private boolean engineRuns(JsonNode container) {
        return images.check(container.path("image").asText()) instanceof ImageVerdict.Runs runs
                && runs.environment() instanceof Environment.Image;
    }

    /// Whether all containers of a pod can enter a network namespace made by us.
    boolean joinsNamespaces(JsonNode pod) {
        boolean foreign = false;
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                foreign |= engineRuns(container);
            }
        }
        return !foreign || engine.joinsNamespaces();
    }

    /// Returns when the container's image is here: which one it is, null when something of ours stands in for it.
    @Nullable
    String awaitImage(JsonNode pod, JsonNode container, int number) throws NotYet {
        return engineRuns(container) ? engine.awaitImage(pod, container, number) : null;
    }

    /// What is left of a start of an earlier agent.
    Found find(JsonNode pod, JsonNode container, int number, PodFolder folder)
            throws IOException, InterruptedException {
        String name = container.path("name").asText();
        Path start = folder.start(name, number);
        return EngineContainer.ran(start)
                ? engine.find(pod, container, number, start, folder.log(name, number))
                : ContainerProcess.find(
                        start,
                        settings.isolation(),
                        pod.path("metadata").path("uid").asText(),
                        name);
    }

    /// The pod is over.
    void leave(JsonNode pod) {
        engine.leave(pod);
    }

    /// @param works whether somebody works on the pod with a uid
    void sweep(Predicate<String> works) {
        engine.sweep(works);
    }

    RunningContainer start(JsonNode pod, JsonNode container, int number, Prepared prepared)
            throws NotYet, Impossible, IOException {
        ImageVerdict.Runs image = switch (images.check(container.path("image").asText())) {
            case ImageVerdict.Runs runs -> runs;
            case ImageVerdict.Refused refused -> throw new Impossible(refused.reason());
        };
        if (image.environment() instanceof Environment.Image) {
            return engine.start(pod, container, number, prepared, limits(container));
        }
        String name = container.path("name").asText();
        PodFolder folder = prepared.folder();
        Path root = folder.root(name, number);
        Map<String, String> environment = prepared.environment()
                .resolve(container, base(pod, name, folder, number, image.environment(), prepared));
        List<Mount> mounts = new ArrayList<>(prepared.shared().mounts().of(container, environment));
        Path log = folder.log(name, number);
        if (image.environment() instanceof Environment.BuiltIn builtIn) {
            List<String> words =
                    ContainerEnvironment.words(container, List.of(builtIn.prefix()), List.of(), environment);
            BuiltInImage code = Objects.requireNonNull(builtIns.get(builtIn.prefix()), builtIn.prefix());
            return new BuiltInRun(code, name, words.subList(1, words.size()), environment, mounts, root, log);
        }
        plainTemporary(mounts, environment);
        if (settings.isolation().isolated()) {
            List<String> taken = mounts.stream().map(Mount::target).toList();
            prepared.shared().own().stream()
                    .filter(mount -> !taken.contains(mount.target()))
                    .forEach(mounts::add);
            pythonCache(image.environment(), mounts);
        }
        if (image.environment() instanceof Environment.Python python) {
            boolean isolated = settings.isolation().isolated();
            Path home = isolated
                    ? root.resolve("python")
                    : folder.start(name, number).resolve("python");
            pythons.make(home, isolated ? PYTHON_INSIDE : home.toString(), python);
            giveTo(user(pod, container), home);
        }
        List<String> words =
                ContainerEnvironment.words(container, List.of(), standard(image.environment()), environment);
        if (words.isEmpty()) {
            throw new Impossible(
                    "container \"" + name + "\" gives no command, and image " + image.image() + " has none here");
        }
        Hardening hardening = Hardening.of(container.path("securityContext"), settings.isolation(), ownUid() == 0);
        if (hardening.readOnlyRoot() && !TerminationMessage.below("/dev", container)) {
            mounts.add(TerminationMessage.mount(container, folder.start(name, number)));
        }
        Launch launch = new Launch(
                folder.start(name, number),
                log,
                root,
                system(image.environment()),
                mounts,
                words,
                environment,
                workingDir(container, folder, name, number),
                user(pod, container),
                hardening,
                limits(container),
                new Console.Wish(
                        container.path("stdin").asBoolean(),
                        container.path("stdinOnce").asBoolean(),
                        container.path("tty").asBoolean()),
                prepared.network());
        boolean isolated = settings.isolation().isolated();
        TerminationMessage.prepare(
                container, launch.folder(), isolated ? root : null, mounts, launcher.devices(launch));
        return ContainerProcess.start(launcher, launch);
    }

    private static ControlGroups.Limits limits(JsonNode container) {
        JsonNode resources = container.path("resources");
        return new ControlGroups.Limits(
                amount(resources.path("limits").path("memory"), BigDecimal.ONE),
                amount(resources.path("limits").path("cpu"), MILLI),
                amount(resources.path("requests").path("cpu"), MILLI));
    }

    private static long amount(JsonNode quantity, BigDecimal times) {
        return quantity.isValueNode()
                ? Quantity.parse(quantity.asText()).multiply(times).longValue()
                : 0;
    }

    /// These images have no entry point, only a command.
    private static List<String> standard(Environment environment) {
        return environment instanceof Environment.Python ? List.of("python3") : List.of("sh");
    }

    private Map<String, String> base(
            JsonNode pod, String container, PodFolder folder, int number, Environment environment, Prepared prepared)
            throws IOException {
        Map<String, String> base = new LinkedHashMap<>();
        boolean isolated = settings.isolation().isolated();
        String path = SYSTEM_PATH;
        if (environment instanceof Environment.Python) {
            path = (isolated
                            ? PYTHON_INSIDE
                            : folder.start(container, number).resolve("python").toString()) + "/bin:" + path;
        }
        base.put("PATH", path);
        base.put("HOME", isolated ? "/root" : own(folder, container, number, "home"));
        base.put("TMPDIR", isolated ? "/tmp" : own(folder, container, number, "tmp"));
        base.put("LANG", "C.UTF-8");
        base.put(
                "HOSTNAME",
                pod.path("spec")
                        .path("hostname")
                        .asText(pod.path("metadata").path("name").asText()));
        base.putAll(prepared.shared().environment());
        base.put(Launch.POD_UID, pod.path("metadata").path("uid").asText());
        base.put(Launch.CONTAINER, container);
        return base;
    }

    private static String own(PodFolder folder, String container, int number, String name) throws IOException {
        Path own = Files.createDirectories(folder.start(container, number).resolve(name));
        // For a pod that runs as another user; DIR itself is closed to everybody else.
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
        return own.toString();
    }

    /// Plain mode: a volume at /tmp is offered through TMPDIR.
    private void plainTemporary(List<Mount> mounts, Map<String, String> environment) {
        if (!settings.isolation().isolated()) {
            mounts.stream()
                    .filter(mount -> mount.target().equals("/tmp"))
                    .findFirst()
                    .ifPresent(mount -> environment.put("TMPDIR", mount.source().toString()));
        }
    }

    private void pythonCache(Environment environment, List<Mount> mounts) throws IOException {
        if (environment instanceof Environment.Python) {
            Path cache = Files.createDirectories(pythons.cache());
            mounts.add(new Mount(cache, cache.toString(), false));
        }
    }

    private List<Path> system(Environment environment) {
        if (!(environment instanceof Environment.Python python)) {
            return List.of();
        }
        List<Path> paths = new ArrayList<>(pythons.localIndexes());
        paths.add(python.prefix());
        Path pip = InstalledPythons.pipFolder(python);
        if (pip != null) {
            paths.add(pip);
        }
        return paths;
    }

    private String workingDir(JsonNode container, PodFolder folder, String name, int number) throws IOException {
        String wanted = container.path("workingDir").asText("");
        if (!wanted.isEmpty()) {
            return wanted;
        }
        return settings.isolation().isolated() ? "/" : own(folder, name, number, "work");
    }

    private static Launch.@Nullable User user(JsonNode pod, JsonNode container) {
        JsonNode ofPod = pod.path("spec").path("securityContext");
        Map<String, Long> ids = new HashMap<>();
        for (JsonNode context : List.of(ofPod, container.path("securityContext"))) {
            for (String field : List.of("runAsUser", "runAsGroup")) {
                if (context.has(field)) {
                    ids.put(field, context.path(field).asLong());
                }
            }
        }
        List<Long> groups = new ArrayList<>();
        if (ofPod.has("fsGroup")) {
            groups.add(ofPod.path("fsGroup").asLong());
        }
        ofPod.path("supplementalGroups").forEach(group -> groups.add(group.asLong()));
        long uid = ids.getOrDefault("runAsUser", ownUid());
        long gid = ids.getOrDefault("runAsGroup", uid == ownUid() ? ownGid() : 0);
        boolean own = uid == ownUid() && gid == ownGid();
        return own && (groups.isEmpty() || ownUid() != 0) ? null : new Launch.User(uid, gid, groups);
    }

    /// A foreign user may install packages into the environment that is its container's alone.
    private static void giveTo(Launch.@Nullable User user, Path tree) throws IOException {
        if (user != null) {
            try (var files = Files.walk(tree)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.setAttribute(file, "unix:uid", (int) user.uid(), LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    /// The user Kumiki runs as.
    static long ownUid() {
        return id("unix:uid");
    }

    static long ownGid() {
        return id("unix:gid");
    }

    private static long id(String attribute) {
        try {
            Path self = Path.of("/proc/self");
            Path probe = Files.isDirectory(self) ? self : Path.of(System.getProperty("user.home"));
            return ((Number) Files.getAttribute(probe, attribute)).longValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
