package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The right to plan: a Lease, whose transition count is the epoch in every write. Another's lease is judged by how
/// long it has not changed on our own monotonic clock, never by the times in it.
final class Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final String PATH = "/apis/coordination.k8s.io/v1/namespaces/";
    private static final String NAME = "kumiki-extender";
    private static final String ADDRESS = "kumiki.io/address";
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration RENEW = Duration.ofSeconds(4);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final KubeApi api;
    private final String namespace;
    private final String holder;
    private final boolean alone;
    private final InstantSource clock;
    /// Why a term is over.
    enum End {
        /// Another one holds the lease.
        TAKEN,
        /// Nobody knows whose it is, or it does not count on from what objects carry: only a new term is surely ours.
        UNSURE
    }

    private long epoch;
    private long highest;
    private boolean outdone;
    private volatile boolean acquired;
    private volatile long renewedAt;
    private volatile String address = "";
    private volatile String leader = "";
    private volatile Consumer<String> told = _ -> {};

    /// @param holder unique for each start of a process
    /// @param alone nobody else can plan for this cluster: the lease only counts our starts
    Leadership(KubeApi api, String namespace, String holder, boolean alone, InstantSource clock) {
        this.api = api;
        this.namespace = namespace;
        this.holder = holder;
        this.alone = alone;
        this.clock = clock;
    }

    /// Where other replicas find us when we lead, `host:port`.
    void at(String address) {
        this.address = address;
    }

    /// Where the replica that leads is found, as far as we know; empty for nowhere.
    String leader() {
        return leader;
    }

    /// @param told of each other [#leader]
    void onLeader(Consumer<String> told) {
        this.told = told;
    }

    private void leads(String now) {
        boolean other = !now.equals(leader);
        leader = now;
        if (other) {
            told.accept(now);
        }
    }

    /// Some object carries this epoch, and it is not of our term: the lease was deleted, or brought back from a copy.
    /// Ours must be above it, else whoever wrote it is not kept off, and we are.
    synchronized void outdone(long by) {
        highest = Math.max(highest, by);
        outdone |= by >= epoch;
        notifyAll();
    }

    private synchronized boolean isOutdoneWithin(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis(); !outdone && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return outdone;
    }

    private synchronized long next(KubeApi.Result found) {
        long transitions = found.body().path("spec").path("leaseTransitions").asLong(0);
        return Math.max(transitions, Math.max(highest, epoch)) + 1;
    }

    private synchronized void begin(long next) {
        epoch = next;
        outdone = highest >= next;
    }

    /// Waits until we lead.
    long acquire() throws InterruptedException {
        String seen = "";
        long unchangedSince = System.nanoTime();
        while (true) {
            long at = System.nanoTime();
            KubeApi.Result found = api.get(path(), RENEW);
            String version =
                    found.body().path("metadata").path("resourceVersion").asText("");
            if (!version.equals(seen)) {
                seen = version;
                unchangedSince = at;
            }
            String by = found.body().path("spec").path("holderIdentity").asText("");
            boolean free = found.code() == 404
                    || found.done()
                            && (alone || by.isEmpty() || by.equals(holder) || at - unchangedSince >= LEASE.toNanos());
            JsonNode annotations = found.body().path("metadata").path("annotations");
            if (free) {
                leads("");
            } else if (found.done()) {
                leads(annotations.path(ADDRESS).asText(""));
            } else if (at - unchangedSince >= LEASE.toNanos()) {
                // Nobody can tell.
                leads("");
            }
            if (free) {
                long next = next(found);
                KubeApi.Result written = write(found, next, holder, RENEW);
                if (written.done()) {
                    begin(next);
                    renewedAt = at;
                    acquired = true;
                    LOG.info("leading in epoch {}", next);
                    return next;
                }
                LOG.warn("the lease cannot be taken in epoch {}: {}", next, written.message());
            }
            Thread.sleep(RETRY);
        }
    }

    /// Renews until it cannot for too long, somebody else holds the lease, or it does not count on from what objects
    /// carry; then we lead no longer.
    End hold() throws InterruptedException {
        End end = renew();
        acquired = false;
        return end;
    }

    private End renew() throws InterruptedException {
        while (!isOutdoneWithin(RETRY)) {
            if (alone) {
                continue;
            }
            long at = System.nanoTime();
            KubeApi.Result found = api.get(path(), patience());
            String by = found.body().path("spec").path("holderIdentity").asText("");
            if (found.done() && !by.equals(holder)) {
                return End.TAKEN;
            }
            if (found.code() == 404) {
                break;
            }
            long transitions =
                    found.body().path("spec").path("leaseTransitions").asLong();
            if (found.done() && write(found, transitions, holder, patience()).done()) {
                renewedAt = at;
            } else if (System.nanoTime() - renewedAt > RENEW.toNanos()) {
                break;
            }
        }
        return End.UNSURE;
    }

    /// Until we must have renewed; after a pause there is always one look at who leads now.
    private Duration patience() {
        Duration left = RENEW.minusNanos(System.nanoTime() - renewedAt);
        return left.compareTo(RETRY) > 0 ? left : RETRY;
    }

    /// Gives the lease back, so that another replica need not wait for its end. Nothing may be written by us any more.
    void release() {
        if (alone || !current()) {
            return;
        }
        KubeApi.Result found = api.get(path(), RETRY);
        JsonNode spec = found.body().path("spec");
        if (found.done() && spec.path("holderIdentity").asText("").equals(holder)) {
            write(found, spec.path("leaseTransitions").asLong(), "", RETRY);
        }
        acquired = false;
    }

    /// Whether the lease is surely ours still.
    boolean current() {
        return alone || (acquired && System.nanoTime() - renewedAt < LEASE.toNanos());
    }

    /// The same, in the term of that epoch.
    boolean current(long term) {
        return current() && isIn(term);
    }

    private synchronized boolean isIn(long term) {
        return epoch == term;
    }

    private KubeApi.Result write(KubeApi.Result found, long epoch, String holder, Duration patience) {
        ObjectNode lease =
                Json.object().put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
        ObjectNode metadata = lease.putObject("metadata").put("name", NAME).put("namespace", namespace);
        metadata.putObject("annotations").put(ADDRESS, address);
        JsonNode version = found.body().path("metadata").path("resourceVersion");
        String now = clock.instant().truncatedTo(ChronoUnit.MICROS).toString();
        lease.putObject("spec")
                .put("holderIdentity", holder)
                .put("leaseDurationSeconds", LEASE.toSeconds())
                .put("leaseTransitions", epoch)
                .put("renewTime", now.contains(".") ? now : now.replace("Z", ".000000Z"));
        if (found.code() == 404) {
            return api.post(PATH + namespace + "/leases", lease, patience);
        }
        metadata.set("resourceVersion", version);
        return api.put(path(), lease, patience);
    }

    private String path() {
        return PATH + namespace + "/leases/" + NAME;
    }
}
