package io.kumiki.kube.simulation;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// A journal in memory that loses power and replies by a seed. One thread.
public final class FaultyJournal implements Journal {
    /// The process is gone: whoever sees this throws its cluster away and makes a new one from the same journal.
    public static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crash() {
            super("crash", null, false, false);
        }
    }

    private final SplittableRandom random;
    private final double crashes;
    private final double losses;
    private final Map<String, Entry> durable = new TreeMap<>();
    private final List<List<Entry>> waiting = new ArrayList<>();
    private long revision;
    private LongConsumer listener = r -> {};
    private boolean healed;

    /// @param crashes how often a write meets a crash, before or after it is safe
    /// @param losses how often a write is safe and its writer is not told
    public FaultyJournal(long seed, double crashes, double losses) {
        this.random = new SplittableRandom(seed);
        this.crashes = crashes;
        this.losses = losses;
    }

    /// From now on nothing fails.
    public void heal() {
        healed = true;
    }

    public Map<String, Entry> durable() {
        return durable;
    }

    public long revision() {
        return revision;
    }

    @Override
    public long load(Consumer<Entry> sink) {
        waiting.clear();
        durable.values().forEach(sink);
        return revision;
    }

    @Override
    public void admit(boolean growth) {}

    @Override
    public void append(List<Entry> entries) {
        waiting.add(List.copyOf(entries));
    }

    @Override
    public void await(long wanted) {
        if (!healed && random.nextDouble() < crashes) {
            int safe = random.nextInt(waiting.size() + 1);
            waiting.subList(0, safe).forEach(this::keep);
            waiting.clear();
            throw new Crash();
        }
        waiting.forEach(this::keep);
        waiting.clear();
        listener.accept(revision);
        if (!healed && random.nextDouble() < losses) {
            throw ApiFault.of(504, "Timeout", "the reply is lost");
        }
    }

    private void keep(List<Entry> entries) {
        for (Entry entry : entries) {
            String key = entry.key().storage() + "/" + entry.key().namespace() + "/"
                    + entry.key().name();
            if (entry.removal()) {
                durable.remove(key);
            } else {
                durable.put(key, entry);
            }
            revision = entry.revision();
        }
    }

    @Override
    public void onDurable(LongConsumer hears) {
        listener = hears;
    }

    @Override
    public void close() {}
}
