package io.kumiki.localcluster.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|entry sh",
                "{'args':['-c','$(A)']}|entry -c x",
                "{'command':['own']}|own",
                "{'command':['own'],'args':['b']}|own b"
            })
    void commandTakesTheEntryPointsPlaceAndArgsTheCommands(String container, String words) {
        assertThat(String.join(
                        " ",
                        ContainerEnvironment.words(
                                Json.parse(container.replace('\'', '"')),
                                List.of("entry"),
                                List.of("sh"),
                                Map.of("A", "x"))))
                .isEqualTo(words);
    }
}
