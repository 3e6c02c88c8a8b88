package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.placement.Rank;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.learned.Calibration;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.planner.words.Party;
import io.kumiki.planner.words.Text;
import io.kumiki.planner.words.Words;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How things stood at one moment. Never changed: any thread may read it, and whoever wants to know what would be if
/// takes a changed copy. What is dear to find out is found out once, by whoever asks first.
public final class Scene {
    /// So many of the queue are explained with what would help them.
    public static final int EXPLAINED = 50;

    /// What is known of gangs beside their objects.
    record Memory(
            RunTimes runTimes,
            Calibration calibration,
            Map<String, Origin> origins,
            Map<String, List<Decided>> timelines) {}

    final State state;
    final Memory memory;
    private final long version;
    private final Room room;
    private final Queue queue;
    private @Nullable Starts starts;
    private @Nullable Explanations explanations;
    private @Nullable List<Proposal> proposals;

    /// @param state nobody else's
    Scene(State state, long version, Memory memory) {
        this.state = state;
        this.version = version;
        this.memory = memory;
        this.room = Room.now(state, "");
        state.knowledge = knowledge();
        this.queue = Queue.of(
                state,
                state.plans.values().stream()
                        .filter(plan -> plan.phase == Gang.Phase.Waiting && !plan.ended)
                        .toList(),
                List.of());
    }

    /// Seconds since 1970.
    public long second() {
        return state.second;
    }

    /// Rises with every event.
    public long version() {
        return version;
    }

    public List<String> levels() {
        return state.levels.stream().map(PlaceLevels.Level::name).toList();
    }

    public List<NodePicture> nodes() {
        return new Pictures(this).nodes();
    }

    /// Moves that would make room where the free GPUs lie scattered, least lost work first.
    public synchronized List<Proposal> proposals() {
        List<Proposal> known = proposals;
        if (known == null) {
            known = new Proposals(this).all();
            proposals = known;
        }
        return known;
    }

    /// Takes over starts, explanations and proposals of an earlier scene, where finding them out anew is dear. What
    /// waits only since then is explained as if it had waited then, and its start is not known yet.
    public synchronized Scene knowing(Scene earlier) {
        starts = earlier.starts();
        explanations = earlier.explanations();
        proposals = earlier.proposals();
        return this;
    }

    /// The tenant above all; null where there are no tenants.
    public @Nullable String tree() {
        return state.quotaNodes.stream()
                .filter(node -> node.parent() == null)
                .map(QuotaNode::name)
                .findFirst()
                .orElse(null);
    }

    /// @param standings of the objects
    /// @param told of usage last; null where nothing was
    public List<QuotaPicture> quotas(List<Standing> standings, Decision.@Nullable Publish told) {
        return QuotaPicture.all(state, standings, told);
    }

    /// Gangs and single pods that wait, in order.
    public List<Entry> waiting() {
        List<Plan> queue = queue();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < queue.size(); i++) {
            Entry entry = Entry.of(queue.get(i), this, i + 1);
            entries.add(i < EXPLAINED ? entry.explained(explanations().of(queue.get(i)), place(queue.get(i))) : entry);
        }
        return entries;
    }

    /// How many of them wait.
    public int queued() {
        return queue().size();
    }

    /// Gangs that hold slots and single pods that hold devices, by name.
    public List<Entry> running() {
        return state.plans.values().stream()
                .filter(plan -> plan.phase.holds())
                .map(plan -> Entry.of(plan, this, null))
                .toList();
    }

    /// Null where there is neither such a gang nor such a pod.
    public @Nullable GangPicture gang(String namespace, String name) {
        Plan gang = state.plans.get(namespace + "/" + name);
        Plan plan = gang == null ? state.plans.get(namespace + "/" + Alone.named(name)) : gang;
        if (plan == null) {
            return null;
        }
        int position = queue().indexOf(plan);
        Entry entry = Entry.of(plan, this, position < 0 ? null : position + 1);
        return GangPicture.of(
                plan,
                this,
                position < 0 ? entry : entry.explained(explanations().of(plan), place(plan)));
    }

    /// Who goes before one that waits.
    Text place(Plan plan) {
        return Words.place(queue.place(plan));
    }

    /// When each waiting gang will start, by `namespace/name`.
    public Map<String, Estimate> estimates() {
        return starts().all();
    }

    public Sample sample() {
        return Sample.of(this);
    }

    synchronized Starts starts() {
        Starts known = starts;
        if (known == null) {
            known = Starts.of(this);
            starts = known;
        }
        return known;
    }

    synchronized Explanations explanations() {
        Explanations known = explanations;
        if (known == null) {
            known = new Explanations(this);
            explanations = known;
        }
        return known;
    }

    List<Plan> queue() {
        return queue.plans();
    }

    /// Also of one that came later, or waits no more.
    Rank rank(Plan plan) {
        return queue.holds(plan) ? queue.of(plan) : Queue.of(state, plan);
    }

    /// The caller does not change it; whoever wants to place takes a copy of its view.
    Room room() {
        return room;
    }

    /// Null where nobody with this uid is there any more.
    @Nullable
    Party party(String uid) {
        return partyOf(state, uid);
    }

    static @Nullable Party partyOf(State state, String uid) {
        PodFact pod = state.pods.get(uid);
        if (pod != null) {
            return pod.party();
        }
        for (Plan plan : state.plans.values()) {
            if (plan.fact.uid().equals(uid)) {
                return plan.party();
            }
        }
        return null;
    }

    @Nullable
    String tenant(String namespace) {
        return state.tenantOf.get(namespace);
    }

    Origin origin(Plan plan) {
        return memory.origins().getOrDefault(plan.fact.key(), Origin.UNKNOWN);
    }

    RunTimes.Job job(Plan plan) {
        return job(plan, origin(plan));
    }

    static RunTimes.Job job(Plan plan, Origin origin) {
        return job(plan.fact, origin);
    }

    static RunTimes.Job job(GangFact fact, Origin origin) {
        long gpus = fact.spec().classes().stream()
                .mapToLong(of -> of.max() * Entry.gpus(of))
                .sum();
        return new RunTimes.Job(fact.namespace(), origin, gpus, fact.spec().expectedSeconds());
    }

    /// What was learned, for the planner.
    public Knowledge knowledge() {
        return new Knowledge(memory.runTimes(), memory.origins());
    }

    /// How long a gang that holds slots has been running; 0 before it started.
    long elapsed(Plan plan) {
        return plan.startedSecond == 0 ? 0 : Math.max(0, state.second - plan.startedSecond);
    }
}
