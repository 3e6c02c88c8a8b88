package io.kumiki.web.dashboard.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.store.Change;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
    private static Change change(long seq) {
        return new Change(Change.RUN, "r" + seq, "r" + seq, seq);
    }

    @Test
    void tellsWhatCameAfterAPositionAsLongAsItIsKnown() {
        ChangeLog log = new ChangeLog(10, 3);
        assertThat(log.since(10)).isEmpty();
        assertThat(log.since(9)).as("before we listened").isNull();
        assertThat(log.since(11)).as("never happened").isNull();
        log.add(List.of(change(11), change(12)));
        assertThat(log.since(10)).containsExactly(change(11), change(12));
        assertThat(log.since(11)).containsExactly(change(12));
        log.add(List.of(change(13), change(14)));
        assertThat(log.since(10)).as("change 11 is forgotten").isNull();
        assertThat(log.since(11)).hasSize(3);
        assertThat(log.newest()).isEqualTo(14);
    }
}
