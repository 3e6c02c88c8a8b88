package io.kumiki.web.dashboard.log;

import io.kumiki.model.run.TaskRecord;
import io.kumiki.store.objects.ObjectHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of one attempt's log, kept fresh by one reader while anybody follows it. However much a step prints, at
/// most a window stays in memory.
public final class LogTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
    /// What a newcomer is shown.
    public static final int SHOWN = 256 * 1024;

    private static final int WINDOW = 1024 * 1024;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /// @param offset where the text begins, in bytes; whole characters only
    public record Chunk(long offset, long end, String text, boolean complete) {}

    private final TaskLogs logs;
    private final String taskId;
    private final int attempt;
    private final Runnable changed;
    private final Thread reader;
    private byte[] window = new byte[64 * 1024];
    private int length;
    private long start;
    private boolean complete;
    private boolean closed;
    private boolean poked;
    private @Nullable InputStream reading;

    /// @param changed called whenever there is more, from the reader's thread
    public LogTail(TaskLogs logs, String taskId, int attempt, Runnable changed) {
        this.logs = logs;
        this.taskId = taskId;
        this.attempt = attempt;
        this.changed = changed;
        this.reader = Thread.ofVirtual().name("log-tail " + taskId).unstarted(this::read);
    }

    public void start() {
        reader.start();
    }

    /// The task's row changed: perhaps its pod lives now, perhaps it has ended.
    public synchronized void poke() {
        poked = true;
        notifyAll();
    }

    public synchronized long end() {
        return start + length;
    }

    /// The newest part, whole lines.
    public synchronized Chunk newest() {
        long from = Math.max(start, end() - SHOWN);
        if (from > 0) {
            int at = (int) (from - start);
            while (at < length && window[at] != '\n') {
                at++;
            }
            from = start + Math.min(length, at + 1);
        }
        return chunk(from);
    }

    /// What came after an offset; empty when that is no longer in memory.
    public synchronized Optional<Chunk> since(long offset) {
        return offset < start || offset > end() ? Optional.empty() : Optional.of(chunk(offset));
    }

    /// Waits until there is more than the offset, or nothing more will come; false once closed.
    public synchronized boolean await(long offset) throws InterruptedException {
        while (start + wholeCharacters(0) <= offset && !complete && !closed) {
            wait(LOOK_AGAIN.toMillis());
        }
        return !closed;
    }

    private Chunk chunk(long from) {
        int at = (int) (from - start);
        int until = complete ? length : wholeCharacters(at);
        String text = new String(window, at, until - at, StandardCharsets.UTF_8);
        return new Chunk(from, start + until, text, complete);
    }

    /// Leaves out a character whose last bytes have not come yet.
    private int wholeCharacters(int from) {
        int lead = length - 1;
        while (lead >= from && length - lead < 4 && (window[lead] & 0xC0) == 0x80) {
            lead--;
        }
        if (lead < from || (window[lead] & 0x80) == 0) {
            return length;
        }
        int needs = (window[lead] & 0xE0) == 0xC0 ? 2 : (window[lead] & 0xF0) == 0xE0 ? 3 : 4;
        return length - lead < needs ? lead : length;
    }

    private void read() {
        try {
            while (!isClosed() && !once()) {
                pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return whether nothing more will come
    private boolean once() throws InterruptedException {
        TaskRecord task = logs.task(taskId);
        boolean over = TaskLogs.over(task, attempt);
        try {
            ObjectHead kept = task == null ? null : logs.kept(task, attempt);
            if (kept != null && end() == 0) {
                takeKept(kept);
                return finish();
            }
            if (task != null && kept == null) {
                Optional<InputStream> living = logs.living(task, attempt, true);
                if (living.isPresent()) {
                    follow(living.get());
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("log of {} attempt {}: {}", taskId, attempt, e.toString());
        }
        // It was over before we read to the end: so that end was the last.
        return over && finish();
    }

    private void takeKept(ObjectHead kept) throws IOException {
        long from = Math.max(0, kept.size() - SHOWN);
        synchronized (this) {
            start = from;
        }
        try (InputStream in = logs.read(kept, from, kept.size() - from)) {
            byte[] bytes = in.readAllBytes();
            append(bytes, bytes.length);
        }
    }

    /// A stream always begins at the first byte; what is known already is skipped.
    private void follow(InputStream in) throws IOException {
        synchronized (this) {
            reading = in;
        }
        try (in) {
            in.skipNBytes(end());
            byte[] buffer = new byte[32 * 1024];
            for (int n = in.read(buffer); n >= 0 && !isClosed(); n = in.read(buffer)) {
                append(buffer, n);
                changed.run();
            }
        }
    }

    private synchronized void append(byte[] bytes, int n) {
        int over = length + n - WINDOW;
        if (over > 0) {
            int drop = Math.min(length, Math.max(over, WINDOW / 4));
            System.arraycopy(window, drop, window, 0, length - drop);
            length -= drop;
            start += drop;
        }
        if (length + n > window.length) {
            window = Arrays.copyOf(window, Math.max(Math.min(WINDOW, window.length * 2), length + n));
        }
        System.arraycopy(bytes, 0, window, length, n);
        length += n;
        notifyAll();
    }

    private boolean finish() {
        synchronized (this) {
            complete = true;
            notifyAll();
        }
        changed.run();
        return true;
    }

    private synchronized void pause() throws InterruptedException {
        if (!poked && !closed) {
            wait(LOOK_AGAIN.toMillis());
        }
        poked = false;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        InputStream in;
        synchronized (this) {
            closed = true;
            notifyAll();
            in = reading;
        }
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                LOG.debug("closing a log: {}", e.toString());
            }
        }
    }
}
