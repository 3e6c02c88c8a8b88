package io.kumiki.localcluster.node.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The Pythons of this machine, one per minor version, found by file name so that looking costs no process.
/// Shims (scripts that choose another Python by the working folder) are passed over.
public final class InstalledPythons {
    private static final Pattern NAME = Pattern.compile("python3\\.([0-9]{1,2})");
    /// What kfp 2.x declares to support (its `Requires-Python`), up to the newest minor version it was tried with.
    private static final int OLDEST_FOR_KFP = 9;

    private static final int NEWEST_FOR_KFP = 13;

    private final SortedMap<Integer, Environment.Python> byMinor;

    private InstalledPythons(SortedMap<Integer, Environment.Python> byMinor) {
        this.byMinor = byMinor;
    }

    /// Looks through the given folders in order; of one version the first with pip wins, then the first.
    public static InstalledPythons in(List<Path> folders) {
        SortedMap<Integer, Environment.Python> found = new TreeMap<>();
        for (Path folder : folders) {
            for (Path file : pythons(folder)) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (!name.matches()) {
                    continue;
                }
                int minor = Integer.parseInt(name.group(1));
                Environment.Python python = python(minor, file);
                Environment.Python known = found.get(minor);
                if (known == null || (!hasPip(known) && hasPip(python))) {
                    found.put(minor, python);
                }
            }
        }
        return new InstalledPythons(found);
    }

    /// The usual folders: PATH, the system's, Homebrew's, pyenv's, uv's.
    public static List<Path> usualFolders(String path, Path home) {
        Set<Path> folders = new LinkedHashSet<>();
        for (String part : path.split(":")) {
            if (part.startsWith("/")) {
                folders.add(Path.of(part));
            }
        }
        for (String part : List.of("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")) {
            folders.add(Path.of(part));
        }
        for (Path root : List.of(
                home.resolve(".pyenv/versions"), home.resolve(".local/share/uv/python"), Path.of("/opt/python"))) {
            children(root, "*").forEach(version -> folders.add(version.resolve("bin")));
        }
        return new ArrayList<>(folders);
    }

    public List<Environment.Python> all() {
        return List.copyOf(byMinor.values());
    }

    /// The Python for a wanted minor version (negative: any), or the nearest that kfp supports; null when there is
    /// none.
    Environment.@Nullable Python nearest(int minor) {
        Environment.Python exact = byMinor.get(minor);
        if (exact != null) {
            return exact;
        }
        int wanted = minor < 0 ? 11 : minor;
        return byMinor.entrySet().stream()
                .filter(e -> e.getKey() >= OLDEST_FOR_KFP && e.getKey() <= NEWEST_FOR_KFP)
                .min(Comparator.<Map.Entry<Integer, Environment.Python>>comparingInt(e -> Math.abs(e.getKey() - wanted))
                        .thenComparing(e -> -e.getKey()))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    /// Where this Python's pip lies, or null: the folder that contains the package `pip`.
    public static @Nullable Path pipFolder(Environment.Python python) {
        for (String place : List.of(
                "lib/python" + python.version() + "/site-packages",
                "lib/python3/dist-packages",
                "local/lib/python" + python.version() + "/dist-packages")) {
            Path folder = python.prefix().resolve(place);
            if (Files.isRegularFile(folder.resolve("pip/__main__.py"))) {
                return folder;
            }
        }
        return null;
    }

    private static boolean hasPip(Environment.Python python) {
        return pipFolder(python) != null;
    }

    private static Environment.Python python(int minor, Path file) {
        try {
            Path real = file.toRealPath();
            Path bin = real.getParent();
            Path prefix = bin == null || bin.getParent() == null ? Path.of("/usr") : bin.getParent();
            return new Environment.Python("3." + minor, real, prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> pythons(Path folder) {
        return children(folder, "python3.*").stream()
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .filter(file -> !isScript(file))
                .toList();
    }

    private static boolean isScript(Path file) {
        try (var in = Files.newInputStream(file)) {
            return in.read() == '#' && in.read() == '!';
        } catch (IOException e) {
            return true;
        }
    }

    private static List<Path> children(Path folder, String glob) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(Path::toString));
        return found;
    }
}
