package io.kumiki.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.agent.s3.S3Failure;
import io.kumiki.agent.s3.S3Uri;
import io.kumiki.store.objects.DiskObjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedObjectsTest {
    @TempDir
    Path dir;

    private static S3Uri uri(String key) {
        return new S3Uri("minio", "steps", key);
    }

    @Test
    void bytesAndFilesGoThereAndBack() throws Exception {
        try (var disk = DiskObjects.open(dir.resolve("objects"))) {
            disk.createBucket("steps");
            var objects = new EmbeddedObjects(disk);
            Path file = Files.write(dir.resolve("model.bin"), new byte[300_000]);
            objects.put(uri("a/model"), file);
            objects.put(uri("a/outcome.json"), "{}".getBytes(StandardCharsets.UTF_8), "application/json");
            assertThat(disk.head("steps", "a/outcome.json")).isNotNull();
            assertThat(objects.list(uri("a"), null).keys()).containsExactly("a/model", "a/outcome.json");
            assertThat(objects.get(uri("a/model"), dir.resolve("copy"))).isTrue();
            assertThat(dir.resolve("copy")).hasSameBinaryContentAs(file);
            assertThat(dir.resolve("copy.kumiki-part")).doesNotExist();
        }
    }

    @Test
    void whatIsNotThereIsToldAsOverHttp() throws Exception {
        try (var disk = DiskObjects.open(dir.resolve("objects"))) {
            var objects = new EmbeddedObjects(disk);
            assertThat(objects.get(uri("none"), dir.resolve("copy"))).isFalse();
            assertThat(dir.resolve("copy")).doesNotExist();
            assertThatThrownBy(() -> objects.put(uri("x"), new byte[1], "text/plain"))
                    .isInstanceOfSatisfying(S3Failure.class, f -> {
                        assertThat(f.status()).isEqualTo(404);
                        assertThat(f.retryable()).isFalse();
                    });
        }
    }
}
