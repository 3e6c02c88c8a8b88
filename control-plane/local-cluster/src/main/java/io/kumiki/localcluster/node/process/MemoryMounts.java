package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Folders that lie in memory (tmpfs). They are mounts of the machine, so all containers of a pod see the same one, it
/// outlives whoever made it, and the next agent finds it in the kernel's table.
public final class MemoryMounts {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    /// proc(5): number, parent, device, root, mount point, …
    private static final int POINT = 4;

    private static final int OCTAL = 3;

    private MemoryMounts() {}

    private static final class Trial {
        private static final boolean SUCCEEDED = succeeds();

        private static boolean succeeds() {
            if (!Files.isReadable(TABLE)) {
                return false;
            }
            try {
                Path folder = Files.createTempDirectory("kumiki-memory");
                try {
                    mount(folder, 1 << 16);
                    release(folder);
                    return true;
                } finally {
                    Files.deleteIfExists(folder);
                }
            } catch (IOException e) {
                return false;
            }
        }
    }

    /// Whether this process may make some; tried once.
    public static boolean permitted() {
        return Trial.SUCCEEDED;
    }

    /// Does nothing when the folder is one already.
    ///
    /// @param folder empty, writable for everybody afterwards
    /// @param bytes what fits into it
    public static void mount(Path folder, long bytes) throws IOException {
        if (!below(folder).contains(folder.toRealPath())) {
            String options = "size=" + bytes + ",mode=0777,nosuid,nodev";
            Command.run("mount", "-t", "tmpfs", "-o", options, "kumiki", folder.toString());
        }
    }

    /// Unmounts what is mounted in the tree; what is still open there lives until it is closed.
    public static void release(Path tree) throws IOException {
        for (Path point : below(tree).reversed()) {
            Command.run("umount", "-l", point.toString());
        }
    }

    /// The mount points in the tree, itself included, in the order in which they were made.
    public static List<Path> below(Path tree) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isReadable(TABLE) && Files.exists(tree)) {
            Path real = tree.toRealPath();
            for (String line : Files.readAllLines(TABLE)) {
                Path point = Path.of(plain(line.split(" ")[POINT]));
                if (point.startsWith(real)) {
                    found.add(point);
                }
            }
        }
        return found;
    }

    /// The kernel writes spaces and the like as a backslash and three octal digits.
    static String plain(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '\\' && i + OCTAL < escaped.length()) {
                text.append((char) Integer.parseInt(escaped.substring(i + 1, i + 1 + OCTAL), 8));
                i += OCTAL;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
