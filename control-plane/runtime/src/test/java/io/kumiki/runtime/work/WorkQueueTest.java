package io.kumiki.runtime.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class WorkQueueTest {
    private final AtomicLong now = new AtomicLong();
    private final WorkQueue<String> queue = new WorkQueue<>(now::get);

    @Test
    void oneEntryPerKeyInOrderOfArrival() throws Exception {
        queue.add("a");
        queue.add("b");
        queue.add("a");
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.take()).contains("a");
        assertThat(queue.take()).contains("b");
    }

    @Test
    void aKeyAddedWhileItRunsRunsOnceMoreAndNeverTwiceAtOnce() throws Exception {
        queue.add("a");
        assertThat(queue.take()).contains("a");
        queue.add("a");
        queue.add("a");
        queue.add("b");
        assertThat(queue.take()).contains("b");
        queue.done("a");
        assertThat(queue.take()).contains("a");
        queue.done("a");
        assertThat(queue.size()).isZero();
    }

    @Test
    void theEarliestOfSeveralDelaysCounts() throws Exception {
        queue.addAfter("a", Duration.ofSeconds(10));
        queue.addAfter("a", Duration.ofSeconds(5));
        queue.addAfter("a", Duration.ofSeconds(20));
        queue.addAfter("b", Duration.ofSeconds(6));
        assertThat(queue.size()).isEqualTo(2);
        now.set(Duration.ofSeconds(7).toNanos());
        assertThat(queue.take()).contains("a");
        assertThat(queue.take()).contains("b");
        assertThat(queue.size()).isZero();
    }

    @Test
    void addingNowOverridesADelay() throws Exception {
        queue.addAfter("a", Duration.ofDays(1));
        queue.add("a");
        assertThat(queue.take()).contains("a");
        queue.done("a");
        assertThat(queue.size()).isZero();
    }

    @Test
    void closingWakesWaiters() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        Thread waiter = Thread.ofVirtual().start(() -> {
            try {
                if (queue.take().isEmpty()) {
                    ended.incrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        queue.close();
        waiter.join();
        assertThat(ended).hasValue(1);
        assertThat(queue.take()).isEqualTo(Optional.empty());
    }

    /// Law: whatever is added is run at least once after its last add, and never twice at once.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nothingIsDroppedUnderContention(long seed) throws Exception {
        WorkQueue<Integer> busy = new WorkQueue<>();
        Map<Integer, Integer> wanted = new ConcurrentHashMap<>();
        Map<Integer, Integer> seen = new ConcurrentHashMap<>();
        Map<Integer, Boolean> running = new ConcurrentHashMap<>();
        AtomicInteger overlaps = new AtomicInteger();
        Thread[] workers = new Thread[8];
        for (int w = 0; w < workers.length; w++) {
            workers[w] = Thread.ofVirtual().start(() -> {
                try {
                    for (Optional<Integer> key = busy.take(); key.isPresent(); key = busy.take()) {
                        if (running.put(key.get(), true) != null) {
                            overlaps.incrementAndGet();
                        }
                        seen.put(key.get(), wanted.getOrDefault(key.get(), 0));
                        Thread.yield();
                        running.remove(key.get());
                        busy.done(key.get());
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        Thread[] adders = new Thread[4];
        for (int a = 0; a < adders.length; a++) {
            SplittableRandom random = new SplittableRandom(seed * 31 + a);
            adders[a] = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    int key = random.nextInt(20);
                    wanted.merge(key, 1, Integer::sum);
                    if (random.nextInt(4) == 0) {
                        busy.addAfter(key, Duration.ofNanos(random.nextInt(200_000)));
                    } else {
                        busy.add(key);
                    }
                }
            });
        }
        for (Thread adder : adders) {
            adder.join();
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!seen.equals(wanted) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            Thread.yield();
        }
        busy.close();
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(seen).as("seed %d", seed).isEqualTo(wanted);
        assertThat(overlaps).hasValue(0);
    }
}
