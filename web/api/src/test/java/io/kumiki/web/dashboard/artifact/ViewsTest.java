package io.kumiki.web.dashboard.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewsTest {
    private static ArrayNode metadata(String type, String json) {
        ArrayNode views = Json.array();
        MetadataViews.add(
                new ArtifactRecord(
                        1,
                        "n",
                        null,
                        null,
                        "k",
                        0,
                        "a",
                        type,
                        "",
                        "minio://b/k",
                        (ObjectNode) Json.parse(json),
                        Instant.EPOCH),
                views);
        return views;
    }

    private static ArrayNode text(Media media, String text, boolean cut) {
        ArrayNode views = Json.array();
        TextViews.add(media, text.getBytes(StandardCharsets.UTF_8), cut, 2, views);
        return views;
    }

    @Test
    void confusionMatrixAndRocAsTheSdkWritesThem() {
        ArrayNode views = metadata("system.ClassificationMetrics", """
                {"confusionMatrix":{"annotationSpecs":[{"displayName":"cat"},{"displayName":"dog"}],"rows":[{"row":[9.0,1.0]},{"row":[2.0,8.0]}]},
                 "confidenceMetrics":[{"confidenceThreshold":1.7976931348623157e308,"falsePositiveRate":0.0,"recall":0.0},
                   {"confidenceThreshold":0.5,"falsePositiveRate":0.5,"recall":1.0},{"confidenceThreshold":0.1,"falsePositiveRate":1.0,"recall":1.0}]}
                """);
        assertThat(views.get(0).toString())
                .isEqualTo(
                        "{\"kind\":\"confusionMatrix\",\"title\":null,\"labels\":[\"cat\",\"dog\"],\"matrix\":[[9.0,1.0],[2.0,8.0]]}");
        assertThat(views.get(1).path("auc").asDouble()).isEqualTo(0.75);
        assertThat(views.get(1).path("points").get(0).path("threshold").isNull())
                .isTrue();
        assertThat(views.get(1).path("points").get(1).toString())
                .isEqualTo("{\"fpr\":0.5,\"tpr\":1.0,\"threshold\":0.5}");
    }

    @Test
    void theDiagonalHasHalfTheArea() {
        ArrayNode views = metadata(
                "system.ClassificationMetrics",
                "{\"confidenceMetrics\":[{\"confidenceThreshold\":1,\"falsePositiveRate\":0.25,\"recall\":0.25}]}");
        assertThat(views.get(0).path("auc").asDouble()).isEqualTo(0.5);
        assertThat(metadata("system.ClassificationMetrics", "{}")).isEmpty();
        assertThat(metadata("system.Metrics", "{}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "system.HTML|out|hello|HTML",
                "system.Markdown|out|# a|MARKDOWN",
                "system.Dataset|d.csv|a|CSV",
                "system.Dataset|data|a,b\\n1,2\\n3,4|CSV",
                "system.Dataset|data|{\"a\":1}\\n{\"a\":2}\\n|JSON_LINES",
                "system.Artifact|x|{\"a\":1}|JSON",
                "system.Artifact|x|[1]|JSON",
                "system.Artifact|x|hello, world|PLAIN",
                "system.Artifact|p.svg|<svg/>|HTML",
                "system.Artifact|x|<!DOCTYPE html><p>|HTML",
                "system.HTML|x|\\0abc|BINARY",
            })
    void mediaByTypeNameAndBeginning(String type, String key, String start, Media wanted) {
        byte[] bytes = start.replace("\\n", "\n").replace("\\0", "\0").getBytes(StandardCharsets.UTF_8);
        assertThat(Media.of(type, key, bytes)).isEqualTo(wanted);
    }

    @Test
    void picturesAreToldByTheirBytesNotByTheirName() {
        byte[] png = "\u0089PNG\r\n\u001a\n....".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Media.of("system.HTML", "x.html", png)).isEqualTo(Media.IMAGE);
        assertThat(Media.IMAGE.contentType(png)).isEqualTo("image/png");
        assertThat(Media.of("system.Artifact", "x.png", "<script>".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Media.PLAIN);
    }

    @Test
    void textMayEndInsideACharacter() {
        byte[] kanji = "組木".getBytes(StandardCharsets.UTF_8);
        assertThat(Media.isText(java.util.Arrays.copyOf(kanji, 5))).isTrue();
        assertThat(Media.isText(new byte[] {(byte) 0xC3, 0x28, 0x41, 0x41, 0x41, 0x41}))
                .isFalse();
    }

    @Test
    void recordsBecomeTables() {
        assertThat(text(Media.JSON_LINES, "{\"a\":1}\n{\"b\":[2]}\n{\"a\":3}\n", false)
                        .get(0)
                        .toString())
                .isEqualTo(
                        "{\"kind\":\"table\",\"columns\":[\"a\",\"b\"],\"totalRows\":3,\"truncated\":true,\"rows\":[[1,null],[null,[2]]]}");
        assertThat(text(Media.JSON, "[[1,2],[3]]", false).get(0).path("rows").toString())
                .isEqualTo("[[1,2],[3,null]]");
        assertThat(text(Media.JSON, "[1,2]", false)).hasSize(1);
        // what was cut off has no total, and its last line is no record
        assertThat(text(Media.CSV, "a,b\n1,2\n3,", true).get(0).toString())
                .isEqualTo(
                        "{\"kind\":\"table\",\"columns\":[\"a\",\"b\"],\"totalRows\":null,\"truncated\":true,\"rows\":[[\"1\",\"2\"]]}");
    }

    @Test
    void quotedFieldsHoldSeparatorsAndLineEnds() {
        assertThat(Separated.read("\uFEFFa,\"b\nc\"\r\n\r\n\"d\"\"e\",\n,f", ','))
                .isEqualTo(List.of(List.of("a", "b\nc"), List.of("d\"e", ""), List.of("", "f")));
        assertThat(Separated.read("\"open", ',')).isEqualTo(List.of(List.of("open")));
    }
}
