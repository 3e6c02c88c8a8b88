package io.kumiki.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every published pipeline is read and every published broken one refused.
class CorpusReadingTest {
    @Test
    void everyValidPipelineIsRead() {
        var refused = new ArrayList<String>();
        int read = 0;
        for (String folder : List.of("valid", "platform")) {
            for (String file : Corpus.files(folder)) {
                if (Corpus.read(file) instanceof Read.Invalid i) {
                    refused.add(file + " " + i.violations());
                }
                read++;
            }
        }
        System.out.println("corpus: " + read + " pipelines read");
        assertThat(refused).isEmpty();
    }

    @Test
    void everyInvalidPipelineIsRefused() {
        for (String file : Corpus.files("invalid")) {
            assertThat(Corpus.read(file)).as(file).isInstanceOf(Read.Invalid.class);
        }
    }

    @Test
    void theParametersOfTheTableAreAccepted() {
        Corpus.expected().forEach((file, row) -> {
            if (file.startsWith("valid/")
                    && !row.getOrDefault("terminal_state_in_kfp", "").equals("skip")) {
                var given = Corpus.json(row.getOrDefault("inputs", ""))
                        .map(n -> (com.fasterxml.jackson.databind.node.ObjectNode) n)
                        .orElseGet(io.kumiki.model.Json::object);
                assertThat(Parameters.check(Corpus.pipeline(file), given))
                        .as(file)
                        .isEmpty();
            }
        });
    }
}
