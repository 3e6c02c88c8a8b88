package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Turns a [Launch] into the words of a process, in one isolation mode. Holds the POSIX scripts on disk, where they
/// outlive this process.
public final class Launcher {
    private final Isolation isolation;
    private final ControlGroups groups;
    private final Path scripts;
    private final List<String> ownSession;
    private final boolean layersDevices;

    public Launcher(Isolation isolation, Path scripts, ControlGroups groups) throws IOException {
        this.isolation = isolation;
        this.groups = groups;
        this.scripts = Files.createDirectories(scripts);
        for (String script : List.of("container.sh", "main.sh", "isolate.sh", "limited.sh")) {
            try (InputStream in = Objects.requireNonNull(Launcher.class.getResourceAsStream(script), script)) {
                Path next = scripts.resolve(script + ".new");
                Files.write(next, in.readAllBytes());
                Files.move(next, scripts.resolve(script), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        this.ownSession = ownSession();
        this.layersDevices = isolation == Isolation.UNSHARE && layersWork();
    }

    /// Whether a layer can lie over /dev. It cannot where the pods' folder is itself such a layer (in a container).
    private boolean layersWork() throws IOException {
        Path upper = Files.createDirectories(scripts.resolve("trial/upper"));
        Path work = Files.createDirectories(scripts.resolve("trial/work"));
        return Isolation.succeeds(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --make-rprivate / && mount -t overlay overlay -o \"lowerdir=/dev,upperdir=$0,workdir=$1\" /dev"
                        + " && test -c /dev/null",
                upper.toString(),
                work.toString()));
    }

    /// The layer over /dev that is this start's own: what it makes there stays there. Null where there is none.
    public @Nullable Path devices(Launch launch) {
        return layersDevices ? launch.folder().resolve("upper-dev") : null;
    }

    public Isolation isolation() {
        return isolation;
    }

    List<String> argv(Launch launch) throws IOException {
        List<String> words = new ArrayList<>(ownSession);
        words.addAll(List.of(
                "/bin/sh",
                script("container.sh"),
                launch.folder().toString(),
                launch.log().toString()));
        Path pipe = ProcessConsole.pipe(launch);
        if (pipe != null) {
            words.addAll(List.of("/bin/sh", "-c", "exec <\"$0\" 3>&- && exec \"$@\"", pipe.toString()));
        }
        words.addAll(limited(launch));
        if (launch.network() != null) {
            words.addAll(List.of("nsenter", "--net=" + launch.network(), "--"));
        }
        switch (isolation) {
            case PLAIN ->
                words.addAll(
                        List.of("/bin/sh", script("main.sh"), launch.error().toString()));
            case BUBBLEWRAP -> {
                ContainerRoot root = ContainerRoot.lay(launch, false, false, null);
                copyMain(launch);
                words.addAll(isolation.enter());
                words.addAll(List.of("--bind", launch.root().toString(), "/"));
                words.addAll(root.bubblewrapOptions());
                words.addAll(List.of("--chdir", "/", "--", "/bin/sh", "/.kumiki/main.sh", "/.kumiki/error"));
            }
            case UNSHARE, UNSHARE_USER -> {
                ContainerRoot root = ContainerRoot.lay(launch, isolation == Isolation.UNSHARE, true, devices(launch));
                copyMain(launch);
                Path fstab = launch.folder().resolve("fstab");
                Files.write(fstab, root.fstab());
                words.addAll(isolation.enter());
                words.addAll(List.of(
                        "/bin/sh",
                        script("isolate.sh"),
                        launch.root().toString(),
                        fstab.toString(),
                        launch.error().toString(),
                        launch.hardening().readOnlyRoot() ? "ro" : "rw"));
            }
        }
        words.add(launch.workingDir());
        words.addAll(user(launch));
        words.addAll(launch.command());
        return words;
    }

    /// The group's name carries the pod's uid, so that it is nobody else's.
    private List<String> limited(Launch launch) throws IOException {
        String name = launch.environment().get(Launch.POD_UID) + "-"
                + launch.environment().get(Launch.CONTAINER) + "-"
                + launch.folder().getFileName();
        groups.create(launch.folder(), name, launch.limits());
        return ControlGroups.limited(launch.folder()) ? limited(launch.folder()) : List.of();
    }

    private List<String> limited(Path start) {
        return List.of(
                "/bin/sh",
                script("limited.sh"),
                start.resolve("cgroup").toString(),
                start.resolve("in/error").toString());
    }

    /// As `main.sh` wants it.
    static List<String> user(Launch launch) {
        Launch.User user = launch.user();
        String options = launch.hardening().options();
        return user == null
                ? List.of("-", "-", "-", options)
                : List.of(Long.toString(user.uid()), Long.toString(user.gid()), user.groupList(), options);
    }

    /// The script that starts a command where there are no namespaces.
    String main() {
        return script("main.sh");
    }

    /// The script that enters control groups.
    String limits() {
        return script("limited.sh");
    }

    List<String> session() {
        return ownSession;
    }

    private void copyMain(Launch launch) throws IOException {
        Path in = Files.createDirectories(launch.folder().resolve("in"));
        Files.copy(scripts.resolve("main.sh"), in.resolve("main.sh"), StandardCopyOption.REPLACE_EXISTING);
    }

    private String script(String name) {
        return scripts.resolve(name).toString();
    }

    /// A session of its own: no terminal, and no signal meant for Kumiki's process group. macOS has no `setsid`
    /// program, but it has Perl.
    private static List<String> ownSession() {
        for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin")) {
            String setsid = folder + "/setsid";
            if (Files.isExecutable(Path.of(setsid))) {
                return List.of(setsid);
            }
        }
        return Files.isExecutable(Path.of("/usr/bin/perl"))
                ? List.of("/usr/bin/perl", "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV;")
                : List.of();
    }
}
