package io.kumiki.conformance.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.conformance.kfp.Python;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.s3.S3Credentials;
import io.kumiki.store.s3.S3Server;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// boto3 against the S3 server: every check in python/s3_check.py.
class S3ClientIT {
    private static final S3Credentials KEYS = new S3Credentials("kumiki", "a-secret-key");

    @TempDir
    Path folder;

    @Test
    void boto3() throws Exception {
        Python python = Python.required();
        Vertx vertx = Vertx.vertx();
        try (ObjectStorage storage = DiskObjects.open(folder)) {
            S3Server server = S3Server.start(vertx, storage, KEYS, "127.0.0.1", 0)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            List<String> lines = new ArrayList<>();
            int code = python.script(
                    lines,
                    "s3_check.py",
                    "http://127.0.0.1:" + server.actualPort(),
                    KEYS.accessKey(),
                    KEYS.secretKey());
            server.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(lines).as("failed checks").noneMatch(line -> line.startsWith("FAIL"));
            assertThat(lines.stream().filter(line -> line.startsWith("ok "))).hasSizeGreaterThanOrEqualTo(19);
            assertThat(code).isZero();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
