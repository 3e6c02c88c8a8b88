package io.kumiki.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaUseTest {
    private static final String H100 = "nvidia.com/gpu.H100";

    @ParameterizedTest
    @CsvSource({
        "cpu, 0, 0",
        "cpu, 8000, 8",
        "cpu, 500, 500m",
        "cpu, 12250, 12250m",
        "memory, 0, 0",
        "memory, 68719476736, 64Gi",
        "memory, 1610612736, 1536Mi",
        "memory, 1000, 1000",
        "memory, 1025, 1025",
        "memory, 1152921504606846976, 1Ei",
        "ephemeral-storage, 2048, 2Ki",
        "hugepages-2Mi, 4194304, 4Mi",
        "nvidia.com/gpu, 1024, 1024",
        "nvidia.com/gpu.H100, 8, 8",
        "kumiki.io/gpu-milli, 1500, 1500"
    })
    void amountsAreWrittenAsPeopleWriteThem(String resource, long amount, String text) {
        assertThat(QuotaUse.quantity(resource, amount)).isEqualTo(text);
    }

    @Test
    void whatIsAboveTheGuaranteeIsBorrowed() {
        var node = new QuotaNode(
                "team",
                "all",
                new Amounts(Map.of("nvidia.com/gpu", 8L, "memory", 1L << 30)),
                new Amounts(Map.of("cpu", 4000L)));
        var use = QuotaUse.of(
                node, new Amounts(Map.of("nvidia.com/gpu", 12L, H100, 4L, "memory", 1L << 20, "amd.com/gpu", 0L)));
        assertThat(use.used())
                .as("what it names, used or not, and what it uses")
                .isEqualTo(Map.of("nvidia.com/gpu", "12", H100, "4", "memory", "1Mi", "cpu", "0"));
        assertThat(use.borrowed()).isEqualTo(Map.of("nvidia.com/gpu", "4", H100, "4"));
    }

    @Test
    void whoeverStaysWithinItsGuaranteeBorrowsNothing() {
        var node = new QuotaNode("team", "all", Amounts.of("cpu", 1000), null);
        assertThat(QuotaUse.of(node, Amounts.of("cpu", 1000)).borrowed()).isEmpty();
        assertThat(QuotaUse.of(node, Amounts.NONE).used()).isEqualTo(Map.of("cpu", "0"));
    }
}
