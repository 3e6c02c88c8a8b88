package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PacedStreamTest {
    @Test
    void everythingComes() throws Exception {
        var out = new PipedOutputStream();
        try (InputStream in = new PacedStream(new PipedInputStream(out, 64), new Lull())) {
            Thread writer = Thread.ofVirtual().start(() -> {
                try (out) {
                    for (int i = 0; i < 200; i++) {
                        out.write((i + "\n").getBytes(StandardCharsets.UTF_8));
                        out.flush();
                        if (i % 20 == 0) {
                            Thread.yield();
                        }
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            writer.join();
            assertThat(all.lines().mapToInt(Integer::parseInt)).hasSize(200).isSorted();
        }
    }

    @Test
    void whoeverWaitsEndsAPause() throws Exception {
        var lull = new Lull();
        var resting = Thread.currentThread();
        Thread waiting = Thread.ofVirtual().start(() -> {
            while (resting.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            lull.hurry();
        });
        lull.rest(Duration.ofSeconds(60));
        waiting.join();
    }

    @Test
    void oneWhoCameJustBeforeDoesToo() throws Exception {
        var lull = new Lull();
        lull.hurry();
        lull.hurry();
        lull.rest(Duration.ofSeconds(60));
        long from = System.nanoTime();
        lull.rest(Duration.ofMillis(30));
        assertThat(System.nanoTime() - from)
                .as("what was left over")
                .isGreaterThan(Duration.ofMillis(29).toNanos());
    }
}
