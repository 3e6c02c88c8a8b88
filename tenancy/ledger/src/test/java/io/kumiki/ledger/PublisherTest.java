package io.kumiki.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PublisherTest {
    private final List<LedgerEntry> sent = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> calls = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final Publisher publisher = new Publisher(
            entry -> {
                sent.add(entry);
                var call = new CompletableFuture<Boolean>();
                calls.add(call);
                return call;
            },
            waiting::add);

    private static LedgerEntry entry(String tree, long epoch, long sequence) {
        return new LedgerEntry(tree, epoch, sequence, new TreeMap<>(), List.of());
    }

    @Test
    void whileOneCallHangsOnlyTheNewestWaits() {
        for (int i = 1; i <= 1_000; i++) {
            publisher.publish(entry("a", 1, i));
        }
        assertThat(sent).containsExactly(entry("a", 1, 1));
        calls.getFirst().complete(true);
        assertThat(sent).containsExactly(entry("a", 1, 1), entry("a", 1, 1_000));
    }

    @Test
    void treesDoNotWaitForEachOther() {
        publisher.publish(entry("a", 1, 1));
        publisher.publish(entry("b", 1, 1));
        assertThat(sent).hasSize(2);
    }

    @Test
    void anOlderOneIsNotSent() {
        publisher.publish(entry("a", 2, 1));
        assertThat(publisher.publish(entry("a", 1, 9))).isFalse();
        assertThat(publisher.publish(entry("a", 2, 1))).isFalse();
        calls.getFirst().complete(true);
        assertThat(sent).containsExactly(entry("a", 2, 1));
    }

    @Test
    void aFailedCallIsRepeatedWithWhatIsNewestThen() {
        publisher.publish(entry("a", 1, 1));
        calls.getFirst().completeExceptionally(new IllegalStateException("no member"));
        publisher.publish(entry("a", 1, 2));
        assertThat(sent).containsExactly(entry("a", 1, 1), entry("a", 1, 2));
        calls.getLast().completeExceptionally(new IllegalStateException("no member"));
        waiting.forEach(Runnable::run);
        assertThat(sent).containsExactly(entry("a", 1, 1), entry("a", 1, 2), entry("a", 1, 2));
    }

    @Test
    void repeatSaysTheNewestAgainAndNothingElse() {
        publisher.publish(entry("a", 1, 1));
        calls.getFirst().complete(true);
        publisher.repeat();
        assertThat(sent).containsExactly(entry("a", 1, 1), entry("a", 1, 1));
    }
}
