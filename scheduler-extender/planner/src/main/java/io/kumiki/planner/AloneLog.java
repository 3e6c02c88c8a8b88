package io.kumiki.planner;

import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What becomes of pods without a gang, as rows of the decision log.
final class AloneLog {
    /// Phase and reason of each that is there, by uid.
    private final Map<String, String> last = new HashMap<>();

    /// A row where the event is one; null otherwise.
    ///
    /// @param before as things stood before the event
    @Nullable
    Decided on(Event event, State before, Instant wall) {
        return switch (event) {
            case Event.SingleSeen(SingleFact single) -> seen(single, wall);
            case Event.SingleRuns(RunFact run) -> {
                PodFact pod = before.pods.get(run.uid());
                yield pod == null
                        ? null
                        : row(pod, "Running", Why.Started, List.of(new Clause.AllBound(1)), pod.node(), wall);
            }
            case Event.PodSeen(PodFact pod)
            when last.containsKey(pod.uid()) && pod.stage().ended() ->
                pod.stage() == PodFact.Stage.SUCCEEDED
                        ? row(pod, "Done", Why.Finished, List.of(new Clause.MembersSucceeded(1)), pod.node(), wall)
                        : row(pod, "Done", Why.MemberLost, List.of(), pod.node(), wall);
            case Event.PodGone(String uid) -> gone(uid, before, wall);
            default -> null;
        };
    }

    private @Nullable Decided seen(SingleFact single, Instant wall) {
        if (Singles.waits(single) || Led.waits(single)) {
            // Until the planner has looked at it there is nothing to say.
            return single.said().isEmpty()
                    ? null
                    : row(single.pod(), "Waiting", single.why(), single.clauses(), "", wall);
        }
        return single.pin().isEmpty()
                ? null
                : row(single.pod(), "Reserved", Why.Placed, List.of(new Clause.SlotsOn(1, 1)), single.pin(), wall);
    }

    private @Nullable Decided gone(String uid, State before, Instant wall) {
        SingleFact single = before.singles.get(uid);
        PodFact pod = single == null ? before.pods.get(uid) : single.pod();
        String ended = last.get(uid);
        if (pod == null || ended == null) {
            return null;
        }
        Why why = Why.valueOf(ended.substring(ended.indexOf(' ') + 1));
        Decided row = row(pod, "Gone", why, List.of(), pod.node(), wall);
        last.remove(uid);
        return row;
    }

    private @Nullable Decided row(
            PodFact pod, String phase, Why why, List<Clause> clauses, String where, Instant wall) {
        String now = phase + " " + why.name();
        if (now.equals(last.put(pod.uid(), now))) {
            return null;
        }
        return new Decided(
                wall.getEpochSecond(),
                pod.namespace(),
                pod.name(),
                0,
                phase,
                why.name(),
                English.of(clauses),
                Said.written(clauses),
                where.isEmpty() ? null : where,
                true);
    }
}
