package io.kumiki.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaTreeTest {
    private static Amounts gpus(long n) {
        return Amounts.of("gpu", n);
    }

    private static QuotaTree tree() {
        return QuotaTree.of(List.of(
                new QuotaNode("all", null, gpus(16), null),
                new QuotaNode("vision", "all", gpus(8), gpus(12)),
                new QuotaNode("speech", "all", gpus(8), null)));
    }

    @Test
    void whatIsAboveTheGuaranteeIsBorrowed() {
        assertThat(tree().using("vision", gpus(6)).admit("vision", gpus(5))).isEqualTo(new Admission.Admitted(gpus(3)));
    }

    @Test
    void aLimitHoldsEvenWhileOthersAreIdle() {
        assertThat(tree().using("vision", gpus(10)).admit("vision", gpus(4)))
                .isInstanceOfSatisfying(Admission.Refused.class, r -> {
                    assertThat(r.why()).isEqualTo(Admission.Why.AboveLimit);
                    assertThat(r.at()).isEqualTo("vision");
                    assertThat(r.missing()).isEqualTo(2);
                });
    }

    /// A chain as long as this took minutes when each way was walked anew.
    @Test
    void manyTenantsAreLookedAtOnceEach() {
        List<QuotaNode> chain = new ArrayList<>();
        chain.add(new QuotaNode("t0", null, Amounts.NONE, null));
        for (int i = 1; i < 200_000; i++) {
            chain.add(new QuotaNode("t" + i, "t" + (i - 1), Amounts.NONE, null));
        }
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThat(QuotaTree.mistakes(chain)).isEmpty();
            chain.set(0, new QuotaNode("t0", "t9", Amounts.NONE, null));
            assertThat(QuotaTree.mistakes(chain)).hasSize(400_000);
            List<QuotaNode> roots = chain.stream()
                    .map(node -> new QuotaNode(node.name(), null, Amounts.NONE, null))
                    .toList();
            assertThat(QuotaTree.mistakes(roots))
                    .allSatisfy(mistake ->
                            assertThat(mistake.says()).hasSizeLessThan(200).endsWith("and 199990 more"));
        });
    }

    @Test
    void aRefusalNamesWhoHoldsMoreThanTheirGuarantee() {
        var full = tree().using("vision", gpus(12)).using("speech", gpus(3));
        assertThat(full.admit("speech", gpus(3))).isInstanceOfSatisfying(Admission.Refused.class, r -> {
            assertThat(r.why()).isEqualTo(Admission.Why.NothingLeftToBorrow);
            assertThat(r.missing()).isEqualTo(2);
            assertThat(r.holders()).containsExactly(new Admission.Holder("vision", 4));
        });
    }

    @Test
    void aLimitOfNoneIsALimit() {
        var tree = QuotaTree.of(List.of(
                new QuotaNode("all", null, gpus(16), null), new QuotaNode("guests", "all", Amounts.NONE, gpus(0))));
        assertThat(tree.admit("guests", gpus(1))).isInstanceOfSatisfying(Admission.Refused.class, r -> {
            assertThat(r.why()).isEqualTo(Admission.Why.AboveLimit);
            assertThat(r.at()).isEqualTo("guests");
            assertThat(r.missing()).isEqualTo(1);
        });
        assertThat(tree.admit("guests", gpus(0))).isEqualTo(new Admission.Admitted(Amounts.NONE));
    }

    @Test
    void everyMistakeIsSomebodys() {
        assertThat(QuotaTree.mistakes(
                        List.of(new QuotaNode("a", null, gpus(4), null), new QuotaNode("b", "a", gpus(5), null))))
                .containsExactly(new QuotaTree.Mistake("a", "the tenants below a are guaranteed 5 gpu, it has 4"));
        assertThat(QuotaTree.mistakes(
                        List.of(new QuotaNode("a", null, gpus(4), null), new QuotaNode("b", null, gpus(5), null))))
                .extracting(QuotaTree.Mistake::tenant)
                .containsExactly("a", "b");
    }

    @Test
    void everyMistakeInATreeIsNamed() {
        var problems = QuotaTree.problems(List.of(
                new QuotaNode("a", null, gpus(4), null),
                new QuotaNode("b", "a", gpus(3), null),
                new QuotaNode("c", "a", gpus(3), null),
                new QuotaNode("d", "nobody", gpus(0), null),
                new QuotaNode("e", "f", gpus(0), null),
                new QuotaNode("f", "e", gpus(0), null)));
        assertThat(problems)
                .anyMatch(p -> p.contains("guaranteed 6 gpu, it has 4"))
                .anyMatch(p -> p.contains("no parent nobody"))
                .anyMatch(p -> p.equals("e is its own ancestor"));
    }

    /// Whatever is admitted, no limit and no total is ever exceeded, and giving all back leaves nothing.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void admittedUsageNeverExceedsABound(long seed) {
        var random = new SplittableRandom(seed);
        List<QuotaNode> nodes = new ArrayList<>();
        nodes.add(new QuotaNode("root", null, new Amounts(Map.of("gpu", 40L, "cpu", 100L)), null));
        for (int i = 0; i < 8; i++) {
            String parent = i < 3 ? "root" : "t" + random.nextInt(3);
            nodes.add(new QuotaNode(
                    "t" + i, parent, gpus(i < 3 ? 8 : 1), random.nextBoolean() ? gpus(4 + random.nextInt(12)) : null));
        }
        var tree = QuotaTree.of(nodes);
        record Taken(String tenant, Amounts amounts) {}
        List<Taken> taken = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String tenant = "t" + random.nextInt(8);
            var want = new Amounts(Map.of("gpu", (long) random.nextInt(5), "cpu", (long) random.nextInt(9)));
            if (tree.admit(tenant, want) instanceof Admission.Admitted) {
                tree = tree.using(tenant, want);
                taken.add(new Taken(tenant, want));
            }
            for (QuotaNode node : nodes) {
                assertThat(tree.usage(node.name()).get("gpu")).isLessThanOrEqualTo(node.limit("gpu"));
            }
            assertThat(tree.usage("root").get("gpu")).isLessThanOrEqualTo(40);
            assertThat(tree.usage("root").get("cpu")).isLessThanOrEqualTo(100);
        }
        assertThat(taken).hasSizeGreaterThan(5);
        for (Taken t : taken) {
            tree = tree.releasing(t.tenant(), t.amounts());
        }
        assertThat(tree.usage("root")).isEqualTo(Amounts.NONE);
    }

    @Test
    void whatOneMayTakeFromAnother() {
        Amounts eight = Amounts.of("gpu", 8);
        QuotaTree tree = QuotaTree.of(List.of(
                new QuotaNode("root", null, Amounts.of("gpu", 32), null),
                new QuotaNode("vision", "root", Amounts.of("gpu", 16), null),
                new QuotaNode("faces", "vision", eight, null),
                new QuotaNode("cars", "vision", Amounts.NONE, null),
                new QuotaNode("speech", "root", eight, null),
                new QuotaNode("guests", "root", Amounts.NONE, null),
                new QuotaNode("visitors", "root", Amounts.NONE, null)));
        assertThat(tree.claim("speech", eight, "guests")).as("nobody borrows").isEqualTo(QuotaTree.Claim.None);
        QuotaTree lent = tree.using("guests", eight).using("cars", Amounts.of("gpu", 12));
        assertThat(lent.claim("speech", eight, "guests")).isEqualTo(QuotaTree.Claim.Guaranteed);
        assertThat(lent.claim("speech", Amounts.of("gpu", 9), "guests"))
                .as("it would borrow itself")
                .isEqualTo(QuotaTree.Claim.None);
        assertThat(lent.claim("faces", eight, "cars")).isEqualTo(QuotaTree.Claim.Guaranteed);
        assertThat(lent.claim("speech", eight, "cars"))
                .as("cars borrows of vision, and vision of nobody")
                .isEqualTo(QuotaTree.Claim.None);
        assertThat(lent.claim("guests", eight, "cars"))
                .as("vision is within its guarantee")
                .isEqualTo(QuotaTree.Claim.None);
        assertThat(lent.using("cars", eight).claim("speech", eight, "cars")).isEqualTo(QuotaTree.Claim.Guaranteed);
        assertThat(lent.claim("guests", eight, "guests")).isEqualTo(QuotaTree.Claim.ByPriority);
        assertThat(lent.claim("guests", eight, "visitors"))
                .as("neither is guaranteed anything")
                .isEqualTo(QuotaTree.Claim.ByPriority);
        assertThat(lent.claim("guests", Amounts.of("cpu", 1), "speech"))
                .as("nobody is guaranteed any CPU")
                .isEqualTo(QuotaTree.Claim.ByPriority);
    }
}
