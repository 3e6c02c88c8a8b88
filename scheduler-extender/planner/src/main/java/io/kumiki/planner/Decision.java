package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What is to be done; doing it twice does no harm.
public sealed interface Decision {
    /// Compare-and-set on the resourceVersion; {@link Event.Written} answers.
    record WriteStatus(String namespace, String name, String version, int number, Gang.Status status)
            implements Decision {}

    /// Post the Binding with the pod's uid and resourceVersion; {@link Event.Bound} answers, and only then the
    /// scheduler is told.
    record Bind(long call, PodFact pod, String node, Map<String, String> annotations) implements Decision {}

    /// @param error empty for done
    record AnswerBind(long call, String error) implements Decision {}

    /// @param node empty where the pod may go nowhere now
    /// @param unresolvable the sentence, when the node is empty
    record AnswerFilter(long call, String node, String unresolvable) implements Decision {}

    /// Remove the gate and write the annotations in one patch, with the pod's resourceVersion.
    ///
    /// @param pin the only node that its affinity then allows; null for a steered pod
    record Ungate(PodFact pod, @Nullable String pin, Map<String, String> annotations) implements Decision {}

    /// How a single pod is made. Carried out only while the lease is surely ours: otherwise it queues.
    record AnswerEntry(long call, Entry entry) implements Decision {}

    /// @param refusal why the pod may not be made; empty where it may
    record AnswerMember(long call, String refusal) implements Decision {}

    /// Carried out only while the lease is surely ours: otherwise the pod is gated.
    ///
    /// @param seat null where it has to wait behind its gate
    record AnswerSeat(long call, @Nullable Seat seat) implements Decision {}

    /// The slot of a member that is about to be made.
    ///
    /// @param annotations that say so
    record Seat(String node, Map<String, String> annotations) {}

    sealed interface Entry {
        Entry NOBODY_PLANS = new Queued(Why.NoLeader, English.of(new Clause.NobodyPlans()));

        /// @param devices numbers of the shared devices that it gets, empty for none
        record Pinned(String node, String devices) implements Entry {}

        /// It waits behind its gate.
        record Queued(Why why, String message) implements Entry {}
    }

    /// By the Eviction API, with the pod's uid as a precondition; {@link Event.EvictionRefused} answers where a
    /// disruption budget forbids it.
    record EvictPod(PodFact pod, String why) implements Decision {}

    /// Tells the scheduler which node the pod waits for, so that it lets nobody of lower priority there. Nothing
    /// depends on it.
    ///
    /// @param node empty when none is nominated any longer
    record Nominate(PodFact pod, String node) implements Decision {}

    /// Make a ProvisioningRequest for the minimum of each class; one that exists is left as it is.
    ///
    /// @param name of the request
    /// @param gang empty where it is for pods without one
    /// @param uid of the gang, which owns it; empty as well
    /// @param attempt for pods without a gang: how many they are
    record AskCapacity(String namespace, String name, String gang, String uid, int attempt, List<Gang.Members> classes)
            implements Decision {}

    /// The request is wanted no more.
    record LeaveCapacity(String namespace, String name) implements Decision {}

    /// With the pod's uid as a precondition.
    record DeletePod(PodFact pod, String why) implements Decision {}

    /// Change one annotation, so that writes decided on an older state of the pod fail and the scheduler looks
    /// again.
    record Touch(PodFact pod, Map<String, String> annotations) implements Decision {}

    /// Some Gang carries an epoch that our term is not above: nothing is decided in it any more. A term above `by` is
    /// wanted.
    record Outdone(long by) implements Decision {}

    /// Tell the ledger; never waited for.
    ///
    /// @param sequence within the epoch; a later (epoch, sequence) replaces an earlier one
    /// @param usage by tenant, with what is below it
    record Publish(String tree, long epoch, long sequence, SortedMap<String, Amounts> usage, List<Binding> binding)
            implements Decision {
        /// A placed gang of which not every pod is bound, or a pinned pod without a gang.
        ///
        /// @param name a pod's begins with `pod `
        public record Binding(String namespace, String name, String tenant, Amounts amounts) {}
    }
}
