package io.kumiki.runs.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CappedLogTest {
    private static String capped(String log, long limit) throws IOException {
        try (var capped = new CappedLog(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)), limit)) {
            return new String(capped.open().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String letters(int n) {
        var out = new StringBuilder();
        for (int i = 0; i < n; i++) {
            out.append((char) ('a' + i % 26));
        }
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource({"0,100", "99,100", "100,100", "3000000,3000000", "2999999,3000000", "1048576,3000000", "1048577,3000000"
    })
    void aLogWithinItsLimitIsKeptWhole(int length, long limit) throws IOException {
        assertThat(capped(letters(length), limit)).isEqualTo(letters(length));
    }

    @ParameterizedTest
    @CsvSource({"101,100", "150,100", "151,100", "1000,100", "5000000,3000000", "12345678,3000001"})
    void aLongerOneKeepsItsFirstAndLastHalf(int length, int limit) throws IOException {
        var whole = letters(length);
        int half = limit / 2;
        assertThat(capped(whole, limit))
                .isEqualTo(whole.substring(0, half) + "\n… " + (length - limit) + " of " + length
                        + " bytes left out here …\n" + whole.substring(length - (limit - half)));
    }
}
