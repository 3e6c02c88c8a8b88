package io.kumiki.web.kfp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.HttpFault;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTest {
    @Test
    void bothSpellingsComeOutInSnakeCase() {
        var read = Messages.RUN.read(Json.parse("""
                {"displayName":"r","experiment_id":"e","pipelineVersionReference":{"pipelineId":"p"},"runtimeConfig":{"parameters":{"camelCase":1.0,"n":null}}}"""));
        assertThat(read.toString()).isEqualTo("""
                {"display_name":"r","experiment_id":"e","pipeline_version_reference":{"pipeline_id":"p"},"runtime_config":{"parameters":{"camelCase":1.0,"n":null}}}""");
    }

    @Test
    void everyMistakeIsListedWithItsPath() {
        assertThatThrownBy(() -> read("""
                {"displayName":7,"typo":1,"runtime_config":{"parameter":{}},"created_at":"yesterday","state":"FLYING","display_name":"twice"}"""))
                .isInstanceOf(HttpFault.class)
                .hasMessageContainingAll(
                        "6 problems",
                        "displayName: wanted a string, found '7'",
                        "typo: Run has no such field",
                        "runtime_config.parameter: RuntimeConfig has no such field",
                        "created_at: wanted a time in RFC 3339",
                        "state: wanted one of RUNTIME_STATE_UNSPECIFIED",
                        "display_name: given twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"max_concurrency\":2} | 2",
                "{\"max_concurrency\":\"2\"} | 2",
                "{\"maxConcurrency\":2.0} | 2",
                "{\"max_concurrency\":\"9223372036854775807\"} | 9223372036854775807"
            })
    void int64IsNumberOrText(String body, String value) {
        assertThat(Messages.RECURRING_RUN
                        .read(Json.parse(body))
                        .path("max_concurrency")
                        .asText())
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"max_concurrency\":1.5}",
                "{\"max_concurrency\":\"9223372036854775808\"}",
                "{\"max_concurrency\":\"x\"}",
                "{\"max_concurrency\":1e999}",
                "{\"max_concurrency\":1e999999999}",
                "{\"max_concurrency\":1e-999999999}",
                "{\"no_catchup\":\"true\"}",
                "{\"mode\":9}",
                "{\"mode\":\"\"}",
                "{\"trigger\":[]}",
                "[]",
                "7",
                "\"x\""
            })
    void whatDoesNotFitIsRefused(String body) {
        assertThatThrownBy(() -> Messages.RECURRING_RUN.read(Json.parse(body))).isInstanceOf(HttpFault.class);
    }

    @Test
    void enumsByNameOrNumber() {
        assertThat(Messages.RECURRING_RUN
                        .read(Json.parse("{\"mode\":1}"))
                        .path("mode")
                        .asText())
                .isEqualTo("ENABLE");
        assertThat(Messages.RECURRING_RUN
                        .read(Json.parse("{\"mode\":\"DISABLE\"}"))
                        .path("mode")
                        .asText())
                .isEqualTo("DISABLE");
    }

    @Test
    void notJsonIsSaidWithLineAndColumn() {
        assertThatThrownBy(() -> read("{\"display_name\":")).hasMessageContaining("not valid JSON at line 1");
    }

    @Test
    void nullIsAbsent() {
        assertThat(Messages.EXPERIMENT.read(Json.parse("{\"description\":null}")))
                .isEmpty();
    }

    private static void read(String body) {
        var ignored = Messages.RUN.read(body.getBytes(StandardCharsets.UTF_8));
    }
}
