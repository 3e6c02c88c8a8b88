package io.kumiki.agent.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The example requests of the S3 documentation ("Signature Calculations for the Authorization Header: single
/// chunk").
class SigV4Test {
    private static final S3Keys KEYS =
            new S3Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");
    private static final Instant THEN = Instant.parse("2013-05-24T00:00:00Z");
    private static final String EMPTY = SigV4.sha256(new byte[0]);

    @Test
    void signsAnObjectReadWithRange() {
        var headers = SigV4.sign(
                "GET",
                "/test.txt",
                Map.of(),
                Map.of("host", "examplebucket.s3.amazonaws.com", "range", "bytes=0-9"),
                EMPTY,
                KEYS,
                THEN);
        assertThat(headers.get("authorization"))
                .endsWith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void signsAWriteWhosePathNeedsEncoding() {
        var headers = SigV4.sign(
                "PUT",
                "/test$file.text",
                Map.of(),
                Map.of(
                        "host", "examplebucket.s3.amazonaws.com",
                        "date", "Fri, 24 May 2013 00:00:00 GMT",
                        "x-amz-storage-class", "REDUCED_REDUNDANCY"),
                SigV4.sha256("Welcome to Amazon S3.".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                KEYS,
                THEN);
        assertThat(headers.get("authorization"))
                .endsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @Test
    void signsAListing() {
        var headers = SigV4.sign(
                "GET",
                "/",
                Map.of("max-keys", "2", "prefix", "J"),
                Map.of("host", "examplebucket.s3.amazonaws.com"),
                EMPTY,
                KEYS,
                THEN);
        assertThat(headers.get("authorization"))
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }
}
