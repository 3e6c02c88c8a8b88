package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
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

    /// Waits until we lead.
    long acquire() throws InterruptedException {
        String seen = "";
        long unchangedSince = System.nanoTime();
        while (true) {
            long at = System.nanoTime();
            KubeApi.Result found = api.get(path());
            String version =
                    found.body().path("metadata").path("resourceVersion").asText("");
            if (!version.equals(seen)) {
                seen = version;
                unchangedSince = at;
            }
            boolean free = found.code() == 404
                    || found.done()
                            && (alone
                                    || found.body()
                                            .path("spec")
                                            .path("holderIdentity")
                                            .asText("")
                                            .isEmpty()
                                    || at - unchangedSince >= LEASE.toNanos());
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
                long epoch = found.body().path("spec").path("leaseTransitions").asLong(0) + 1;
                if (write(found, epoch).done()) {
                    renewedAt = at;
                    acquired = true;
                    LOG.info("leading in epoch {}", epoch);
                    return epoch;
                }
            }
            Thread.sleep(RETRY);
        }
    }

    /// Renews until it cannot for too long, or somebody else holds the lease; then we lead no longer.
    void hold() throws InterruptedException {
        if (alone) {
            new CountDownLatch(1).await();
        }
        while (true) {
            Thread.sleep(RETRY);
            long at = System.nanoTime();
            KubeApi.Result found = api.get(path());
            boolean ours =
                    found.body().path("spec").path("holderIdentity").asText("").equals(holder);
            if (found.done() && !ours) {
                return;
            }
            if (found.done()
                    && write(
                                    found,
                                    found.body()
                                            .path("spec")
                                            .path("leaseTransitions")
                                            .asLong())
                            .done()) {
                renewedAt = at;
            } else if (System.nanoTime() - renewedAt > RENEW.toNanos()) {
                return;
            }
        }
    }

    /// Gives the lease back, so that another replica need not wait for its end. Nothing may be written by us any more.
    void release() {
        if (alone || !current()) {
            return;
        }
        KubeApi.Result found = api.get(path());
        JsonNode spec = found.body().path("spec");
        if (found.done() && spec.path("holderIdentity").asText("").equals(holder)) {
            write(found, spec.path("leaseTransitions").asLong(), "");
        }
        acquired = false;
    }

    /// Whether the lease is surely ours still.
    boolean current() {
        return alone || (acquired && System.nanoTime() - renewedAt < LEASE.toNanos());
    }

    private KubeApi.Result write(KubeApi.Result found, long epoch) {
        return write(found, epoch, holder);
    }

    private KubeApi.Result write(KubeApi.Result found, long epoch, String holder) {
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
            return api.post(PATH + namespace + "/leases", lease);
        }
        metadata.set("resourceVersion", version);
        return api.put(path(), lease);
    }

    private String path() {
        return PATH + namespace + "/leases/" + NAME;
    }
}
