package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Party;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One gang as the planner knows it. Owned by the planner, changed in place.
public final class Plan {
    /// The slots of one class; the index in the list is the slot's.
    static final class Row {
        Gang.Members members;
        final Map<String, Long> amounts;
        /// What ResourceQuotas count as its limits.
        final Map<String, Long> limits;
        final List<String> nodes = new ArrayList<>();
        final List<String> devices = new ArrayList<>();

        Row(Gang.Members members) {
            this.members = members;
            this.amounts = Shape.amounts(members.requests());
            Gang.Charged charged = members.charged();
            Map<String, String> given = charged == null ? null : charged.limits();
            this.limits = given == null ? amounts : Shape.amounts(given);
        }

        void trimToMinimum() {
            while (nodes.size() > members.min()) {
                nodes.removeLast();
                devices.removeLast();
            }
        }

        /// As the Gang's status names them.
        Gang.Slots told() {
            return new Gang.Slots(
                    members.name(),
                    List.copyOf(nodes),
                    devices.stream().allMatch(String::isEmpty) ? null : List.copyOf(devices));
        }

        /// As a status names them; those of classes that the spec has not are left out.
        static List<Row> read(@Nullable List<Gang.Slots> slots, List<Gang.Members> classes) {
            List<Row> rows = new ArrayList<>();
            for (Gang.Slots of : slots == null ? List.<Gang.Slots>of() : slots) {
                for (Gang.Members members : classes) {
                    if (members.name().equals(of.name())) {
                        rows.add(read(of, members));
                    }
                }
            }
            return rows;
        }

        private static Row read(Gang.Slots of, Gang.Members members) {
            Row row;
            try {
                row = new Row(members);
            } catch (IllegalArgumentException e) {
                // Somebody spoiled the spec meanwhile: the slots are kept, their pods say what they take.
                row = new Row(new Gang.Members(
                        members.name(), members.min(), members.max(), members.wave(), Map.of(), null, null, null));
            }
            row.nodes.addAll(of.nodes());
            List<String> devices = of.devices() == null ? List.of() : of.devices();
            for (int i = 0; i < of.nodes().size(); i++) {
                row.devices.add(i < devices.size() ? devices.get(i) : "");
            }
            return row;
        }

        /// Only the numbers follow the spec while slots are held; a new shape needs a new attempt.
        void resize(int min, int max) {
            members = members.sized(min, max);
        }
    }

    /// A bind call that waits.
    record Held(long call, String node) {}

    /// A slot that was given up.
    ///
    /// @param version of the plan that no longer has it
    record Leaving(Map<String, Long> amounts, String node, String devices, int version) {}

    public GangFact fact;
    /// The reservation's id, asked for by every pod at every look; the uid never changes.
    private String named = "";
    private int namedAttempt = -1;
    Gang.Phase phase = Gang.Phase.Waiting;
    int attempt;
    boolean ended;
    public Why why = Why.NoRoom;
    public List<Clause> said = List.of();
    /// Owned by [StatusText].
    StatusText.@Nullable Told told;
    /// Owned by [Steering]: the version of the slots that it tells of, 0 for none.
    int steered;
    String where = "";
    /// When it will start, as far as anybody knows.
    @Nullable
    Estimate start;

    final List<Row> rows = new ArrayList<>();
    /// Slots that its object may still name: whoever leads next would take them for promised, so nobody else gets
    /// them before the write without them is done.
    final List<Leaving> leaving = new ArrayList<>();
    final Map<String, Held> held = new LinkedHashMap<>();
    final Seats seats = new Seats();
    /// Calls whose binding is on its way, by the pod's uid; see [#binds] and [#bound].
    final Map<String, Long> binding = new TreeMap<>();
    /// Owned by [Occupancy]; null where nothing was counted for the slots as they are.
    @Nullable
    Occupancy occupancy;
    /// When a wish about a pod was last uttered.
    final Map<String, Long> asked = new HashMap<>();
    /// The version of each gated pod whose gate was last to be removed: another one has spoiled that write.
    final Map<String, String> ungated = new HashMap<>();
    /// By class and slot: until when ordinary pods on its node are awaited to leave; once in an attempt.
    final Map<String, Long> ways = new HashMap<>();
    /// Pods that a disruption budget did not let go.
    final Set<String> kept = new TreeSet<>();
    /// Nodes that were nominated for pods, by uid.
    final Map<String, String> nominated = new TreeMap<>();
    /// Since when steered pods are refused without that we were asked.
    final Map<String, Long> unheard = new HashMap<>();
    /// Pinned pods that must go because their slot is elsewhere now.
    final Set<String> doomed = new TreeSet<>();
    /// Pods with the version that the leader before us may still act on: nothing is changed until each has another.
    final Map<String, String> untouched = new TreeMap<>();
    /// Its object carries our epoch, so that no leader before us can write it any more.
    boolean fenced = true;
    long reservedAt;
    /// Since when its attempt is over and its pods are to go.
    long releasedAt;
    long progressAt;
    long partialSince = -1;
    /// All its members have existed in this attempt.
    boolean whole;
    /// Since when no missing member has come; -1 while none is missing.
    long missingSince = -1;
    int missing;
    long writtenAt;
    /// Not placed before: its slots were held for nothing, now others have the first choice.
    long restUntil;

