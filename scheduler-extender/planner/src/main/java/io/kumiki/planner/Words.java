package io.kumiki.planner;

import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.Placement;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reasons as sentences: what is wanted, what is there, what took the rest away.
final class Words {
    private Words() {}

    /// What a status says, in both languages.
    ///
    /// @param code of [Why]
    static Text texts(String code, String message) {
        return new Text(message, Japanese.of(code, message));
    }

    static String of(GangPlacement.Certificate why) {
        GangPlacement.Cause nearest = why.nearest();
        String at = nearest.domain().isEmpty() ? "the cluster" : why.level() + " " + nearest.domain();
        String best = why.causes().size() > 1 ? ", the best of " + why.causes().size() + " places," : "";
        String said = switch (nearest) {
            case GangPlacement.RoleShort missing ->
                at + best + " has room for " + missing.room() + " of " + missing.wanted() + " '" + missing.role() + "'";
            case GangPlacement.NoCombination ignored ->
                at + best + " has room for each class alone, for no combination of all";
            case GangPlacement.GaveUp ignored ->
                at + best + " may have room, but no combination was found in the steps allowed";
        };
        String removed = of(why.removed());
        return said + (removed.isEmpty() ? "" : "; no member fits on: " + removed);
    }

    static String of(Placement.Removed removed) {
        List<String> parts = new ArrayList<>();
        add(parts, removed.excluded(), "may not be used (labels, taints, not ready, kept for others)");
        add(parts, removed.model(), "have another GPU type");
        add(parts, removed.devices(), "lack free GPUs");
        add(parts, removed.extended(), "lack another resource");
        add(parts, removed.cpu(), "lack CPU");
        add(parts, removed.memory(), "lack memory");
        add(parts, removed.pods(), "are full of pods");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, int nodes, String what) {
        if (nodes > 0) {
            parts.add(nodes + (nodes == 1 ? " node (" : " nodes (") + what + ")");
        }
    }

    static String of(Admission.Refused refused) {
        String who = refused.holders().isEmpty()
                ? ""
                : "; above their guarantee: "
                        + String.join(
                                ", ",
                                refused.holders().stream()
                                        .limit(3)
                                        .map(h -> h.tenant() + " by " + h.aboveGuarantee())
                                        .toList());
        return refused.wanted() + " " + refused.resource() + " wanted, " + refused.missing() + " too many for "
                + switch (refused.why()) {
                    case AboveLimit -> "the limit of quota " + refused.at();
                    case NothingLeftToBorrow -> "all that quota " + refused.at() + " has";
                }
                + who;
    }

    private static String nodes(long count) {
        return count + (count == 1 ? " node" : " nodes");
    }

    private static String seconds(long seconds) {
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : (seconds + 1800) / 3600 + " h";
    }

    private static String byou(long seconds) {
        return seconds < 120 ? seconds + " 秒" : seconds < 7200 ? seconds / 60 + " 分" : (seconds + 1800) / 3600 + " 時間";
    }

    static Text move(String node, int gpus, int gangs, long lost) {
        return new Text(
                "moving " + gangs + (gangs == 1 ? " job" : " jobs") + " would free all " + gpus + " GPUs of " + node
                        + "; " + lost + " GPU-seconds of work are lost",
                gangs + " 件のジョブを移すと " + node + " の GPU " + gpus + " 基がすべて空きます（失われる処理: " + lost + " GPU 秒）");
    }

    /// @param wider null for anywhere
    static Text relaxTopology(String required, @Nullable String wider) {
        return wider == null
                ? new Text("starts now if " + required + " is only preferred", required + " を必須ではなく希望にすれば、すぐに開始できます")
                : new Text(
                        "starts now if " + wider + " is required instead of " + required,
                        "必須のレベルを " + required + " から " + wider + " に広げれば、すぐに開始できます");
    }

    static Text lowerMin(String role, int min, int wanted) {
        return new Text(
                "starts now with at least " + min + " instead of " + wanted + " '" + role + "'",
                "「" + role + "」の最小数を " + wanted + " から " + min + " に下げれば、すぐに開始できます");
    }

    static Text otherType(String type) {
        return new Text("starts now on " + type, type + " であれば、すぐに開始できます");
    }

    static Text raiseQuota(List<Admission.Refused> raised) {
        List<String> en = new ArrayList<>();
        List<String> ja = new ArrayList<>();
        for (Admission.Refused r : raised) {
            en.add(r.missing() + " more " + r.resource() + " for quota " + r.at());
            ja.add("割り当て " + r.at() + " の " + r.resource() + " を " + r.missing() + " 増やす");
        }
        return new Text("starts now with " + String.join(" and ", en), String.join("、", ja) + "と、すぐに開始できます");
    }

    static Text freeGpus(long gpus, int gangs, long seconds) {
        return new Text(
                "starts when " + gpus + " GPUs of " + gangs + (gangs == 1 ? " other job" : " other jobs")
                        + " are free, expected in " + seconds(seconds),
                "ほかの " + gangs + " 件のジョブの GPU " + gpus + " 基が空けば開始できます（見込み: " + byou(seconds) + "後）");
    }

    /// @param required the level of the tree of places where they must lie; null for anywhere
    static Text addNodes(int count, int gpus, String type, @Nullable String required) {
        String of = gpus + (type.isEmpty() ? "" : " " + type);
        return new Text(
                "starts with " + nodes(count) + " more of " + of + (gpus == 1 ? " GPU" : " GPUs")
                        + (required == null ? "" : ", in the " + required + " with most room"),
                (required == null ? "" : "空きが最も多い " + required + " に、")
                        + (type.isEmpty() ? "" : type + " ") + "GPU " + gpus + " 基のノードを " + count
                        + " 台追加すれば開始できます");
    }
}
