package io.kumiki.localcluster.node.engine;

import io.kumiki.kube.PodSessions.Session;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Whoever runs containers of real images on this machine. Containers are called by the names they were created with.
///
/// Everything blocks, but never longer than some seconds, except where it says so; called on virtual threads.
public interface ContainerEngine extends AutoCloseable {
    /// Who answers now. Asked anew after some seconds at the earliest, so it may be called often.
    Presence presence();

    /// Whether an engine can be used.
    sealed interface Presence {
        /// @param name product and version
        /// @param joinsNamespaces containers may enter a network namespace by its file
        record Answers(String name, boolean joinsNamespaces) implements Presence {}

        /// @param why one clause: what was looked for and what was found
        record Absent(String why) implements Presence {}
    }

    /// An image that is here.
    ///
    /// @param id `REPOSITORY@DIGEST` where a registry gave it, else the engine's own number of it
    /// @param user that its programs run as, empty for root
    record Image(String id, String user) {}

    /// How a container stands.
    ///
    /// @param state `created`, `running`, `exited`, or another of the engine's words
    /// @param error why it could not be started, or empty
    /// @param finishedAt null while it runs
    /// @param stopSignal what asks it to end
    record Status(
            String state,
            boolean running,
            int exitCode,
            boolean outOfMemory,
            String error,
            @Nullable Instant finishedAt,
            String stopSignal) {}

    /// A container that carries a label.
    record Labelled(String name, Map<String, String> labels) {}

    /// Null when it is not here.
    @Nullable
    Image image(String reference) throws EngineFault;

    /// The name of some image that is here; null when none is.
    @Nullable
    String anyImage() throws EngineFault;

    /// Fetches an image; takes as long as it takes, but gives up when nothing comes for two minutes.
    ///
    /// @param login of the registry; null for none
    /// @param progress told what has come so far, in words
    void pull(String reference, @Nullable RegistryLogin login, Consumer<String> progress)
            throws EngineFault, InterruptedException;

    void create(String name, ContainerOrder order) throws EngineFault;

    void start(String name) throws EngineFault;

    /// Null when there is no such container.
    @Nullable
    Status inspect(String name) throws EngineFault;

    /// Returns when it does not run, and from time to time before.
    void awaitEnd(String name) throws EngineFault;

    /// Nothing happens to one that does not run.
    void signal(String name, String signal) throws EngineFault;

    /// What it wrote, from its beginning, as one stream in the order of writing.
    ///
    /// @param follow goes on until the container ends
    InputStream output(String name, boolean tty, boolean follow) throws EngineFault;

    /// Runs a command in it.
    Session exec(String name, List<String> command, boolean tty) throws IOException;

    /// Its input; closing the session's stdin is the end of this client's typing.
    Session attach(String name) throws IOException;

    void resize(String name, int columns, int rows) throws EngineFault;

    /// It is killed when it runs, and its anonymous volumes go with it.
    void remove(String name) throws EngineFault;

    List<Labelled> labelled(String label, String value) throws EngineFault;

    @Override
    void close();
}
