package io.kumiki.localcluster.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

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
        private final BooleanSupplier over;
        private final long since = System.nanoTime();
        private boolean read;

        private Asking(Visit visit, BooleanSupplier over) {
            this.visit = visit;
            this.over = over;
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
        /// The oldest first.
        private final Set<Asking> asking = new LinkedHashSet<>();
        private long restingSince = System.nanoTime();
        private boolean asked;

        /// Requests that others answer are over when their answer is. Looks until the first that goes on: whoever
        /// asks much on one connection pays for each answer once.
        private void forgetAnswered() {
            for (Iterator<Asking> each = asking.iterator();
                    each.hasNext() && each.next().over.getAsBoolean(); ) {
                each.remove();
                restingSince = System.nanoTime();
            }
        }
    }

    void come(HttpConnection connection) {
        visits.put(connection, new Visit());
        connection.closeHandler(gone -> visits.remove(connection));
    }

    /// Whoever answers says so: [Asking#answered].
    Asking asks(HttpConnection connection) {
        return asks(connection, () -> false);
    }

    /// A request that somebody else reads and answers.
    ///
    /// @param over whether its answer has been given
    void asksOthers(HttpConnection connection, BooleanSupplier over) {
        asks(connection, over).read();
    }

    private Asking asks(HttpConnection connection, BooleanSupplier over) {
        Visit visit = visits.computeIfAbsent(connection, c -> new Visit());
        Asking asking = new Asking(visit, over);
        synchronized (visit) {
            visit.asked = true;
            visit.forgetAnswered();
            visit.asking.add(asking);
        }
        return asking;
    }

    /// How many requests are not answered yet, as far as is known.
    int open() {
        int open = 0;
        for (Visit visit : visits.values()) {
            synchronized (visit) {
                open += visit.asking.size();
            }
        }
        return open;
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
            if (visit.asking.removeIf(asking -> asking.over.getAsBoolean())) {
                visit.restingSince = now;
            }
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
