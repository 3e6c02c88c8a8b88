package io.kumiki.planner.words;

import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.Placement;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Refusals as clauses; what would help, in both languages.
public final class Words {
    private Words() {}

    /// As people write it: `1500m` or `2` of CPU, `12Gi` of memory where that is exact.
    ///
    /// @param resource as a quota names it
    /// @param amount CPU in milli, everything else in units
    static String amount(String resource, long amount) {
        if (resource.endsWith("cpu")) {
            return amount % 1000 == 0 ? Long.toString(amount / 1000) : amount + "m";
        }
        if (resource.endsWith("memory") || resource.endsWith("storage")) {
            for (int unit = 3; unit > 0; unit--) {
                if (amount != 0 && amount % (1L << (10 * unit)) == 0) {
                    return (amount >> (10 * unit))
                            + List.of("", "Ki", "Mi", "Gi").get(unit);
                }
            }
        }
        return Long.toString(amount);
    }

    public static List<Clause> of(GangPlacement.Certificate why) {
        GangPlacement.Cause nearest = why.nearest();
        String at = nearest.domain().isEmpty() ? null : why.level() + " " + nearest.domain();
        int places = why.causes().size();
        List<Clause> clauses = new ArrayList<>();
        clauses.add(
                switch (nearest) {
                    case GangPlacement.RoleShort(var _, String role, int wanted, int room) ->
                        new Clause.RoleShort(at, places, role, room, wanted);
                    case GangPlacement.NoCombination ignored -> new Clause.NoCombination(at, places);
                    case GangPlacement.GaveUp ignored -> new Clause.SearchEnded(at, places);
                });
        clauses.addAll(of(why.removed()));
        return clauses;
    }

    public static List<Clause> of(Placement.Removed removed) {
        var filtered = new Clause.Filtered(
                removed.excluded(),
                removed.model(),
                removed.devices(),
                removed.extended(),
                removed.cpu(),
                removed.memory(),
                removed.pods());
        return filtered.equals(new Clause.Filtered(0, 0, 0, 0, 0, 0, 0)) ? List.of() : List.of(filtered);
    }

    public static List<Clause> of(Admission.Refused refused) {
        List<Clause> clauses = new ArrayList<>();
        clauses.add(
                switch (refused.why()) {
                    case AboveLimit ->
                        new Clause.AboveLimit(refused.at(), refused.resource(), refused.wanted(), refused.missing());
                    case NothingLeftToBorrow ->
                        new Clause.NothingToBorrow(
                                refused.at(), refused.resource(), refused.wanted(), refused.missing());
                });
        refused.holders().stream()
                .limit(3)
                .forEach(h -> clauses.add(new Clause.AboveGuarantee(h.tenant(), h.aboveGuarantee())));
        return clauses;
    }

    /// Who goes first, and why.
    public static Text place(Place place) {
        int first = place.position() - 1;
        List<String> en = new ArrayList<>();
        add(
                en,
                place.overdue(),
                place.overdue() + (place.overdue() == 1 ? " that has" : " that have") + " waited long");
        add(en, place.several(), "the oldest that needs several members");
        add(en, place.shorter(), place.shorter() + (place.shorter() == 1 ? " shorter one" : " shorter ones"));
        add(en, place.older(), place.older() + (place.older() == 1 ? " older one" : " older ones"));
        List<String> all = new ArrayList<>();
        add(all, place.higher(), place.higher() + " of higher priority");
        add(all, en.size(), String.join(", ", en) + " of the same priority");
        List<String> ja = new ArrayList<>();
        add(ja, place.overdue(), "長く待っている " + place.overdue() + " 件");
        add(ja, place.several(), "複数のメンバーを必要とする最も古い 1 件");
        add(ja, place.shorter(), "より短い " + place.shorter() + " 件");
        add(ja, place.older(), "先に待っている " + place.older() + " 件");
        List<String> alle = new ArrayList<>();
        add(alle, place.higher(), "優先度の高い " + place.higher() + " 件");
        add(alle, ja.size(), "同じ優先度の" + String.join("、", ja));
        return new Text(
                ordinal(place.position())
                        + own(place, ", as it has waited long", ", as the oldest that needs several")
                        + (first == 0
                                ? ""
                                : ": " + String.join(", ", all) + (first == 1 ? " goes first" : " go first")),
                place.position() + " 番目" + own(place, "（長く待っているため）", "（複数のメンバーを必要とする最も古いジョブ）")
                        + (first == 0 ? "" : ": " + String.join("、", alle) + "が先です"));
    }

