package io.kumiki.ledger;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This process's part of the ledger. Readers read this process's copy and publishers hand over and go on: no call
/// here waits for another member.
public final class Ledger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /// Events between members may be lost; a copy is compared with the map this often while there are others.
    private static final Duration COMPARE = Duration.ofSeconds(3);

    private final HazelcastInstance member;
    private final IMap<String, LedgerEntry> map;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("ledger").factory());
    private final ConcurrentHashMap<String, LedgerEntry> copy = new ConcurrentHashMap<>();
    private final List<Consumer<LedgerEntry>> listeners = new CopyOnWriteArrayList<>();
    private final Publisher publisher;

    private Ledger(HazelcastInstance member) {
        this.member = member;
        this.map = member.getMap(MemberConfig.MAP);
        this.publisher = new Publisher(
                entry -> map.submitToKey(entry.tree(), new PutIfNewer(entry)),
                again -> quietly(() -> timer.schedule(again, PAUSE.toMillis(), TimeUnit.MILLISECONDS)));
    }

    /// Joins the others, or is alone. Blocks until this process is a member.
    public static Ledger start(LedgerSettings settings) {
        Ledger ledger = new Ledger(Hazelcast.newHazelcastInstance(MemberConfig.of(settings)));
        ledger.listen();
        return ledger;
    }

    private void listen() {
        map.addEntryListener((EntryAddedListener<String, LedgerEntry>) this::heard, true);
        map.addEntryListener((EntryUpdatedListener<String, LedgerEntry>) this::heard, true);
        map.addEntryListener((EntryMergedListener<String, LedgerEntry>) this::heard, true);
        member.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                later(this::rebuild);
            }
        });
        member.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                later(Ledger.this::rebuild);
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                later(Ledger.this::rebuild);
            }
        });
        timer.scheduleWithFixedDelay(this::compare, 0, COMPARE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Hands over and returns. False when this process has published something newer.
    public boolean publish(LedgerEntry entry) {
        keep(entry);
        return publisher.publish(entry);
    }

    /// The newest entry this process knows.
    public Optional<LedgerEntry> read(String tree) {
        return Optional.ofNullable(copy.get(tree));
    }

    public Collection<LedgerEntry> all() {
        return List.copyOf(copy.values());
    }

    /// Told of each newer entry, from any thread; must not block.
    public void onChange(Consumer<LedgerEntry> listener) {
        listeners.add(listener);
    }

    /// How many processes hold the ledger, this one included.
    public int members() {
        return member.getCluster().getMembers().size();
    }

    /// `host:port` where others find this member.
    public String address() {
        var at = member.getCluster().getLocalMember().getAddress();
        return at.getHost() + ":" + at.getPort();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        member.shutdown();
    }

    private void heard(EntryEvent<String, LedgerEntry> event) {
        @Nullable LedgerEntry value = event.getValue();
        if (value != null) {
            keep(value);
        }
    }

    private void keep(LedgerEntry entry) {
        LedgerEntry kept =
                copy.merge(entry.tree(), entry, (there, offered) -> offered.newerThan(there) ? offered : there);
        if (kept == entry) {
            listeners.forEach(listener -> listener.accept(entry));
        }
    }

    /// After a merge one side's entries are gone: everybody says again what he published and reads what is there.
    private void rebuild() {
        publisher.repeat();
        compare();
    }

    private void compare() {
        try {
            if (members() > 1 || copy.isEmpty()) {
                map.entrySet().forEach(entry -> keep(entry.getValue()));
            }
        } catch (HazelcastInstanceNotActiveException closing) {
            LOG.debug("the ledger is closing", closing);
        } catch (RuntimeException e) {
            LOG.info("the ledger could not be compared with the other members', tried again: {}", e.toString());
        }
    }

    private void later(Runnable task) {
        quietly(() -> timer.execute(task));
    }

    /// A task that arrives while this closes is not needed any more.
    private static void quietly(Runnable hand) {
        try {
            hand.run();
        } catch (RejectedExecutionException closing) {
            LOG.debug("the ledger is closing", closing);
        }
    }
}
