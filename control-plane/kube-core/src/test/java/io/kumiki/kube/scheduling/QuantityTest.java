package io.kumiki.kube.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.model.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({"500m,500", "1,1000", "0.1,100", "1e3,1000000", "2E3,2000000", "100u,1", "1k,1000000", "1Ki,1024000"})
    void milli(String text, long expected) {
        assertThat(Quantity.milli(Quantity.parse(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1Gi,1073741824",
        "1G,1000000000",
        "1.5Gi,1610612736",
        "1E,1000000000000000000",
        "100Ei,9223372036854775807",
        "1500m,2"
    })
    void units(String text, long expected) {
        assertThat(Quantity.units(Quantity.parse(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1Q", "Gi", "1e999999999", "--1", "1 Gi"})
    void refused(String text) {
        assertThatThrownBy(() -> Quantity.parse(text))
                .isInstanceOf(NumberFormatException.class)
                .hasMessageContaining("not a quantity");
    }

    @Test
    void podRequestIsTheLargestMoment() {
        var spec = Json.parse("""
                {"initContainers":[
                   {"name":"big","resources":{"requests":{"cpu":"3"}}},
                   {"name":"side","restartPolicy":"Always","resources":{"requests":{"cpu":"500m"}}},
                   {"name":"late","resources":{"limits":{"cpu":"2"}}}],
                 "containers":[{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}},{"resources":{"requests":{"cpu":"250m"}}}],
                 "overhead":{"cpu":"10m"}}""");
        Amounts request = Amounts.requestOf(spec);
        assertThat(request.get("cpu")).isEqualTo(3010);
        assertThat(request.get("memory")).isEqualTo(1L << 30);
        assertThat(request.get("pods")).isEqualTo(1);
    }
}
