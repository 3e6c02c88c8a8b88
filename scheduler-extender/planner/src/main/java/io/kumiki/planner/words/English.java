package io.kumiki.planner.words;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Clauses in English: what is wanted, what is there, what took the rest away.
public final class English {
    private English() {}

    public static String of(List<Clause> clauses) {
        return clauses.stream().map(English::of).collect(Collectors.joining("; "));
    }

    public static String of(Clause clause) {
        return switch (clause) {
            case Clause.OfLife life -> life(life);
            case Clause.OfSpec spec -> spec(spec);
            case Clause.OfQuota quota -> quota(quota);
            case Clause.OfRoom room -> room(room);
            case Clause.OfNode node -> node(node);
            case Clause.OfParty party -> party(party);
            case Clause.OfOthers others -> others(others);
        };
    }

    private static String life(Clause.OfLife clause) {
        return switch (clause) {
            case Clause.Quoted(String text) -> text;
            case Clause.SlotsOn(int slots, long nodes) -> slots + " slots on " + nodes(nodes);
            case Clause.AllBound(int members) -> "all " + members + " members are bound";
            case Clause.MembersSucceeded(int members) -> members + " members succeeded";
            case Clause.PodsExist(int there, int wanted) -> there + " of " + wanted + " pods exist";
            case Clause.SlotKept(int there, int least) ->
                there + " of " + least + " members are there; the slot is kept";
            case Clause.FewLeft(int there, int least, long seconds) ->
                there + " of at least " + least + " members were left for " + seconds + " s";
            case Clause.NoPodMade(long seconds) -> "none of its pods was made within " + seconds + " s";
            case Clause.NewAttempt(int attempt) -> "attempt " + attempt + " was asked for";
            case Clause.NotLookedAt() -> "not looked at yet";
            case Clause.FewCame(int came, int least, long seconds) ->
                "only " + came + " of " + least + " members came within " + seconds + " s after the last one";
            case Clause.SlotMoved(int slot, String role, String from, String to) ->
                "slot " + slot + " of '" + role + "' moved from " + from + " to " + to;
            case Clause.NoOtherNode() -> "no other node has room for the slot";
            case Clause.NobodyPlans() -> "nobody plans at this moment";
        };
    }

    private static String spec(Clause.OfSpec clause) {
        return switch (clause) {
            case Clause.NoSuchLevel(String level, String levels) ->
                "the topology has no level '" + level + "'; it has " + levels;
            case Clause.SameNames() -> "two classes have the same name";
            case Clause.TooManyMembers(int most) -> "a gang has at most " + most + " members";
            case Clause.WrongCounts() -> "each class wants 0 ≤ min ≤ max and max ≥ 1";
            case Clause.NotFollowed(String what) -> "not followed: " + what;
            case Clause.StatusTooLarge(int bytes) -> "its list of nodes would be larger than " + bytes + " bytes";
        };
    }

    private static String quota(Clause.OfQuota clause) {
        return switch (clause) {
            case Clause.NamespaceShort(String quota, String resource, long left, long hard, long wanted) ->
                "ResourceQuota " + quota + " allows " + Words.amount(resource, left) + " more " + resource + " of "
                        + Words.amount(resource, hard) + ", its pods that do not exist yet need "
                        + Words.amount(resource, wanted);
            case Clause.AboveLimit(String quota, String resource, long wanted, long missing) ->
                wanted + " " + resource + " wanted, " + missing + " too many for the limit of quota " + quota;
            case Clause.NothingToBorrow(String quota, String resource, long wanted, long missing) ->
                wanted + " " + resource + " wanted, " + missing + " too many for all that quota " + quota + " has";
            case Clause.AboveGuarantee(String tenant, long amount) -> tenant + " is above its guarantee by " + amount;
            case Clause.HeldByMore(int others) -> "held by " + others + " more " + (others == 1 ? "gang" : "gangs");
        };
    }

    private static String room(Clause.OfRoom clause) {
        return switch (clause) {
            case Clause.RoleShort(var at, int places, String role, int room, int wanted) ->
                place(at, places) + " has room for " + room + " of " + wanted + " '" + role + "'";
            case Clause.NoCombination(var at, int places) ->
                place(at, places) + " has room for each class alone, for no combination of all";
            case Clause.SearchEnded(var at, int places) ->
                place(at, places) + " may have room, but no combination was found in the steps allowed";
            case Clause.Filtered filtered -> "no member fits on: " + filtered(filtered);
            case Clause.KeptForOthers(int nodes) ->
                nodes(nodes) + (nodes == 1 ? " is" : " are") + " kept for others that come before it";
            case Clause.OthersFirst() -> "others before it take the room";
            case Clause.NoNodeNow() -> "no node has room now";
            case Clause.NoNodeEver() -> "no node could hold it";
            case Clause.SchedulerOffersNone() -> "the scheduler finds no node that the pod's other wishes allow";
        };
    }

