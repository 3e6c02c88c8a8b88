package io.kumiki.extender;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Files of lines, one after the other, named `prefix-<millis when begun>.jsonl`; those that are complete are
/// compressed. One thread writes; a line cut off by the end of the process is passed over by readers.
final class LineFiles implements AutoCloseable {
    private final Path folder;
    private final String prefix;
    private @Nullable BufferedWriter writer;
    private @Nullable Path current;
    private long written;

    LineFiles(Path folder, String prefix) {
        this.folder = folder;
        this.prefix = prefix;
    }

    /// Bytes of the file that is being written; 0 where there is none.
    long size() {
        return writer == null ? 0 : written;
    }

    void begin(long millis) throws IOException {
        close();
        Files.createDirectories(folder);
        for (Path file : files()) {
            if (file.toString().endsWith(".jsonl")) {
                compress(file);
            }
        }
        Path file = folder.resolve(prefix + "-" + millis + ".jsonl");
        current = file;
        written = 0;
        writer = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void line(String text) throws IOException {
        BufferedWriter open = writer;
        if (open == null) {
            throw new IOException("no file of " + prefix + " was begun");
        }
        open.write(text);
        open.write('\n');
        written += text.length() + 1;
    }

    void flush() throws IOException {
        if (writer != null) {
            writer.flush();
        }
    }

    private static void compress(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new GZIPOutputStream(Files.newOutputStream(part), 1 << 16)) {
            in.transferTo(out);
        }
        Files.move(part, file.resolveSibling(file.getFileName() + ".gz"), StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(file);
    }

    /// Eldest first.
    List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(p -> p.getFileName().toString().matches(prefix + "-[0-9]{1,18}[.]jsonl([.]gz)?"))
                    .sorted(java.util.Comparator.comparingLong(LineFiles::begun))
                    .toList();
        }
    }

    static long begun(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name.substring(name.lastIndexOf('-') + 1, name.indexOf(".jsonl")));
    }

    /// The lines of a file, the last one only if it is whole.
    static List<String> lines(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        read(file, line -> {
            lines.add(line);
            return true;
        });
        return lines;
    }

    interface Reader {
        /// False to read no further.
        boolean line(String text);
    }

    static void read(Path file, Reader reader) throws IOException {
        boolean packed = file.toString().endsWith(".gz");
        try (InputStream in = Files.newInputStream(file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        packed ? new GZIPInputStream(in, 1 << 16) : in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.endsWith("}") && !reader.line(line)) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    boolean isCurrent(Path file) {
        return file.equals(current) && writer != null;
    }
}
