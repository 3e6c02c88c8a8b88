package io.kumiki.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectUriTest {
    @ParameterizedTest
    @CsvSource({
        "minio://mlpipeline/v2/x, minio, mlpipeline, v2/x",
        "s3://b, s3, b, ''",
        "S3://b/, s3, b, ''",
        "minio://b/a//c?region=eu, minio, b, a//c",
    })
    void parses(String text, String scheme, String bucket, String key) {
        assertThat(ObjectUri.parse(text)).isEqualTo(new ObjectUri(scheme, bucket, key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b/key", "gs://b/k", "minio:///k", "minio:/b/k"})
    void refusesOthers(String text) {
        assertThatThrownBy(() -> ObjectUri.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void resolves() {
        assertThat(ObjectUri.parse("minio://b/root").resolve("a/b")).hasToString("minio://b/root/a/b");
        assertThat(ObjectUri.parse("minio://b").resolve("a")).hasToString("minio://b/a");
    }
}
