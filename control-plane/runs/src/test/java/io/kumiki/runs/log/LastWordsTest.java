package io.kumiki.runs.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LastWordsTest {
    @Test
    void theExceptionWinsOverWhatWasPrintedAfterIt() {
        assertThat(LastWords.of(
                        "Traceback (most recent call last):\n  File x\nValueError: no such column\nHello, world!\n"))
                .isEqualTo("ValueError: no such column");
    }

    @Test
    void withoutAnExceptionTheLastLineSpeaks() {
        assertThat(LastWords.of("a\nsh: nosuch: not found\n\n")).isEqualTo("sh: nosuch: not found");
        assertThat(LastWords.of("")).isEmpty();
    }

    @Test
    void ofSeveralExceptionsTheLastOneIsTheCause() {
        assertThat(LastWords.of("KeyError: 'a'\nDuring handling…\nmy.pkg.LoadError: gone"))
                .isEqualTo("my.pkg.LoadError: gone");
    }
}
