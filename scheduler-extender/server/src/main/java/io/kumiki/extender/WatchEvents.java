package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The events of a watch, one a line, each read where it lies in the buffer: text of it is never made.
final class WatchEvents implements AutoCloseable {
    /// No object of an API server is as large.
    private static final int LONGEST = 16 << 20;

    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;

    WatchEvents(InputStream in) {
        this.in = in;
    }

    /// The next event, without what {@link LeanObjects} leaves out; null at the end.
    @Nullable
    JsonNode next() throws IOException {
        int end = lineEnd(from);
        while (end < 0) {
            int looked = to - from;
            makeRoom();
            int read = in.read(buffer, to, buffer.length - to);
            if (read < 0) {
                return null;
            }
            to += read;
            end = lineEnd(from + looked);
        }
        int length = end - from;
        try (JsonParser parser = Json.tokens().createParser(buffer, from, length)) {
            return LeanObjects.event(parser);
        } finally {
            from = end + 1;
        }
    }

    /// Whether another event has come already.
    boolean hasMore() {
        return lineEnd(from) >= 0;
    }

    private int lineEnd(int at) {
        for (int i = at; i < to; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void makeRoom() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            if (to >= LONGEST) {
                throw new IOException("an event of more than " + LONGEST + " bytes");
            }
            buffer = Arrays.copyOf(buffer, 2 * to);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
