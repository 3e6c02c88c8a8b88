package io.kumiki.planner.words;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Codes and clauses in Japanese.
public final class Japanese {
    private static final Map<String, String> HEADS = Map.ofEntries(
            Map.entry("Placed", "配置が決まりました"),
            Map.entry("Started", "開始しました"),
            Map.entry("Finished", "終了しました"),
            Map.entry("InvalidSpec", "指定に誤りがあります"),
            Map.entry("MembersMissing", "Pod がまだ揃っていません"),
            Map.entry("NamespaceQuota", "名前空間の ResourceQuota が足りません"),
            Map.entry("QuotaLimit", "割り当ての上限に達しています"),
            Map.entry("QuotaBorrowing", "借りられる割り当てが残っていません"),
            Map.entry("NoLeader", "割り当てを計画するプロセスが現在ありません"),
            Map.entry("NoRoom", "空きがありません"),
            Map.entry("Impossible", "このクラスターには収まりません"),
            Map.entry("KeptForOlder", "先に待っているジョブのためにノードが確保されています"),
            Map.entry("Preempting", "優先度の低いジョブの退去を待っています"),
            Map.entry("Preempted", "優先度の高いジョブに場所を譲りました"),
            Map.entry("Moving", "ほかのジョブの移動を待っています"),
            Map.entry("Moved", "ほかの場所に移ります"),
            Map.entry("Restarted", "やり直しが求められました"),
            Map.entry("ReservationExpired", "予約の期限が切れました"),
            Map.entry("BarrierTimeout", "メンバーが時間内に揃いませんでした"),
            Map.entry("NoOtherNode", "代わりのノードがありません"),
            Map.entry("MemberLost", "メンバーが失われました"));

    private Japanese() {}

