package io.kumiki.conformance.power;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A disk that is told every operation in order and can say what it may hold when the power goes: contents are safe
/// up to a file's last sync, names up to their folder's; of anything later any part may be there, torn at sectors.
final class RecordedDisk {
    /// How much of what was not synced the cut leaves.
    enum Cut {
        /// Nothing: the strictest disk.
        NOTHING,
        /// Everything: what kill -9 leaves.
        EVERYTHING,
        /// Any writes of any file in any order, and the names up to some moment.
        ANYTHING
    }

    /// One line of the recording.
    record Operation(char code, String path, String second, long offset, byte[] bytes) {}

    private static final int SECTOR = 512;

    /// A file's bytes, with room to grow.
    private static final class Content {
        private byte[] bytes = {};
        private int size;

        Content copy() {
            Content copy = new Content();
            copy.bytes = Arrays.copyOf(bytes, size);
            copy.size = size;
            return copy;
        }

        void change(Operation operation, int length) {
            int offset = Math.toIntExact(operation.offset());
            boolean truncates = operation.code() == 'T';
            int end = truncates ? offset : Math.max(size, offset + length);
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
            }
            if (end < size) {
                Arrays.fill(bytes, end, size, (byte) 0);
            }
            size = end;
            if (!truncates) {
                System.arraycopy(operation.bytes(), 0, bytes, offset, length);
            }
        }

        byte[] all() {
            return Arrays.copyOf(bytes, size);
        }
    }

    private static final class Node {
        final boolean folder;
        final Content safe = new Content();
        final List<Operation> unsafe = new ArrayList<>();

        Node(boolean folder) {
            this.folder = folder;
        }
    }

    /// @param node `null` when the name goes away
    private record Naming(
            String folder, String path, @Nullable Node node, String gone) {}

    private final String root;
    private final Map<String, Node> now = new TreeMap<>();
    private final Map<String, Node> safe = new TreeMap<>();
    private final List<Naming> namings = new ArrayList<>();

    RecordedDisk(Path root) {
        this.root = root.toString();
    }

    static List<Operation> read(Path log) throws IOException {
        byte[] all = Files.readAllBytes(log);
        List<Operation> found = new ArrayList<>();
        int at = 0;
        while (at < all.length) {
            int end = at;
            while (end < all.length && all[end] != '\n') {
                end++;
            }
            String[] words = new String(all, at, end - at, StandardCharsets.UTF_8).split("\t", -1);
            int length = words.length == 5 ? Integer.parseInt(words[4]) : 0;
            if (words.length != 5 || end + 1 + length > all.length) {
                return found;
            }
            byte[] bytes = Arrays.copyOfRange(all, end + 1, end + 1 + length);
            found.add(new Operation(words[0].charAt(0), words[1], words[2], Long.parseLong(words[3]), bytes));
            at = end + 1 + length;
        }
        return found;
    }

    void apply(Operation operation) {
        String path = operation.path();
        switch (operation.code()) {
            case 'C', 'M' -> name(path, new Node(operation.code() == 'M'), "");
            case 'W', 'T' -> node(path).unsafe.add(operation);
            case 'S' -> sync(path);
            case 'R' -> {
                Node moved = node(path);
                now.remove(path);
                name(operation.second(), moved, path);
            }
            case 'L' -> name(operation.second(), node(path), "");
            case 'U', 'D' -> {
                now.remove(path);
                namings.add(new Naming(parent(path), path, null, ""));
            }
            default -> throw new IllegalStateException("the recording holds an operation " + operation.code());
        }
    }

    private Node node(String path) {
        Node found = now.get(path);
        if (found == null) {
            throw new IllegalStateException("the recording changes " + path + " and never made it");
        }
        return found;
    }

    private void name(String path, Node node, String gone) {
        now.put(path, node);
        namings.add(new Naming(parent(path), path, node, gone));
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private void sync(String path) {
        Node node = now.get(path);
        if (node == null || node.folder) {
            List<Naming> later = new ArrayList<>();
            for (Naming naming : namings) {
                if (naming.folder.equals(path)) {
                    carryOut(naming, safe);
                } else {
                    later.add(naming);
                }
            }
            namings.clear();
            namings.addAll(later);
            return;
        }
        for (Operation each : node.unsafe) {
            node.safe.change(each, each.bytes().length);
        }
        node.unsafe.clear();
    }

    private static void carryOut(Naming naming, Map<String, Node> names) {
        if (naming.node == null) {
            names.remove(naming.path);
            return;
        }
        names.put(naming.path, naming.node);
        if (!naming.gone.isEmpty()) {
            names.remove(naming.gone);
        }
    }

    /// Builds one possible disk below a folder that is empty.
    void leave(Cut cut, SplittableRandom random, Path folder) throws IOException {
        Map<String, Node> names = new TreeMap<>(safe);
        int kept = switch (cut) {
            case NOTHING -> 0;
            case EVERYTHING -> namings.size();
            case ANYTHING -> random.nextInt(namings.size() + 1);
        };
        namings.subList(0, kept).forEach(naming -> carryOut(naming, names));
        for (Map.Entry<String, Node> each : names.entrySet()) {
            if (!reachable(each.getKey(), names)) {
                continue;
            }
            Path to = folder.resolve(each.getKey().substring(root.length() + 1));
            if (each.getValue().folder) {
                Files.createDirectories(to);
            } else {
                Files.write(to, content(each.getValue(), cut, random));
            }
        }
    }

    /// A file below a folder whose own name is lost is lost.
    private boolean reachable(String path, Map<String, Node> names) {
        for (String up = parent(path); up.length() > root.length(); up = parent(up)) {
            if (!names.containsKey(up)) {
                return false;
            }
        }
        return true;
    }

    private static byte[] content(Node node, Cut cut, SplittableRandom random) {
        Content content = node.safe.copy();
        for (Operation each : node.unsafe) {
            int length = each.bytes().length;
            switch (cut) {
                case NOTHING -> length = -1;
                case EVERYTHING -> {}
                case ANYTHING -> {
                    int luck = random.nextInt(4);
                    length = luck == 0 ? -1 : luck == 1 ? length / SECTOR / 2 * SECTOR : length;
                }
            }
            if (length >= 0) {
                content.change(each, length);
            }
        }
        return content.all();
    }
}
