package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Turns a [Launch] into the words of a process, in one isolation mode. Holds the POSIX scripts on disk, where they
/// outlive this process.
public final class Launcher {
    private final Isolation isolation;
    private final Path scripts;
    private final List<String> ownSession;

    public Launcher(Isolation isolation, Path scripts) throws IOException {
        this.isolation = isolation;
        this.scripts = Files.createDirectories(scripts);
        for (String script : List.of("container.sh", "main.sh", "isolate.sh")) {
            try (InputStream in = Objects.requireNonNull(Launcher.class.getResourceAsStream(script), script)) {
                Path next = scripts.resolve(script + ".new");
                Files.write(next, in.readAllBytes());
                Files.move(next, scripts.resolve(script), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        this.ownSession = ownSession();
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
        switch (isolation) {
            case PLAIN ->
                words.addAll(
                        List.of("/bin/sh", script("main.sh"), launch.error().toString()));
            case BUBBLEWRAP -> {
                ContainerRoot root = ContainerRoot.lay(launch, false, false);
                copyMain(launch);
                words.addAll(isolation.enter());
                words.addAll(List.of("--bind", launch.root().toString(), "/"));
                words.addAll(root.bubblewrapOptions());
                words.addAll(List.of("--chdir", "/", "--", "/bin/sh", "/.kumiki/main.sh", "/.kumiki/error"));
            }
            case UNSHARE, UNSHARE_USER -> {
                ContainerRoot root = ContainerRoot.lay(launch, isolation == Isolation.UNSHARE, true);
                copyMain(launch);
                Path fstab = launch.folder().resolve("fstab");
                Files.write(fstab, root.fstab());
                words.addAll(isolation.enter());
                words.addAll(List.of(
                        "/bin/sh",
                        script("isolate.sh"),
                        launch.root().toString(),
                        fstab.toString(),
                        launch.error().toString()));
            }
        }
        Launch.User user = launch.user();
        words.add(launch.workingDir());
        words.add(user == null ? "-" : Long.toString(user.uid()));
        words.add(user == null ? "-" : Long.toString(user.gid()));
        words.add(user == null ? "-" : user.groupList());
        words.addAll(launch.command());
        return words;
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
