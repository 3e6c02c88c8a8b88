package io.kumiki.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumTest {
    /// The check values of the CRC catalogue, over "123456789".
    @ParameterizedTest
    @CsvSource({
        "CRC32, cbf43926",
        "crc32c, e3069283",
        "crc64nvme, ae8b14860a799888",
        "sha1, f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "md5, 25f9e794323b453885f5181f1b624d0b",
    })
    void knownValues(String algorithm, String hex) {
        Checksum checksum = Checksum.of(algorithm);
        byte[] text = "x123456789".getBytes(StandardCharsets.US_ASCII);
        checksum.update(text, 1, 4);
        checksum.update(text, 5, 5);
        assertThat(HexFormat.of().formatHex(checksum.value())).isEqualTo(hex);
    }

    @Test
    void unknownOnesAreNull() {
        assertThat(Checksum.of("adler32")).isNull();
    }
}