    private static String own(Place place, String overdue, String several) {
        return switch (place.turn()) {
            case overdue -> overdue;
            case firstOfSeveral -> several;
            case byAge, byLength -> "";
        };
    }

    private static void add(List<String> parts, int count, String part) {
        if (count > 0) {
            parts.add(part);
        }
    }

    private static String ordinal(int n) {
        String end = n % 100 / 10 == 1 ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
        return n + end;
    }

    private static String seconds(long seconds) {
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : (seconds + 1800) / 3600 + " h";
    }

    private static String byou(long seconds) {
        return seconds < 120 ? seconds + " 秒" : seconds < 7200 ? seconds / 60 + " 分" : (seconds + 1800) / 3600 + " 時間";
    }

    public static Text move(String node, int gpus, int gangs, long lost) {
        return new Text(
                "moving " + gangs + (gangs == 1 ? " job" : " jobs") + " would free all " + gpus + " GPUs of " + node
                        + "; " + lost + " GPU-seconds of work are lost",
                gangs + " 件のジョブを移すと " + node + " の GPU " + gpus + " 基がすべて空きます（失われる処理: " + lost + " GPU 秒）");
    }

    /// @param wider null for anywhere
    public static Text relaxTopology(String required, @Nullable String wider) {
        return wider == null
                ? new Text("starts now if " + required + " is only preferred", required + " を必須ではなく希望にすれば、すぐに開始できます")
                : new Text(
                        "starts now if " + wider + " is required instead of " + required,
                        "必須のレベルを " + required + " から " + wider + " に広げれば、すぐに開始できます");
    }

    public static Text lowerMin(String role, int min, int wanted) {
        return new Text(
                "starts now with at least " + min + " instead of " + wanted + " '" + role + "'",
                "「" + role + "」の最小数を " + wanted + " から " + min + " に下げれば、すぐに開始できます");
    }

    public static Text otherType(String type) {
        return new Text("starts now on " + type, type + " であれば、すぐに開始できます");
    }

    public static Text raiseQuota(List<Admission.Refused> raised) {
        List<String> en = new ArrayList<>();
        List<String> ja = new ArrayList<>();
        for (Admission.Refused r : raised) {
            en.add(r.missing() + " more " + r.resource() + " for quota " + r.at());
            ja.add("割り当て " + r.at() + " の " + r.resource() + " を " + r.missing() + " 増やす");
        }
        return new Text("starts now with " + String.join(" and ", en), String.join("、", ja) + "と、すぐに開始できます");
    }

    public static Text freeGpus(long gpus, int gangs, long seconds) {
        return new Text(
                "starts when " + gpus + " GPUs of " + gangs + (gangs == 1 ? " other job" : " other jobs")
                        + " are free, expected in " + seconds(seconds),
                "ほかの " + gangs + " 件のジョブの GPU " + gpus + " 基が空けば開始できます（見込み: " + byou(seconds) + "後）");
    }

    /// @param required the level of the tree of places where they must lie; null for anywhere
    public static Text addNodes(int count, int gpus, String type, @Nullable String required) {
        String of = gpus + (type.isEmpty() ? "" : " " + type);
        return new Text(
                "starts with " + English.nodes(count) + " more of " + of + (gpus == 1 ? " GPU" : " GPUs")
                        + (required == null ? "" : ", in the " + required + " with most room"),
                (required == null ? "" : "空きが最も多い " + required + " に、")
                        + (type.isEmpty() ? "" : type + " ") + "GPU " + gpus + " 基のノードを " + count
                        + " 台追加すれば開始できます");
    }
}
