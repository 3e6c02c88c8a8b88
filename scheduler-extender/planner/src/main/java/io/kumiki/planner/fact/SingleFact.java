package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What matters of a pod without a gang that asks for devices and is not bound yet.
///
/// @param shape what it asks for, `min` and `max` 1
/// @param created seconds since 1970
/// @param expectedSeconds how long it will run, null where nobody knows
/// @param claim the promise that it was made with, empty for none
/// @param pin the only node that its affinity allows, empty while it waits behind our gate
/// @param held somebody else's gate holds it as well
/// @param remade its controller makes another in its place without harm when it is removed
/// @param said why it waits, as it was told last: code, colon, words
/// @param because these words as data; null where they were told before they were
/// @param led where it may be only the scheduler knows: it is never pinned, the filter verb leads it
public record SingleFact(
        PodFact pod,
        Gang.Members shape,
        int priority,
        long created,
        @Nullable Long expectedSeconds,
        String claim,
        String pin,
        boolean held,
        boolean remade,
        String said,
        @Nullable List<Gang.Because> because,
        boolean led) {
    public String uid() {
        return pod.uid();
    }

    /// As it was told last.
    public Why why() {
        for (Why why : Why.values()) {
            if (said.startsWith(why.name() + ":")) {
                return why;
            }
        }
        return Why.NoRoom;
    }

    public List<Clause> clauses() {
        int colon = said.indexOf(':');
        return Said.read(because, colon < 0 ? "" : said.substring(colon + 1).strip());
    }
}
