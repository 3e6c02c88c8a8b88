package io.kumiki.localcluster.node;

import io.kumiki.kube.PodLogs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Reads one log file to a sink: from its tail or from a time, with times before lines when asked, following while
/// its container runs.
/// Holds 64 KiB however long the log is.
final class LogStream {
    private static final int CHUNK = 64 * 1024;
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Path log;
    private final PodLogs.Options options;
    private final PodLogs.Sink sink;
    private final BooleanSupplier ended;
    private long left;
    private boolean lineBegins = true;

    LogStream(Path log, PodLogs.Options options, PodLogs.Sink sink, BooleanSupplier ended) {
        this.log = log;
        this.options = options;
        this.sink = sink;
        this.ended = ended;
        this.left = options.limitBytes() < 0 ? Long.MAX_VALUE : options.limitBytes();
    }

    void run() throws IOException, InterruptedException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(begin(file));
            byte[] chunk = new byte[CHUNK];
            while (left > 0) {
                // Asked before reading: what was written before the end is still read.
                boolean over = !options.follow() || ended.getAsBoolean();
                int read = file.read(chunk);
                if (read > 0) {
                    if (!write(Arrays.copyOf(chunk, read), file.getFilePointer() - read)) {
                        return;
                    }
                } else if (over) {
                    return;
                } else if (!sink.write(new byte[0])) {
                    // Nothing new, and nobody reads any more.
                    return;
                } else {
                    Thread.sleep(LOOK_AGAIN_MILLIS);
                }
            }
        }
    }

    private long begin(RandomAccessFile file) throws IOException {
        long from = 0;
        Instant since = options.since();
        if (since != null) {
            for (PodLogFiles.Note note : PodLogFiles.notes(log)) {
                if (!note.time().isAfter(since)) {
                    from = note.size();
                }
            }
        }
        return options.tailLines() < 0 ? from : Math.max(from, tail(file, options.tailLines()));
    }

    /// Where the last `lines` lines begin, found backwards.
    private static long tail(RandomAccessFile file, long lines) throws IOException {
        long end = file.length();
        if (lines == 0) {
            return end;
        }
        byte[] chunk = new byte[CHUNK];
        long wanted = lines;
        long at = end;
        while (at > 0) {
            int size = (int) Math.min(CHUNK, at);
            at -= size;
            file.seek(at);
            file.readFully(chunk, 0, size);
            for (int i = size - 1; i >= 0; i--) {
                // The line end of the last line ends no earlier line.
                if (chunk[i] == '\n' && at + i != end - 1 && --wanted == 0) {
                    return at + i + 1;
                }
            }
        }
        return 0;
    }

    private boolean write(byte[] bytes, long position) throws IOException {
        byte[] out = options.timestamps() ? stamped(bytes, position) : bytes;
        if (out.length > left) {
            out = Arrays.copyOf(out, (int) left);
        }
        left -= out.length;
        return sink.write(out);
    }

    private byte[] stamped(byte[] bytes, long position) throws IOException {
        List<PodLogFiles.Note> notes = PodLogFiles.notes(log);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length * 2);
        for (int i = 0; i < bytes.length; i++) {
            if (lineBegins) {
                out.writeBytes((time(notes, position + i) + " ").getBytes(StandardCharsets.US_ASCII));
            }
            out.write(bytes[i]);
            lineBegins = bytes[i] == '\n';
        }
        return out.toByteArray();
    }

    /// The first note that has the byte in it.
    private static Instant time(List<PodLogFiles.Note> notes, long position) {
        for (PodLogFiles.Note note : notes) {
            if (note.size() > position) {
                return note.time();
            }
        }
        return notes.isEmpty() ? Instant.EPOCH : notes.getLast().time();
    }
}
