package io.kumiki.localcluster.node.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.PodSessions.Session;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The way into a container that is a process of ours: its namespaces, user, environment and working folder.
/// What is needed for it lies in the start's folder, so a container that was adopted can be entered too.
final class NamespaceEntrance implements Entrance {
    private static final String FILE = "entrance.json";
    private static final int UP_TRIES = 2_500;
    private static final List<String> NAMESPACES = List.of("user", "net", "mnt", "pid");

    private final Path folder;
    private final ProcessHandle wrapper;
    private final int depth;

    NamespaceEntrance(Path folder, ProcessHandle wrapper, int depth) {
        this.folder = folder;
        this.wrapper = wrapper;
        this.depth = depth;
    }

    /// Written at the start; readable by nobody else, for an environment may hold secrets.
    static void write(Launcher launcher, Launch launch) throws IOException {
        ObjectNode entrance = Json.object().put("dir", launch.workingDir());
        entrance.put("script", launcher.main());
        entrance.put("limits", launcher.limits());
        var words = entrance.putArray("session");
        launcher.session().forEach(words::add);
        var user = entrance.putArray("user");
        Launcher.user(launch).forEach(user::add);
        ObjectNode environment = entrance.putObject("environment");
        launch.environment().forEach(environment::put);
        Path file = launch.folder().resolve(FILE);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, Json.bytes(entrance), StandardOpenOption.WRITE);
    }

    @Override
    public Session enter(List<String> command, boolean tty) throws IOException {
        return ProcessSession.start(this, command, tty);
    }

    /// A process inside, not started yet; its output is still a pipe. The command's own mistakes (a program that is not
    /// there) are told on its standard error, with exit code 128.
    ///
    /// @param terminal a pseudo terminal that becomes the process's own, or empty for pipes
    ProcessBuilder process(List<String> command, String terminal) throws IOException {
        JsonNode entrance = Json.parse(Files.readAllBytes(folder.resolve(FILE)));
        List<String> session = new ArrayList<>();
        entrance.path("session").forEach(word -> session.add(word.asText()));
        List<String> words = new ArrayList<>(session);
        awaitUp();
        Path groups = ControlGroups.toEnter(folder);
        if (groups != null) {
            String script = entrance.path("limits").asText();
            words.addAll(List.of("/bin/sh", script, groups.toString(), "/dev/stderr"));
        }
        if (depth > 1) {
            words.addAll(namespaces());
        }
        if (!terminal.isEmpty()) {
            giveTo(entrance.path("user").path(0).asText(), Path.of(terminal));
            if (depth > 1) {
                // A session of the outer PID namespace has no number inside, and shells want one to control jobs.
                words.addAll(session);
            }
            words.addAll(List.of("/bin/sh", "-c", "exec <\"$0\" >\"$0\" 2>&1 && exec \"$@\"", terminal));
        }
        words.addAll(List.of(
                "/bin/sh",
                depth > 1 ? "/.kumiki/main.sh" : entrance.path("script").asText()));
        words.add("/dev/stderr");
        words.add(entrance.path("dir").asText());
        entrance.path("user").forEach(word -> words.add(word.asText()));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        entrance.path("environment")
                .properties()
                .forEach(e -> builder.environment().put(e.getKey(), e.getValue().asText()));
        ContainerProcess.systemPath(builder.environment());
        if (!terminal.isEmpty()) {
            builder.environment().putIfAbsent("TERM", "xterm");
        }
        return builder.directory(folder.toFile());
    }

    /// A program may open its terminal again by name.
    static void giveTo(String uid, Path terminal) throws IOException {
        if (!uid.equals("-")) {
            Files.setAttribute(terminal, "unix:uid", Integer.valueOf(uid));
        }
    }

    /// A container that has just been started has not entered its own root yet.
    private void awaitUp() throws IOException {
        Path up = folder.resolve("in/up");
        for (int tries = 0; !Files.exists(up); tries++) {
            if (tries == UP_TRIES || !wrapper.isAlive()) {
                throw new IOException("the container has not started or has ended");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    /// `nsenter` into whatever namespaces the container has of its own.
    private List<String> namespaces() throws IOException {
        ProcessHandle first = ProcessTree.below(wrapper, depth - 1);
        if (first == null) {
            throw new IOException("the container has ended");
        }
        List<String> words = new ArrayList<>(List.of("nsenter", "--target", Long.toString(first.pid())));
        for (String namespace : NAMESPACES) {
            Path link = Path.of("ns", namespace);
            Path theirs = Path.of("/proc", Long.toString(first.pid())).resolve(link);
            if (!Files.readSymbolicLink(theirs)
                    .equals(Files.readSymbolicLink(Path.of("/proc/self").resolve(link)))) {
                words.add(namespace.equals("mnt") ? "--mount" : "--" + namespace);
                if (namespace.equals("user")) {
                    words.add("--preserve-credentials");
                }
            }
        }
        words.addAll(List.of("--root", "--"));
        return words;
    }
}
