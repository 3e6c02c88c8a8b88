package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Event;
import io.kumiki.planner.Past;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Sample;
import io.kumiki.planner.learned.RunTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happened to the queue, in files beside the extender: events (each file begins with everything that there
/// was, so that any moment can be played back from one file), decisions, samples. Bounded by size and age; written
/// by a thread of its own. Where the disk is too slow events are left out, and the next file begins anew.
public final class DecisionLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);
    private static final int WAITING_LINES = 200_000;
    private static final long ROWS_FILE = 8L << 20;
    private static final int PAGE = 200;
    private static final int FILES_A_PAGE = 8;
    /// First line of a file before which events were left out.
    static final String LOST = "Lost";

    /// @param bytes of all files together
    public record Bounds(long bytes, Duration age) {
        public static final Bounds DEFAULT = new Bounds(256L << 20, Duration.ofDays(14));
    }

    private interface Work {
        void run() throws IOException;
    }

    private final Path folder;
    private final Bounds bounds;
    private final Playback playback;
    private final LineFiles events;
    private final LineFiles decisions;
    private final LineFiles samples;
    private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>(WAITING_LINES);
    private final AtomicBoolean gap = new AtomicBoolean();
    /// The newest time that was told, in milliseconds.
    private volatile long written;
    private final Thread thread;

    public DecisionLog(Path folder, Bounds bounds, PlannerOptions options) {
        this.folder = folder;
        this.bounds = bounds;
        events = new LineFiles(folder, "events");
        playback = new Playback(events, options, this::gap);
        decisions = new LineFiles(folder, "decisions");
        samples = new LineFiles(folder, "samples");
        thread = Thread.ofPlatform().daemon().name("decision-log").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                Work work = queue.take();
                try {
                    work.run();
                    if (queue.isEmpty()) {
                        flush();
                    }
                } catch (IOException e) {
                    gap.set(true);
                    LOG.warn("the decision log in {} cannot be written: {}", folder, e.toString());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void flush() throws IOException {
        events.flush();
        decisions.flush();
        samples.flush();
    }

    private void soon(Work work) {
        if (!queue.offer(work)) {
            lose();
        }
    }

    /// An event is left out.
    void lose() {
        gap.set(true);
    }

    /// True where events were left out: the next file has to begin.
    boolean gap() {
        return gap.get();
    }

    void begin(List<Event> everything, RunTimes learned, long millis) {
        soon(() -> {
            boolean lost = gap.getAndSet(false);
            events.begin(millis);
            if (lost) {
                events.line(Json.write(Json.object().put("t", millis).put("e", LOST)));
            }
            ObjectNode times = Json.object().put("t", millis).put("e", "RunTimes");
            times.set("v", Json.mapper().valueToTree(learned.all()));
            events.line(Json.write(times));
            for (Event event : everything) {
                events.line(Json.write(LogCodec.write(event, millis)));
            }
            prune(millis);
        });
    }

    void event(Event event, long millis) {
        written = millis;
        soon(() -> events.line(Json.write(LogCodec.write(event, millis))));
    }

    void decided(Decided row, long millis) {
        soon(() -> row(decisions, Json.mapper().valueToTree(row), millis));
    }

    void sample(Sample sample, long millis) {
        written = millis;
        soon(() -> row(samples, Json.mapper().valueToTree(sample), millis));
    }

    private static void row(LineFiles files, JsonNode row, long millis) throws IOException {
        if (files.size() == 0 || files.size() > ROWS_FILE) {
            files.begin(millis);
        }
        files.line(Json.write(row));
    }

    /// The eldest files go until the rest is within bounds.
    private void prune(long millis) throws IOException {
        List<Path> all = new ArrayList<>();
        for (LineFiles files : List.of(events, decisions, samples)) {
            for (Path file : files.files()) {
                if (!files.isCurrent(file)) {
                    all.add(file);
                }
            }
        }
        all.sort(java.util.Comparator.comparingLong(LineFiles::begun));
        long bytes = 0;
        for (Path file : all) {
            bytes += Files.size(file);
        }
        for (Path file : all) {
            boolean old = Files.getLastModifiedTime(file).toMillis()
                    < millis - bounds.age().toMillis();
            if (old || bytes > bounds.bytes()) {
                bytes -= Files.size(file);
                Files.deleteIfExists(file);
            }
        }
    }

    /// How things stood at a time, played back from the log; empty where it does not reach so far. One at a time:
    /// whoever asks for many moments waits.
    public Optional<Past> at(Instant time) {
        return playback.at(time.toEpochMilli(), written);
    }

    /// The earliest time that can be played back; empty where none can.
    public Optional<Instant> reach() {
        return playback.reach();
    }

    /// What was known of run times when the log was written last.
    Optional<RunTimes> learned() {
        return playback.learned();
    }

    /// Every sample that is kept, eldest first.
    List<Sample> samples() {
        List<Sample> all = new ArrayList<>();
        try {
            for (Path file : samples.files()) {
                for (String line : LineFiles.lines(file)) {
                    all.add(Json.mapper().convertValue(Json.parse(line), Sample.class));
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("samples in {} cannot be read: {}", folder, e.toString());
        }
        return all;
    }

    /// Newest first. Throws [IllegalArgumentException] for a token that is none.
    ///
    /// @param token `next` of the page before; null for the first
    public Decided.Page decisions(Decided.Wanted wanted, @Nullable String token) {
        long upTo = Long.MAX_VALUE;
        int before = Integer.MAX_VALUE;
        if (token != null) {
            if (!token.matches("[0-9]{1,18}-[0-9]{1,9}")) {
                throw new IllegalArgumentException("'" + token + "' is no page token of this call");
            }
            upTo = Long.parseLong(token.substring(0, token.indexOf('-')));
            before = Integer.parseInt(token.substring(token.indexOf('-') + 1));
        }
        List<Decided> rows = new ArrayList<>();
        try {
            int looked = 0;
            for (Path file : decisions.files().reversed()) {
                long begun = LineFiles.begun(file);
                Long to = wanted.to();
                if (begun > upTo || (to != null && begun / 1000 > to)) {
                    continue;
                }
                if (looked++ == FILES_A_PAGE) {
                    return new Decided.Page(rows, begun + "-" + 999_999_999);
                }
                List<String> lines = LineFiles.lines(file);
                int from = begun == upTo ? Math.min(before, lines.size()) : lines.size();
                for (int i = from - 1; i >= 0; i--) {
                    Decided row = Json.mapper().convertValue(Json.parse(lines.get(i)), Decided.class);
                    Long since = wanted.from();
                    if (since != null && row.second() < since) {
                        return new Decided.Page(rows, null);
                    }
                    if (wanted.fits(row)) {
                        rows.add(row);
                    }
                    if (rows.size() == PAGE) {
                        return new Decided.Page(rows, begun + "-" + i);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("the decision log in {} cannot be read: {}", folder, e.toString());
        }
        return new Decided.Page(rows, null);
    }

    /// Waits until what was told is in the files.
    void flushed() throws InterruptedException {
        var done = new CountDownLatch(1);
        soon(() -> {
            flush();
            done.countDown();
        });
        done.await();
    }

    /// What was told until now is in the files afterwards.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
            for (Work work = queue.poll(); work != null; work = queue.poll()) {
                work.run();
            }
            events.close();
            decisions.close();
            samples.close();
        } catch (IOException e) {
            LOG.warn("the decision log in {} was not closed properly: {}", folder, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
