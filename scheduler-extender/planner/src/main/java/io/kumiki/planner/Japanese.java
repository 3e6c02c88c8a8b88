package io.kumiki.planner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The planner's sentences in Japanese. A status carries the English ones; the words around its numbers and names
/// are known here, so that what an older status or a log says can be told, too. What is not known (messages of
/// others, quoted in ours) stays as it is, after the reason in Japanese.
final class Japanese {
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
            Map.entry("Restarted", "やり直しが求められました"),
            Map.entry("ReservationExpired", "予約の期限が切れました"),
            Map.entry("BarrierTimeout", "メンバーが時間内に揃いませんでした"),
            Map.entry("NoOtherNode", "代わりのノードがありません"),
            Map.entry("MemberLost", "メンバーが失われました"));

    /// A part of a sentence and how it is said; later parts may stand in earlier ones.
    private static final Map<Pattern, String> PARTS = parts(
            "(\\d+) slots on (\\d+) nodes?",
            "$2 台のノードに $1 スロットを確保しました",
            "all (\\d+) members are bound",
            "$1 個のメンバーがすべて割り付けられました",
            "(\\d+) members succeeded",
            "$1 個のメンバーが成功しました",
            "(\\d+) of (\\d+) pods exist",
            "$2 個のうち $1 個の Pod があります",
            "(\\d+) of (\\d+) members are there; the slot is kept",
            "$2 個のうち $1 個のメンバーが残っており、スロットは確保されたままです",
            "(\\d+) of at least (\\d+) members were left for (\\d+) s",
            "最低 $2 個のうち $1 個しか残らない状態が $3 秒続きました",
            "none of its pods was made within (\\d+) s",
            "$1 秒以内に Pod が 1 つも作られませんでした",
            "attempt (\\d+) was asked for",
            "試行 $1 が求められました",
            "(\\S+) has priority (-?\\d+)",
            "$1 の優先度は $2 です",
            "waits for (.+) to leave; (\\d+) GPU-seconds of work are lost",
            "$1 の退去を待っています。$2 GPU 秒分の処理が失われます",
            "ResourceQuota (\\S+) allows (\\d+) more (\\S+) of (\\d+), its pods that do not exist yet need (\\d+)",
            "ResourceQuota $1 の $3 は上限 $4、残り $2 で、これから作る Pod には $5 必要です",
            "(\\d+) (\\S+) wanted, (\\d+) too many for the limit of quota (\\S+?)(?:; above their guarantee: (.+))?",
            "$2 が $1 必要ですが、割り当て $4 の上限を $3 超えます",
            "(\\d+) (\\S+) wanted, (\\d+) too many for all that quota (\\S+?) has(?:; above their guarantee: (.+))?",
            "$2 が $1 必要ですが、割り当て $4 の全量を $3 超えます",
            "others before it take the room",
            "先に待っているジョブが空きを使います",
            "nobody plans at this moment",
            "現在は誰も計画していません",
            "the scheduler finds no room for it on (\\S+), to which it is pinned",
            "固定先の $1 にスケジューラーが空きを見つけられません",
            "node (\\S+), to which it is pinned, is lost",
            "固定先のノード $1 が失われました",
            "not looked at yet",
            "まだ確認されていません");

    private static final Pattern ROOM = Pattern.compile("(.+?)(?:, the best of (\\d+) places,)? (?:"
            + "has room for (\\d+) of (\\d+) '([^']+)'"
            + "|(has room for each class alone, for no combination of all)"
            + "|(may have room, but no combination was found in the steps allowed))"
            + "(?:; no member fits on: (.+?))?"
            + "(?:; (\\d+) nodes are kept for (\\S+), which comes before it)?"
            + "(?:; (\\d+) nodes are kept for others that come before it)?");

    private static final Map<String, String> FILTERS = Map.of(
            "may not be used (labels, taints, not ready, kept for others)",
            "使用できないノード（ラベル、taint、準備未完了、他のジョブ用）",
            "have another GPU type",
            "GPU の種類が違うノード",
            "lack free GPUs",
            "GPU の空きがないノード",
            "lack another resource",
            "ほかのリソースが足りないノード",
            "lack CPU",
            "CPU が足りないノード",
            "lack memory",
            "メモリが足りないノード",
            "are full of pods",
            "Pod 数が上限のノード");

    private static final Pattern FILTER = Pattern.compile("(\\d+) nodes? \\(((?:[^()]|\\([^()]*\\))+)\\)");

    private Japanese() {}

    private static Map<Pattern, String> parts(String... pairs) {
        Map<Pattern, String> parts = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            parts.put(Pattern.compile(pairs[i]), pairs[i + 1]);
        }
        return parts;
    }

    static String of(String code, String message) {
        String head = HEADS.getOrDefault(code, code);
        return message.isEmpty() ? head : head + "。" + said(message);
    }

    private static String said(String message) {
        Matcher room = ROOM.matcher(message);
        if (room.matches()) {
            return room(room);
        }
        for (var part : PARTS.entrySet()) {
            Matcher matcher = part.getKey().matcher(message);
            if (matcher.matches()) {
                return matcher.replaceFirst(part.getValue());
            }
        }
        return message;
    }

    private static String room(Matcher said) {
        String at = said.group(1).equals("the cluster") ? "クラスター" : said.group(1);
        String best = said.group(2) == null ? "" : "（" + said.group(2) + " か所のうち最も空きが多い場所）";
        String what = said.group(3) != null
                ? "の空きは「" + said.group(5) + "」" + said.group(4) + " 個のうち " + said.group(3) + " 個分です"
                : said.group(6) != null
                        ? "には各クラス単独なら空きがありますが、全部を同時に置ける組み合わせがありません"
                        : "には空きがあるかもしれませんが、決められた手数では組み合わせが見つかりませんでした";
        String removed = said.group(8) == null ? "" : "。置けないノード: " + filters(said.group(8));
        String kept =
                said.group(9) == null ? "" : "。" + said.group(9) + " 台のノードは先に待っている " + said.group(10) + " のために確保されています";
        String keptForSome = said.group(11) == null ? "" : "。" + said.group(11) + " 台のノードは先に待っているジョブのために確保されています";
        return at + best + what + removed + kept + keptForSome;
    }

    private static String filters(String text) {
        List<String> filters = new ArrayList<>();
        Matcher filter = FILTER.matcher(text);
        while (filter.find()) {
            filters.add(FILTERS.getOrDefault(filter.group(2), filter.group(2)) + " " + filter.group(1) + " 台");
        }
        return String.join("、", filters);
    }
}
