package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.engine.ContainerEngine;
import io.kumiki.localcluster.node.engine.ContainerOrder;
import io.kumiki.localcluster.node.engine.EngineFault;
import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Mount;
import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Folders in which an engine's containers may have written as another user: what Kumiki, as an ordinary user, may not
/// remove, the engine first gives back to whom the folder itself belongs.
final class ForeignFiles {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final String TREE = "/kumiki-tree";
    /// The machine's own programs, whatever the image has; each as far as this machine has it.
    private static final List<String> PROGRAMS = List.of("/bin", "/lib", "/lib64", "/usr");

    private final ContainerEngine engine;

    ForeignFiles(ContainerEngine engine) {
        this.engine = engine;
    }

    /// May take minutes when the engine has to help.
    void delete(Path tree) throws IOException {
        try {
            Folders.delete(tree);
        } catch (AccessDeniedException e) {
            try {
                giveBack(tree);
            } catch (EngineFault fault) {
                e.addSuppressed(fault);
                throw e;
            }
            Folders.delete(tree);
        }
    }

    /// Everything below the folder is its owner's, as the engine's users go: in an ordinary user's own engine that is
    /// root.
    void giveBack(Path tree) throws IOException {
        String image = engine.anyImage();
        if (image == null) {
            throw new EngineFault(0, "the engine has no image to run chown in");
        }
        String name = "kumiki-gives-back-" + tree.getFileName();
        engine.remove(name);
        engine.create(name, order(image, tree));
        try {
            engine.start(name);
            ContainerEngine.Status status = awaitEnd(name);
            if (status == null || status.running() || status.exitCode() != 0) {
                throw new EngineFault(0, "chown in a container did not end well: " + status);
            }
        } finally {
            engine.remove(name);
        }
    }

    private ContainerEngine.@Nullable Status awaitEnd(String name) throws EngineFault {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        ContainerEngine.Status status = engine.inspect(name);
        while (status != null && status.running() && System.nanoTime() < deadline) {
            engine.awaitEnd(name);
            status = engine.inspect(name);
        }
        return status;
    }

    private static ContainerOrder order(String image, Path tree) throws IOException {
        List<Mount> mounts = new ArrayList<>();
        mounts.add(new Mount(tree, TREE, false));
        for (String programs : PROGRAMS) {
            if (Files.isDirectory(Path.of(programs))) {
                mounts.add(new Mount(Path.of(programs).toRealPath(), programs, true));
            }
        }
        List<String> words = List.of("-R", "-h", "--reference=" + TREE, TREE);
        return new ContainerOrder(
                new ContainerOrder.Programs(image, List.of("/bin/chown"), words, Map.of(), "/", ""),
                new ContainerOrder.Rights("0:0", List.of(), false, List.of(), List.of(), List.of("label=disable")),
                mounts,
                "none",
                "",
                new ControlGroups.Limits(0, 0, 0),
                Console.Wish.NONE,
                Map.of());
    }
}
