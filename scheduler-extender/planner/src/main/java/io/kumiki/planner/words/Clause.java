package io.kumiki.planner.words;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A part of a sentence as data: its name says what is told, its components are the numbers and names in it.
/// [English] and [Japanese] are the words. Objects and logs carry it as [Gang.Because].
public sealed interface Clause {
    /// What became of its members.
    sealed interface OfLife extends Clause {}

    /// What is wrong with its spec.
    sealed interface OfSpec extends Clause {}

    sealed interface OfQuota extends Clause {}

    sealed interface OfRoom extends Clause {}

    sealed interface OfNode extends Clause {}

    /// Speaks of another gang or pod.
    sealed interface OfParty extends Clause {
        Party who();

        Clause of(Party another);
    }

    /// Words of somebody else, or of a time before sentences were data.
    record Quoted(String text) implements OfLife {}

    record SlotsOn(int slots, long nodes) implements OfLife {}

    record AllBound(int members) implements OfLife {}

    record MembersSucceeded(int members) implements OfLife {}

    record PodsExist(int there, int wanted) implements OfLife {}

    record SlotKept(int there, int least) implements OfLife {}

    record FewLeft(int there, int least, long seconds) implements OfLife {}

    record NoPodMade(long seconds) implements OfLife {}

    record NewAttempt(int attempt) implements OfLife {}

    record NotLookedAt() implements OfLife {}

    record FewCame(int came, int least, long seconds) implements OfLife {}

    record SlotMoved(int slot, String role, String from, String to) implements OfLife {}

    record NoOtherNode() implements OfLife {}

    record NoSuchLevel(String level, String levels) implements OfSpec {}

    record SameNames() implements OfSpec {}

    record TooManyMembers(int most) implements OfSpec {}

    record WrongCounts() implements OfSpec {}

    record StatusTooLarge(int bytes) implements OfSpec {}

    /// @param what another system's object asks that nobody here does
    record NotFollowed(String what) implements OfSpec {}

    /// @param left of the ResourceQuota
    /// @param wanted by pods that do not exist yet
    record NamespaceShort(String quota, String resource, long left, long hard, long wanted) implements OfQuota {}

    record AboveLimit(String quota, String resource, long wanted, long missing) implements OfQuota {}

    record NothingToBorrow(String quota, String resource, long wanted, long missing) implements OfQuota {}

    record AboveGuarantee(String tenant, long amount) implements OfQuota {}

    record HeldBy(Party who, long amount) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new HeldBy(another, amount);
        }
    }

    record HeldByMore(int others) implements OfQuota {}

    /// @param at level and name of the place that came closest; null for the whole cluster
    /// @param places that were looked at
    record RoleShort(@Nullable String at, int places, String role, int room, int wanted) implements OfRoom {}

    record NoCombination(@Nullable String at, int places) implements OfRoom {}

    record SearchEnded(@Nullable String at, int places) implements OfRoom {}

    /// Nodes that take no member, by what removed them.
    record Filtered(int excluded, int model, int devices, int extended, int cpu, int memory, int pods)
            implements OfRoom {}

    record KeptFor(int nodes, Party who) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new KeptFor(nodes, another);
        }
    }

    record KeptForOthers(int nodes) implements OfRoom {}

    record OthersFirst() implements OfRoom {}

    record NobodyPlans() implements OfLife {}

    record NoNodeNow() implements OfRoom {}

    record NoNodeEver() implements OfRoom {}

    /// By what only the scheduler looks at.
    record SchedulerOffersNone() implements OfRoom {}

    record RefusedByScheduler(String node) implements OfNode {}

    /// There is no room for it there any more, whatever the scheduler was told before.
    record RefusedByPlanner(String node) implements OfNode {}

    record NodeLost(String node) implements OfNode {}

    record NodeShort(String node, String resource, long has, long taken) implements OfNode {}

    record DeviceGiven(String node) implements OfNode {}

    record WaitsFor(Party who) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new WaitsFor(another);
        }
    }

    record WaitsForMore(int others) implements OfNode {}

    record WorkLost(long gpuSeconds) implements OfNode {}

    record MoreMove(int others) implements OfNode {}

    /// What others allow or do.
    sealed interface OfOthers extends Clause {}

    record BudgetRefuses(String pod, String says) implements OfOthers {}

    /// @param pods of lower priority, without devices
    record PodsMakeWay(int pods) implements OfOthers {}

    /// An autoscaler was asked for more nodes.
    record NodesAsked() implements OfOthers {}

    /// @param says the autoscaler's words
    record NodesProvided(String says) implements OfOthers {}

    record NodesRefused(String says) implements OfOthers {}

    record NodesExpired(String says) implements OfOthers {}

    /// @param gangs of lower priority that may not be preempted
    record BudgetsProtect(int gangs) implements OfOthers {}

    record Outranked(Party who, int priority) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new Outranked(another, priority);
        }
    }

    /// Of one whose tenant used what is guaranteed to another's.
    record TakenBack(Party who) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new TakenBack(another);
        }
    }

    /// Of a gang that makes room by moving.
    record MovesFor(Party who) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new MovesFor(another);
        }
    }

    record WaitsToMove(Party who) implements OfParty {
        @Override
        public Clause of(Party another) {
            return new WaitsToMove(another);
        }
    }

    /// By name.
    Map<String, Class<?>> KINDS = Stream.of(Clause.class.getPermittedSubclasses())
            .flatMap(group -> Stream.of(group.getPermittedSubclasses()))
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, kind -> kind));

    /// The same with another party, where it speaks of one.
    default Clause about(UnaryOperator<Party> change) {
        return this instanceof OfParty naming ? naming.of(change.apply(naming.who())) : this;
    }

    /// As it stands in objects and logs.
    default Gang.Because written() {
        var with = new TreeMap<String, String>();
        flatten("", Json.mapper().valueToTree(this), with);
        return new Gang.Because(getClass().getSimpleName(), with.isEmpty() ? null : with);
    }

    private static void flatten(String before, JsonNode record, Map<String, String> with) {
        record.properties().forEach(field -> {
            if (field.getValue().isObject()) {
                flatten(field.getKey() + ".", field.getValue(), with);
            } else if (!field.getValue().isNull()) {
                with.put(before + field.getKey(), field.getValue().asText());
            }
        });
    }

    /// Null where it is none that is known here.
    static @Nullable Clause read(Gang.Because because) {
        Class<?> kind = KINDS.get(because.says());
        if (kind == null) {
            return null;
        }
        ObjectNode record = Json.object();
        Map<String, String> with = because.with() == null ? Map.of() : because.with();
        with.forEach((name, value) -> {
            int dot = name.indexOf('.');
            if (dot < 0) {
                record.put(name, value);
            } else {
                record.withObjectProperty(name.substring(0, dot)).put(name.substring(dot + 1), value);
            }
        });
        try {
            return (Clause) Json.mapper().convertValue(record, kind);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