    public static String of(String code, List<Clause> clauses) {
        String head = HEADS.getOrDefault(code, code);
        return clauses.isEmpty()
                ? head
                : head + "。" + clauses.stream().map(Japanese::of).collect(Collectors.joining("。"));
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
            case Clause.SlotsOn(int slots, long nodes) -> nodes + " 台のノードに " + slots + " スロットを確保しました";
            case Clause.AllBound(int members) -> members + " 個のメンバーがすべて割り付けられました";
            case Clause.MembersSucceeded(int members) -> members + " 個のメンバーが成功しました";
            case Clause.PodsExist(int there, int wanted) -> wanted + " 個のうち " + there + " 個の Pod があります";
            case Clause.SlotKept(int there, int least) -> least + " 個のうち " + there + " 個のメンバーが残っており、スロットは確保されたままです";
            case Clause.FewLeft(int there, int least, long seconds) ->
                "最低 " + least + " 個のうち " + there + " 個しか残らない状態が " + seconds + " 秒続きました";
            case Clause.NoPodMade(long seconds) -> seconds + " 秒以内に Pod が 1 つも作られませんでした";
            case Clause.NewAttempt(int attempt) -> "試行 " + attempt + " が求められました";
            case Clause.NotLookedAt() -> "まだ確認されていません";
            case Clause.FewCame(int came, int least, long seconds) ->
                "最後のメンバーから " + seconds + " 秒以内に、" + least + " 個のうち " + came + " 個しか揃いませんでした";
            case Clause.SlotMoved(int slot, String role, String from, String to) ->
                "「" + role + "」のスロット " + slot + " を " + from + " から " + to + " に移しました";
            case Clause.NoOtherNode() -> "このスロットを置けるノードがほかにありません";
            case Clause.NobodyPlans() -> "現在は誰も計画していません";
        };
    }

    private static String spec(Clause.OfSpec clause) {
        return switch (clause) {
            case Clause.NoSuchLevel(String level, String levels) ->
                "トポロジーにレベル「" + level + "」はありません。あるのは " + levels + " です";
            case Clause.SameNames() -> "同じ名前のクラスが 2 つあります";
            case Clause.TooManyMembers(int most) -> "ギャングのメンバーは最大 " + most + " 個です";
            case Clause.WrongCounts() -> "各クラスは 0 ≤ min ≤ max かつ max ≥ 1 である必要があります";
            case Clause.NotFollowed(String what) -> "従わない指定: " + what;
            case Clause.StatusTooLarge(int bytes) -> "ノードの一覧が " + bytes + " バイトを超えます";
        };
    }

    private static String quota(Clause.OfQuota clause) {
        return switch (clause) {
            case Clause.NamespaceShort(String quota, String resource, long left, long hard, long wanted) ->
                "ResourceQuota " + quota + " の " + resource + " は上限 " + Words.amount(resource, hard) + "、残り "
                        + Words.amount(resource, left) + " で、これから作る Pod には " + Words.amount(resource, wanted)
                        + " 必要です";
            case Clause.AboveLimit(String quota, String resource, long wanted, long missing) ->
                resource + " が " + wanted + " 必要ですが、割り当て " + quota + " の上限を " + missing + " 超えます";
            case Clause.NothingToBorrow(String quota, String resource, long wanted, long missing) ->
                resource + " が " + wanted + " 必要ですが、割り当て " + quota + " の全量を " + missing + " 超えます";
            case Clause.AboveGuarantee(String tenant, long amount) -> tenant + " は保証量を " + amount + " 超えて使っています";
            case Clause.HeldByMore(int others) -> "ほかに " + others + " 件のジョブが使っています";
        };
    }

    private static String room(Clause.OfRoom clause) {
        return switch (clause) {
            case Clause.RoleShort(var at, int places, String role, int room, int wanted) ->
                place(at, places) + "の空きは「" + role + "」" + wanted + " 個のうち " + room + " 個分です";
            case Clause.NoCombination(var at, int places) ->
                place(at, places) + "には各クラス単独なら空きがありますが、全部を同時に置ける組み合わせがありません";
            case Clause.SearchEnded(var at, int places) ->
                place(at, places) + "には空きがあるかもしれませんが、決められた手数では組み合わせが見つかりませんでした";
            case Clause.Filtered filtered -> "置けないノード: " + filtered(filtered);
            case Clause.KeptForOthers(int nodes) -> nodes + " 台のノードは先に待っているジョブのために確保されています";
            case Clause.OthersFirst() -> "先に待っているジョブが空きを使います";
            case Clause.NoNodeNow() -> "現在空きのあるノードがありません";
            case Clause.NoNodeEver() -> "空でも置けるノードがありません";
            case Clause.SchedulerOffersNone() -> "Pod の他の条件を満たすノードをスケジューラーが見つけられません";
        };
    }

    private static String node(Clause.OfNode clause) {
        return switch (clause) {
            case Clause.RefusedByScheduler(String node) -> "スケジューラーが " + node + " に空きを見つけられません";
            case Clause.RefusedByPlanner(String node) -> node + " にはもう空きがありません";
            case Clause.NodeLost(String node) -> "ノード " + node + " が失われました";
            case Clause.NodeShort(String node, String resource, long has, long taken) ->
                "ノード " + node + " の " + resource + " は " + has + " ですが、" + taken + " 必要になります";
            case Clause.DeviceGiven(String node) -> node + " のデバイスは別の Pod に渡されました";
            case Clause.WaitsForMore(int others) -> "ほかに " + others + " 件の退去を待っています";
            case Clause.MoreMove(int others) -> "ほかに " + others + " 件の移動を待っています";
            case Clause.WorkLost(long seconds) -> seconds + " GPU 秒分の処理が失われます";
        };
    }

    private static String others(Clause.OfOthers clause) {
        return switch (clause) {
            case Clause.BudgetRefuses(String pod, String says) -> "Pod " + pod + " はまだ退去できません: " + says;
            case Clause.PodsMakeWay(int pods) -> "優先度の低い通常の Pod " + pods + " 個の退去を待っています";
            case Clause.NodesAsked() -> "ノードの追加を要求しています";
            case Clause.NodesProvided(String says) -> "このジョブのためにノードが用意されました" + English.more(says);
            case Clause.NodesRefused(String says) -> "オートスケーラーはノードを追加できません" + English.more(says);
            case Clause.NodesExpired(String says) -> "用意されたノードはもうこのジョブのために確保されていません" + English.more(says);
            case Clause.BudgetsProtect(int gangs) ->
                "優先度の低いジョブ " + gangs + " 件は PodDisruptionBudget で保護されており、退去させられません";
        };
    }

    private static String party(Clause.OfParty clause) {
        return switch (clause) {
            case Clause.HeldBy(Party who, long amount) -> who(who) + " が " + amount + " を使っています";
            case Clause.KeptFor(int nodes, Party who) -> nodes + " 台のノードは先に待っている " + who(who) + " のために確保されています";
            case Clause.WaitsFor(Party who) -> who(who) + " の退去を待っています";
            case Clause.MovesFor(Party who) -> who(who) + " の場所を空けるために移動します。移動先は確保されています";
            case Clause.WaitsToMove(Party who) -> who(who) + " がほかの場所に移るのを待っています";
            case Clause.Outranked(Party who, int priority) -> who(who) + " の優先度は " + priority + " です";
            case Clause.TakenBack(Party who) -> "テナントに保証された分を超えて使っており、" + who(who) + " が自分のテナントの保証分を取り戻します";
        };
    }

    private static String who(Party who) {
        if (who.named()) {
            return who.namespace() + "/" + who.name();
        }
        String count = who.gpus() % 1000 == 0 ? Long.toString(who.gpus() / 1000) : Double.toString(who.gpus() / 1000.0);
        return "別のテナントの" + (who.pod() ? " Pod" : "ギャング") + "（GPU " + count + " 基）";
    }

    private static String place(@Nullable String at, int places) {
        return (at == null ? "クラスター" : at) + (places > 1 ? "（" + places + " か所のうち最も空きが多い場所）" : "");
    }

    private static String filtered(Clause.Filtered f) {
        List<String> parts = new ArrayList<>();
        add(parts, f.excluded(), "使用できないノード（ラベル、taint、準備未完了、他のジョブ用）");
        add(parts, f.model(), "GPU の種類が違うノード");
        add(parts, f.devices(), "GPU の空きがないノード");
        add(parts, f.extended(), "ほかのリソースが足りないノード");
        add(parts, f.cpu(), "CPU が足りないノード");
        add(parts, f.memory(), "メモリが足りないノード");
        add(parts, f.pods(), "Pod 数が上限のノード");
        return String.join("、", parts);
    }

    private static void add(List<String> parts, int nodes, String what) {
        if (nodes > 0) {
            parts.add(what + " " + nodes + " 台");
        }
    }
}
