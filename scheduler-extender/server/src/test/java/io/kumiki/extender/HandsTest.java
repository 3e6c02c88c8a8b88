package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HandsTest {
    /// Else a field of the status before would stay: slots that are kept no longer, for one.
    @Test
    void aStatusReplacesAllOfTheOneBefore() {
        var whole = Hands.whole(
                new Gang.Status(Gang.Phase.Waiting, 1, 0, null, null, "0/1", "NoRoom", "no room", null, null));
        assertThat(whole.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Gang.Status.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList())
                .contains("kept");
        assertThat(whole.path("kept").isNull()).isTrue();
    }
}
