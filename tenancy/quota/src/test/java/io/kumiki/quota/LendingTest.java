package io.kumiki.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LendingTest {
    private static Amounts gpus(long n) {
        return Amounts.of("gpu", n);
    }

    private static QuotaNode node(String name, String parent, long guaranteed) {
        return new QuotaNode(name, parent.isEmpty() ? null : parent, gpus(guaranteed), null);
    }

    private static final List<QuotaNode> TREE = List.of(
            node("all", "", 20),
            node("a", "all", 8),
            node("b", "all", 8),
            node("a1", "a", 4),
            node("a2", "a", 4),
            node("b1", "b", 6));

    /// @param own what each uses itself, beside what is below it
    private static Map<String, Amounts> lent(List<QuotaNode> nodes, Map<String, Long> own) {
        QuotaTree tree = QuotaTree.of(nodes);
        for (var entry : own.entrySet()) {
            tree = tree.using(entry.getKey(), gpus(entry.getValue()));
        }
        Map<String, Amounts> usage = new HashMap<>();
        for (QuotaNode node : nodes) {
            usage.put(node.name(), tree.usage(node.name()));
        }
        return Lending.of(nodes, usage);
    }

    @Test
    void whatIsPromisedToNobodyGoesFirst() {
        assertThat(lent(TREE, Map.of("a1", 4L, "a2", 4L))).isEmpty();
        assertThat(lent(TREE, Map.of("a1", 8L, "a2", 4L)))
                .as("four that the root promised to nobody")
                .isEmpty();
        assertThat(lent(TREE, Map.of("a1", 10L, "a2", 4L))).isEqualTo(Map.of("b", gpus(2)));
        assertThat(lent(TREE, Map.of("a1", 12L, "a2", 4L))).isEqualTo(Map.of("b", gpus(4), "b1", gpus(2)));
        assertThat(lent(TREE, Map.of("a1", 16L, "a2", 4L))).isEqualTo(Map.of("b", gpus(8), "b1", gpus(6)));
    }

    @Test
    void oneLendsToItsSibling() {
        assertThat(lent(TREE, Map.of("a1", 6L))).isEqualTo(Map.of("a2", gpus(2)));
        assertThat(lent(TREE, Map.of("a1", 8L))).isEqualTo(Map.of("a2", gpus(4)));
        assertThat(lent(TREE, Map.of("a", 6L)))
                .as("both by what is idle with them")
                .isEqualTo(Map.of("a1", gpus(3), "a2", gpus(3)));
    }

    /// `-Dkumiki.seed=N` replays one.
    @ParameterizedTest
    @ValueSource(ints = {2000})
    void nobodyLendsWhatItUsesAndAllThatIsBorrowedComesFromSomewhere(int rounds) {
        long only = Long.getLong("kumiki.seed", -1);
        for (long seed = only < 0 ? 0 : only; seed < (only < 0 ? rounds : only + 1); seed++) {
            var random = new SplittableRandom(seed);
            Map<String, Long> own = new HashMap<>();
            long left = 20;
            for (QuotaNode node : TREE) {
                long amount = random.nextLong(left + 1) / 2;
                own.put(node.name(), amount);
                left -= amount;
            }
            Map<String, Amounts> lent = lent(TREE, own);
            List<String> broken = new ArrayList<>();
            for (QuotaNode node : TREE) {
                List<QuotaNode> below = TREE.stream()
                        .filter(each -> node.name().equals(each.parent()))
                        .toList();
                long used = total(node, own);
                long gives = lent.getOrDefault(node.name(), Amounts.NONE).get("gpu");
                long idle = Math.max(0, node.guaranteed().get("gpu") - used);
                if (gives > idle) {
                    broken.add(node.name() + " lends " + gives + " and has " + idle);
                }
                long has = Math.max(node.guaranteed().get("gpu"), used);
                long promised = 0;
                long within = 0;
                long lend = 0;
                for (QuotaNode child : below) {
                    promised += child.guaranteed().get("gpu");
                    within += Math.min(child.guaranteed().get("gpu"), total(child, own));
                    lend += lent.getOrDefault(child.name(), Amounts.NONE).get("gpu");
                }
                long above = used - within + gives;
                if (lend != Math.max(0, above - (has - promised))) {
                    broken.add("below " + node.name() + " " + lend + " are lent, " + above + " are borrowed");
                }
            }
            assertThat(broken).as("seed %d, %s, lent %s", seed, own, lent).isEmpty();
        }
    }

    private static long total(QuotaNode node, Map<String, Long> own) {
        return own.getOrDefault(node.name(), 0L)
                + TREE.stream()
                        .filter(each -> node.name().equals(each.parent()))
                        .mapToLong(each -> total(each, own))
                        .sum();
    }
}
