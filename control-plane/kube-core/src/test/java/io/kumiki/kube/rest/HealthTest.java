package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Journal;
import io.kumiki.kube.Tokens;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/// How the server says that it is well, and that it is not.
class HealthTest {
    private final Filling journal = new Filling();
    private final Requests api = new Requests(Tokens.none(), journal);

    @Test
    void whoTakesNothingNewIsAliveAndNotReady() {
        for (String path : List.of("/healthz", "/livez", "/readyz", "/readyz/journal", "/readyz/ping")) {
            assertThat(api.get(path).json().asText()).as(path).isEqualTo("ok");
        }
        assertThat(api.get("/readyz?verbose").json().asText())
                .isEqualTo("[+]ping ok\n[+]journal ok\nreadyz check passed\n");
        journal.full = true;
        assertThat(api.get("/livez").code()).isEqualTo(200);
        assertThat(api.get("/readyz").code()).isEqualTo(500);
        assertThat(api.get("/readyz").json().asText())
                .isEqualTo("[+]ping ok\n[-]journal failed: reason withheld\nreadyz check failed\n");
        assertThat(api.get("/healthz").code()).isEqualTo(500);
        assertThat(api.get("/readyz/journal").code()).isEqualTo(500);
        assertThat(api.get("/readyz/journal").json().asText()).contains("no room");
        assertThat(api.get("/readyz/ping").code()).isEqualTo(200);
        journal.full = false;
        assertThat(api.get("/readyz").code()).isEqualTo(200);
        assertThat(api.get("/readyz/none").code()).isEqualTo(404);
        assertThat(api.get("/livez/journal").code()).isEqualTo(404);
    }

    private static final class Filling implements Journal {
        private final Journal below = Journal.memory();
        private boolean full;

        @Override
        public long load(Consumer<Entry> sink) {
            return below.load(sink);
        }

        @Override
        public void admit(boolean growth) {
            if (full && growth) {
                throw ApiFault.of(507, "InsufficientStorage", "the write was not accepted: no room");
            }
        }

        @Override
        public void append(List<Entry> entries) {
            below.append(entries);
        }

        @Override
        public void await(long revision) {
            below.await(revision);
        }

        @Override
        public void onDurable(LongConsumer listener) {
            below.onDurable(listener);
        }

        @Override
        public void close() {
            below.close();
        }
    }
}
