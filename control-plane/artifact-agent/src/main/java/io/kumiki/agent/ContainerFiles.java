package io.kumiki.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Files as the step's container sees them. Links are followed inside that view only, so a step cannot make the
/// agent read
/// what the container itself could not name.
final class ContainerFiles {
    private static final int MOST_LINKS = 40;
    private static final int DEEPEST = 64;
    static final int MOST_FILES = 100_000;

    private final PathView view;

    ContainerFiles(PathView view) {
        this.view = view;
    }

    /// Where the file or folder really lies after following links; empty when there is none.
    Optional<Path> find(String containerPath) throws IOException {
        Deque<String> todo = new ArrayDeque<>(List.of(containerPath.split("/")));
        var done = new ArrayList<String>();
        int links = 0;
        while (!todo.isEmpty()) {
            var word = todo.pop();
            if (word.isEmpty() || word.equals(".")) {
                continue;
            }
            if (word.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            done.add(word);
            var host = host(done);
            if (!Files.isSymbolicLink(host)) {
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new IOException("more than " + MOST_LINKS + " links at " + containerPath);
            }
            var target = Files.readSymbolicLink(host).toString();
            done.removeLast();
            if (target.startsWith("/")) {
                done.clear();
            }
            var words = target.split("/");
            for (int i = words.length - 1; i >= 0; i--) {
                todo.push(words[i]);
            }
        }
        var host = host(done);
        return Files.exists(host, LinkOption.NOFOLLOW_LINKS) ? Optional.of(host) : Optional.empty();
    }

    private Path host(List<String> words) {
        return view.hostPath("/" + String.join("/", words));
    }

    /// Every regular file at or below a container path: relative name (empty for the path itself) → place, in order
    /// of names.
    TreeMap<String, Path> files(String containerPath) throws IOException {
        var out = new TreeMap<String, Path>();
        collect(containerPath, "", 0, out);
        return out;
    }

    private void collect(String containerPath, String name, int depth, TreeMap<String, Path> out) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException(
                    "folders nested deeper than " + DEEPEST + " (a link to a parent folder?) at " + containerPath);
        }
        var found = find(containerPath);
        if (found.isEmpty()) {
            return;
        }
        var at = found.get();
        if (Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
            if (out.size() >= MOST_FILES) {
                throw new IOException("more than " + MOST_FILES + " files; pack them into an archive");
            }
            out.put(name, at);
        } else if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            var names = new ArrayList<String>();
            try (var entries = Files.newDirectoryStream(at)) {
                entries.forEach(e -> names.add(e.getFileName().toString()));
            }
            names.sort(null);
            for (var child : names) {
                collect(containerPath + "/" + child, name.isEmpty() ? child : name + "/" + child, depth + 1, out);
            }
        }
        // pipes, sockets and devices hold nothing that could be stored
    }

    /// Makes the folder that a file will be written to. The agent and the main container may run as different
    /// users.
    Path withParents(String containerPath) throws IOException {
        var host = view.hostPath(containerPath);
        var missing = new ArrayDeque<Path>();
        for (var p = host.getParent(); p != null && !Files.exists(p, LinkOption.NOFOLLOW_LINKS); p = p.getParent()) {
            missing.push(p);
        }
        for (var p : missing) {
            Files.createDirectories(p);
            open(p);
        }
        return host;
    }

    private static void open(Path folder) throws IOException {
        try {
            Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (UnsupportedOperationException e) {
            // no POSIX permissions here: nothing to open up
        }
    }
}
