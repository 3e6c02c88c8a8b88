package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A running watch: events arrive on a thread of their own and are taken in order.
public final class WatchStream implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final String END = "";

    private final int code;
    private final InputStream in;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    WatchStream(HttpResponse<InputStream> response) {
        code = response.statusCode();
        in = response.body();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException closed) {
            assert closed != null : "the reader or the server closed the stream";
        }
        lines.add(END);
    }

    public int code() {
        return code;
    }

    /// The next event; fails when none comes or the stream ended.
    public JsonNode next() {
        try {
            String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError(line == null ? "no event came" : "the watch ended");
            }
            return Json.parse(line);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// `TYPE name` of the next event.
    public String nextName() {
        JsonNode event = next();
        return event.path("type").asText() + " "
                + event.at("/object/metadata/name").asText();
    }

    /// Everything up to and with the first event that fits.
    public List<JsonNode> until(Predicate<JsonNode> fits) {
        List<JsonNode> seen = new ArrayList<>();
        do {
            seen.add(next());
        } while (!fits.test(seen.getLast()));
        return seen;
    }

    /// Waits for the end of the stream and gives what came before it.
    public List<JsonNode> rest() {
        List<JsonNode> seen = new ArrayList<>();
        try {
            for (String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    !END.equals(line);
                    line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                if (line == null) {
                    throw new AssertionError("the watch did not end");
                }
                seen.add(Json.parse(line));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return seen;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            assert e != null : "it was closed already";
        }
    }
}
