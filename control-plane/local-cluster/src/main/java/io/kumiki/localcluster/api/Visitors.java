package io.kumiki.localcluster.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Lets connections go that ask for nothing: no whole request head in time, no body in time, or idle for long. A
/// running answer (a watch above all) keeps its connection however quiet it is.
final class Visitors implements AutoCloseable {
    private final Map<HttpConnection, Visit> visits = new ConcurrentHashMap<>();
    private final Vertx vertx;
    private final long timer;
    private final long head;
    private final long idle;

    /// @param head until the first request must be there
    /// @param idle how long a connection may rest after its last answer
    Visitors(Vertx vertx, Duration head, Duration idle) {
        this.vertx = vertx;
        this.head = head.toNanos();
        this.idle = idle.toNanos();
        this.timer = vertx.setPeriodic(Math.clamp(head.toMillis() / 4, 50, 5_000), now -> sweep());
    }

    /// One request, from its head to its end.
    static final class Asking {
        private final Visit visit;
        private final long since = System.nanoTime();
        private boolean read;

        private Asking(Visit visit) {
            this.visit = visit;
        }

        /// Its body is whole: from now on it waits for us.
        void read() {
            synchronized (visit) {
                read = true;
            }
        }

        void answered() {
            synchronized (visit) {
                visit.asking.remove(this);
                visit.restingSince = System.nanoTime();
            }
        }
    }

    private static final class Visit {
        private final java.util.Set<Asking> asking = new java.util.HashSet<>();
        private long restingSince = System.nanoTime();
        private boolean asked;
    }

    void come(HttpConnection connection) {
        visits.put(connection, new Visit());
        connection.closeHandler(gone -> visits.remove(connection));
    }

    Asking asks(HttpConnection connection) {
        Visit visit = visits.computeIfAbsent(connection, c -> new Visit());
        Asking asking = new Asking(visit);
        synchronized (visit) {
            visit.asked = true;
            visit.asking.add(asking);
        }
        return asking;
    }

    private void sweep() {
        long now = System.nanoTime();
        visits.forEach((connection, visit) -> {
            if (overdue(visit, now)) {
                visits.remove(connection);
                connection.close();
            }
        });
    }

    private boolean overdue(Visit visit, long now) {
        synchronized (visit) {
            if (visit.asking.isEmpty()) {
                return now - visit.restingSince > (visit.asked ? idle : head);
            }
            return visit.asking.stream().anyMatch(asking -> !asking.read && now - asking.since > head);
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
