package io.kumiki.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexRangesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "0", "1,3-5,7", "0,1", "0-2", "2,3,5-9"})
    void textAndSetAreTheSame(String text) {
        assertThat(IndexRanges.parse(text).text()).isEqualTo(text);
    }

    @Test
    void countsAndEnds() {
        IndexRanges ranges = IndexRanges.parse("1,3-5,7");
        assertThat(ranges.count()).isEqualTo(5);
        assertThat(ranges.last()).isEqualTo(7);
        assertThat(ranges.contains(4)).isTrue();
        assertThat(ranges.contains(2)).isFalse();
        assertThat(IndexRanges.NONE.last()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "1,", "3-1", "1,1", "5,3", "-1", "1-", "99999999999"})
    void nonsenseIsRefused(String text) {
        assertThatThrownBy(() -> IndexRanges.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
