package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WatchEventsTest {
    /// Bytes that come so many at a time, as a network brings them.
    private static WatchEvents events(String text, int together) {
        InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] into, int at, int length) {
                return super.read(into, at, Math.min(length, together));
            }
        };
        return new WatchEvents(in);
    }

    @Test
    void eventsAreReadWhereverTheyAreCut() throws IOException {
        String name = "組".repeat(50_000);
        String text =
                "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n{\"type\":\"MODIFIED\",\"object\":"
                        + "{\"metadata\":{\"name\":\"" + name + "\"}}}\n";
        for (int together : new int[] {1, 7, 65_536, 1 << 20}) {
            try (WatchEvents events = events(text, together)) {
                assertThat(events.next().at("/object/metadata/name").asText()).isEqualTo("a");
                assertThat(events.next().at("/object/metadata/name").asText()).isEqualTo(name);
                assertThat(events.next()).isNull();
            }
        }
    }

    @Test
    void whatCameTogetherIsKnown() throws IOException {
        try (WatchEvents events = events("{\"n\":1}\n{\"n\":2}\n{\"n\"", 100)) {
            assertThat(events.next().path("n").asInt()).isEqualTo(1);
            assertThat(events.hasMore()).isTrue();
            assertThat(events.next().path("n").asInt()).isEqualTo(2);
            assertThat(events.hasMore()).isFalse();
            assertThat(events.next()).isNull();
        }
    }

    @Test
    void whatNobodyReadsIsLeftOut() throws IOException {
        try (WatchEvents events = events(
                "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"managedFields\":[{}]},"
                        + "\"spec\":{\"containers\":[{\"name\":\"c\",\"env\":[{}]}]},\"status\":\"Failure\"}}\n",
                100)) {
            assertThat(events.next())
                    .hasToString("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"},"
                            + "\"spec\":{\"containers\":[{\"name\":\"c\"}]},\"status\":\"Failure\"}}");
        }
    }

    @Test
    void anEventThatIsNoneOrDoesNotEndIsRefused() throws IOException {
        try (WatchEvents events = events("{\"type\":\n", 100)) {
            assertThatThrownBy(events::next).isInstanceOf(IOException.class);
        }
        try (WatchEvents events = new WatchEvents(new InputStream() {
            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] into, int at, int length) {
                return length;
            }
        })) {
            assertThatThrownBy(events::next).hasMessageContaining("16777216 bytes");
        }
    }
}