    private static String node(Clause.OfNode clause) {
        return switch (clause) {
            case Clause.RefusedByScheduler(String node) -> "the scheduler finds no room for it on " + node;
            case Clause.RefusedByPlanner(String node) -> "there is no room for it on " + node + " any more";
            case Clause.NodeLost(String node) -> "node " + node + " is lost";
            case Clause.NodeShort(String node, String resource, long has, long taken) ->
                "node " + node + " has " + has + " " + resource + ", " + taken + " would be taken";
            case Clause.DeviceGiven(String node) -> "its device on " + node + " was given to another";
            case Clause.WaitsForMore(int others) -> "waits for " + others + " more to leave";
            case Clause.MoreMove(int others) -> "waits for " + others + " more to move";
            case Clause.WorkLost(long seconds) -> seconds + " GPU-seconds of work are lost";
        };
    }

    static String more(String says) {
        return says.isEmpty() ? "" : ": " + says;
    }

    private static String others(Clause.OfOthers clause) {
        return switch (clause) {
            case Clause.BudgetRefuses(String pod, String says) -> "pod " + pod + " may not leave yet: " + says;
            case Clause.PodsMakeWay(int pods) ->
                "waits for " + pods + (pods == 1 ? " ordinary pod" : " ordinary pods") + " of lower priority to leave";
            case Clause.NodesAsked() -> "more nodes were asked for";
            case Clause.NodesProvided(String says) -> "more nodes were provided for it" + more(says);
            case Clause.NodesRefused(String says) -> "the autoscaler cannot provide more nodes" + more(says);
            case Clause.NodesExpired(String says) ->
                "nodes that were provided are not kept for it any longer" + more(says);
            case Clause.BudgetsProtect(int gangs) ->
                gangs + (gangs == 1 ? " gang" : " gangs")
                        + " of lower priority may not be preempted: PodDisruptionBudgets protect their pods";
        };
    }

    private static String party(Clause.OfParty clause) {
        return switch (clause) {
            case Clause.HeldBy(Party who, long amount) -> "held by " + who(who) + ": " + amount;
            case Clause.KeptFor(int nodes, Party who) ->
                nodes(nodes) + (nodes == 1 ? " is" : " are") + " kept for " + who(who) + ", which comes before it";
            case Clause.WaitsFor(Party who) -> "waits for " + who(who) + " to leave";
            case Clause.MovesFor(Party who) ->
                "moves to make room for " + who(who) + "; a place elsewhere is kept for it";
            case Clause.WaitsToMove(Party who) -> "waits for " + who(who) + " to move elsewhere";
            case Clause.Outranked(Party who, int priority) -> who(who) + " has priority " + priority;
            case Clause.TakenBack(Party who) ->
                "it used more than is guaranteed to its tenant, and " + who(who)
                        + " takes back what is guaranteed to its own";
        };
    }

    private static String who(Party who) {
        if (who.named()) {
            return who.namespace() + "/" + who.name();
        }
        return (who.pod() ? "a pod" : "a gang") + " of another tenant (" + gpus(who.gpus()) + ")";
    }

    static String gpus(long milli) {
        String count = milli % 1000 == 0 ? Long.toString(milli / 1000) : Double.toString(milli / 1000.0);
        return count + (milli == 1000 ? " GPU" : " GPUs");
    }

    private static String place(@Nullable String at, int places) {
        return (at == null ? "the cluster" : at) + (places > 1 ? ", the best of " + places + " places," : "");
    }

    private static String filtered(Clause.Filtered f) {
        List<String> parts = new ArrayList<>();
        add(parts, f.excluded(), "may not be used (labels, taints, not ready, kept for others)");
        add(parts, f.model(), "have another GPU type");
        add(parts, f.devices(), "lack free GPUs");
        add(parts, f.extended(), "lack another resource");
        add(parts, f.cpu(), "lack CPU");
        add(parts, f.memory(), "lack memory");
        add(parts, f.pods(), "are full of pods");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, int nodes, String what) {
        if (nodes > 0) {
            parts.add(nodes(nodes) + " (" + what + ")");
        }
    }

    static String nodes(long count) {
        return count + (count == 1 ? " node" : " nodes");
    }
}