    /// Writes of its status that were refused on end for what it says.
    int refused;
    long startedSecond;
    /// Raised whenever slots change; a slot counts only once the write with its version is done.
    int version = 1;
    int durable;
    /// Number and version of the write that is on its way; 0 for none.
    int inFlight;
    int inFlightVersion;
    Gang.@Nullable Status sent;
    long retryAt;
    /// Its status may have to be written; see [#look].
    boolean looked = true;
    /// Where those are listed whose status or slots may have to be told of; null for one that nobody tells of.
    private @Nullable Map<String, Plan> untold;

    Plan(GangFact fact) {
        this.fact = fact;
        this.attempt = fact.spec().attempt();
    }

    /// From now on whatever changes of it is listed there.
    Plan listedIn(Map<String, Plan> list) {
        untold = list;
        look();
        return this;
    }

    /// Something of it changed.
    void look() {
        looked = true;
        if (untold != null) {
            untold.put(fact.key(), this);
        }
    }

    String reservation() {
        if (namedAttempt != attempt) {
            namedAttempt = attempt;
            named = fact.uid() + "." + attempt;
        }
        return named;
    }

    private boolean isCurrent(PodFact.Member member) {
        return member.reservation().equals(reservation());
    }

    /// The slots are promised in Kubernetes, not only here.
    boolean isDurable() {
        return durable == version;
    }

    @Nullable
    Row row(String className) {
        for (Row row : rows) {
            if (row.members.name().equals(className)) {
                return row;
            }
        }
        return null;
    }

    /// The row of the pod's slot; -1 where it has none in this attempt.
    int rowOf(PodFact pod) {
        PodFact.Member member = pod.member();
        if (member == null || rows.isEmpty() || !isCurrent(member)) {
            return -1;
        }
        for (int r = 0; r < rows.size(); r++) {
            if (rows.get(r).members.name().equals(member.className())) {
                boolean inside = member.index() >= 0
                        && member.index() < rows.get(r).nodes.size();
                return inside ? r : -1;
            }
        }
        return -1;
    }

    /// The node of the pod's slot; null where it has none in this attempt.
    @Nullable
    String nodeOf(PodFact pod) {
        int row = rowOf(pod);
        return row < 0
                ? null
                : rows.get(row).nodes.get(Objects.requireNonNull(pod.member()).index());
    }

    /// Made for a slot that is gone.
    boolean isForeign(PodFact pod) {
        PodFact.Member member = pod.member();
        return member != null && !pod.stage().ended() && !member.reservation().isEmpty() && rowOf(pod) < 0;
    }

    void binds(String uid, long call) {
        if (binding.put(uid, call) == null) {
            tell(uid, 1);
        }
    }

    /// False where no binding of it was on its way.
    boolean bound(String uid) {
        boolean was = binding.remove(uid) != null;
        if (was) {
            tell(uid, -1);
        }
        return was;
    }

    private void tell(String uid, int more) {
        Occupancy known = Occupancy.known(this);
        if (known != null) {
            known.binding(uid, more);
        }
    }

    int slots() {
        return rows.stream().mapToInt(row -> row.nodes.size()).sum();
    }

    void say(Why code, Clause... clauses) {
        say(code, List.of(clauses));
    }

    void say(Why code, List<Clause> clauses) {
        why = code;
        said = List.copyOf(clauses);
        look();
    }

    /// In English.
    String message() {
        return English.of(said);
    }

    /// Changes nothing of the row: whoever calls this raises the version.
    void leave(Row row, int slot) {
        leaving.add(new Leaving(row.amounts, row.nodes.get(slot), row.devices.get(slot), version + 1));
    }

    /// Its object says what this version says; true where somebody may have room now.
    boolean left(int written) {
        return leaving.removeIf(slot -> slot.version() <= written);
    }

    void clear() {
        for (Row row : rows) {
            for (int i = 0; i < row.nodes.size(); i++) {
                leave(row, i);
            }
        }
        rows.clear();
        seats.clear();
        where = "";
        partialSince = -1;
        asked.clear();
        ungated.clear();
        doomed.clear();
        unheard.clear();
        kept.clear();
        ways.clear();
        version++;
    }

    /// As others are told of it.
    Party party() {
        long gpus = fact.spec().classes().stream()
                .mapToLong(c -> c.min() * Entry.gpus(c))
                .sum();
        return new Party(Alone.is(fact), fact.uid(), fact.namespace(), Alone.shown(fact.name()), gpus);
    }

    /// Why it is as it is.
    Said told() {
        return new Said(why.name(), said);
    }
}
