package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.Past;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.learned.RunTimes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the decision log's events say of a moment: a file is read from its beginning, where everything stands.
final class Playback {
    private static final Logger LOG = LoggerFactory.getLogger(Playback.class);
    /// Scenes that are kept: a page asks for one moment several times.
    private static final int KEPT = 3;
    /// What is younger may not be in the files yet.
    private static final long SETTLED_MILLIS = 5_000;

    private final LineFiles events;
    private final PlannerOptions options;
    private final BooleanSupplier gap;
    /// By the time asked for, in milliseconds; the ones used last.
    private final Map<Long, Past> played = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Past> eldest) {
            return size() > KEPT;
        }
    };

    /// @param gap whether events were left out of the file that is written
    Playback(LineFiles events, PlannerOptions options, BooleanSupplier gap) {
        this.events = events;
        this.options = options;
        this.gap = gap;
    }

    /// How things stood at a time, played back from the log; empty where it does not reach so far. One at a time:
    /// whoever asks for many moments waits.
    ///
    /// @param written the newest time that was told
    Optional<Past> at(long millis, long written) {
        synchronized (played) {
            Past known = played.get(millis);
            if (known != null) {
                return Optional.of(known);
            }
            try {
                Optional<Past> past = playedBack(millis);
                if (millis < written - SETTLED_MILLIS) {
                    past.ifPresent(p -> played.put(millis, p));
                }
                return past;
            } catch (IOException e) {
                LOG.warn("the decision log cannot be read", e);
                return Optional.empty();
            }
        }
    }

    private Optional<Past> playedBack(long millis) throws IOException {
        Path file = null;
        Path after = null;
        for (Path next : events.files()) {
            if (LineFiles.begun(next) <= millis) {
                file = next;
            } else if (after == null) {
                after = next;
            }
        }
        if (file == null) {
            return Optional.empty();
        }
        var mirror = new Mirror(options);
        long[] last = {LineFiles.begun(file)};
        LineFiles.read(file, line -> play(mirror, Json.parse(line), millis, last));
        boolean lost = after == null ? gap.getAsBoolean() : beginsAfterLoss(after);
        return Optional.of(new Past(mirror.scene(Instant.ofEpochMilli(last[0])), lost));
    }

    private static boolean beginsAfterLoss(Path file) throws IOException {
        boolean[] lost = {false};
        LineFiles.read(file, line -> {
            lost[0] = Json.parse(line).path("e").asText().equals(DecisionLog.LOST);
            return false;
        });
        return lost[0];
    }

    /// The earliest time that can be played back; empty where none can.
    Optional<Instant> reach() {
        try {
            return events.files().stream().findFirst().map(f -> Instant.ofEpochMilli(LineFiles.begun(f)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean play(Mirror mirror, JsonNode line, long until, long[] last) {
        long millis = line.path("t").asLong();
        if (millis > until) {
            return false;
        }
        last[0] = millis;
        switch (line.path("e").asText()) {
            case DecisionLog.LOST -> {}
            case "RunTimes" -> mirror.learned(runTimes(line.path("v")));
            default -> mirror.on(LogCodec.read(line), Instant.ofEpochMilli(millis));
        }
        return true;
    }

    private RunTimes runTimes(JsonNode classes) {
        Map<String, double[]> all = new LinkedHashMap<>();
        classes.properties()
                .forEach(e -> all.put(
                        e.getKey(),
                        e.getValue()
                                .valueStream()
                                .mapToDouble(JsonNode::asDouble)
                                .toArray()));
        return RunTimes.of(options.usualSeconds(), all);
    }

    /// What was known of run times when the log was written last.
    Optional<RunTimes> learned() {
        try {
            List<Path> files = events.files();
            if (files.isEmpty()) {
                return Optional.empty();
            }
            var mirror = new Mirror(options);
            LineFiles.read(files.getLast(), line -> play(mirror, Json.parse(line), Long.MAX_VALUE, new long[1]));
            return Optional.of(mirror.runTimes());
        } catch (IOException | RuntimeException e) {
            LOG.warn("nothing could be learned from the decision log", e);
            return Optional.empty();
        }
    }
}
