package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// How far a container is kept apart from the machine it runs on.
public enum Isolation {
    /// Own mount and PID namespaces made as root.
    UNSHARE(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child")),
    /// The same as an ordinary user, where user namespaces are permitted.
    UNSHARE_USER(List.of("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child")),
    /// The same through bubblewrap, where only that program is permitted (recent Ubuntu).
    BUBBLEWRAP(List.of("bwrap", "--unshare-pid", "--die-with-parent")),
    /// Ordinary processes: paths must be real, and isolation is none.
    PLAIN(List.of());

    private final List<String> enter;

    Isolation(List<String> enter) {
        this.enter = enter;
    }

    public boolean isolated() {
        return this != PLAIN;
    }

    List<String> enter() {
        return enter;
    }

    /// How many processes stand between the wrapper and the container's main process.
    int depth() {
        return isolated() ? 3 : 1;
    }

    /// What `KUMIKI_ISOLATION` asks for (`plain`, `unshare`, `unshare-user`, `bubblewrap`), else the best that a
    /// trial shows to work.
    public static Isolation choose(Map<String, String> environment) {
        String wanted = environment.getOrDefault("KUMIKI_ISOLATION", "").toLowerCase(Locale.ROOT);
        if (!wanted.isEmpty()) {
            for (Isolation isolation : values()) {
                if (isolation.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(wanted)) {
                    return isolation;
                }
            }
            throw new IllegalArgumentException("KUMIKI_ISOLATION is \"" + wanted
                    + "\"; known are plain, unshare, unshare-user and bubblewrap; leave it unset to choose by trial");
        }
        if (!System.getProperty("os.name").startsWith("Linux")) {
            return PLAIN;
        }
        for (Isolation isolation : List.of(UNSHARE, UNSHARE_USER, BUBBLEWRAP)) {
            if (isolation.works()) {
                return isolation;
            }
        }
        return PLAIN;
    }

    private boolean works() {
        List<String> trial = new ArrayList<>(enter);
        if (this == BUBBLEWRAP) {
            trial.addAll(List.of("--ro-bind", "/", "/", "--proc", "/proc", "--", "true"));
        } else {
            trial.addAll(List.of(
                    "sh", "-c", "mount --make-rprivate / && mount -t tmpfs none /tmp && mount -t proc proc /proc"));
        }
        return succeeds(trial);
    }

    static boolean succeeds(List<String> trial) {
        Path nowhere = Path.of("/dev/null");
        try {
            Process process = new ProcessBuilder(trial)
                    .redirectErrorStream(true)
                    .redirectOutput(nowhere.toFile())
                    .redirectInput(nowhere.toFile())
                    .start();
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The folders of the machine that every isolated container sees, read-only.
    static List<Path> systemFolders() {
        return Stream.of("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "opt", "nix")
                .map(name -> Path.of("/", name))
                .filter(Files::exists)
                .toList();
    }
}
