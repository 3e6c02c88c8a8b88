package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.Listed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What clients were told before a kill, and whether what is found afterwards may follow from it: everything that was
/// acknowledged, and of each writer at most the one write that was on its way.
final class AcknowledgedWrites {
    /// One object as its writer knows it.
    private record State(String uid, long revision, String value) {}

    private final Map<String, State> live = new HashMap<>();
    private final Set<String> uids = new HashSet<>();
    private final Set<Long> revisions = new HashSet<>();
    private long atStart;
    private long highest;
    private int writes;

    /// How many were acknowledged so far.
    int writes() {
        return writes;
    }

    /// The revision that the last look ended at.
    long atStart() {
        return atStart;
    }

    void created(String name, long revision, String uid, String value) {
        assertThat(uids.add(uid)).as("%s: a uid is given once", name).isTrue();
        assertThat(live).as("a name is given once").doesNotContainKey(name);
        acknowledged(name, revision);
        live.put(name, new State(uid, revision, value));
    }

    void changed(String name, long revision, String uid, String value) {
        State old = live.get(name);
        assertThat(old).as("%s is there", name).isNotNull();
        assertThat(uid).isEqualTo(old.uid());
        acknowledged(name, revision);
        live.put(name, new State(uid, revision, value));
    }

    void deleted(String name, String uid) {
        State old = live.remove(name);
        assertThat(old).as("%s was there", name).isNotNull();
        assertThat(uid).isEqualTo(old.uid());
        writes++;
    }

    private void acknowledged(String name, long revision) {
        assertThat(revision)
                .as("%s: revisions go on above everything seen before", name)
                .isGreaterThan(atStart);
        assertThat(revisions.add(revision))
                .as("revision %d is given once", revision)
                .isTrue();
        highest = Math.max(highest, revision);
        writes++;
    }

    /// Looks at what is there after a kill; it is what is known from now on.
    ///
    /// @return how many writes had been carried out without an answer
    int check(String when, Listed listed) {
        assertThat(listed.revision()).as(when).isGreaterThanOrEqualTo(highest);
        Map<String, State> found = new HashMap<>();
        for (JsonNode item : listed.items()) {
            found.put(
                    item.at("/metadata/name").asText(),
                    new State(
                            item.at("/metadata/uid").asText(),
                            item.at("/metadata/resourceVersion").asLong(),
                            item.at("/data/turn").asText()));
        }
        Set<String> names = new HashSet<>(live.keySet());
        names.addAll(found.keySet());
        Map<String, List<String>> unanswered = new HashMap<>();
        for (String name : names) {
            State told = live.get(name);
            State there = found.get(name);
            if (!Objects.equals(told, there)) {
                String writer = name.substring(0, name.indexOf('-'));
                unanswered.computeIfAbsent(writer, w -> new ArrayList<>()).add(name + ": " + told + " is " + there);
                assertThat(mayFollow(told, there))
                        .as("%s: %s: %s is %s", when, name, told, there)
                        .isTrue();
            }
        }
        assertThat(unanswered.values())
                .as("%s: a writer has one write on its way", when)
                .allSatisfy(each -> assertThat(each).hasSize(1));
        live.clear();
        live.putAll(found);
        atStart = listed.revision();
        highest = atStart;
        return unanswered.size();
    }

    /// Whether one write can have led there.
    private boolean mayFollow(@Nullable State told, @Nullable State there) {
        if (there == null) {
            return true;
        }
        boolean newer = there.revision() > atStart && revisions.add(there.revision());
        return newer && (told == null ? uids.add(there.uid()) : told.uid().equals(there.uid()));
    }
}
