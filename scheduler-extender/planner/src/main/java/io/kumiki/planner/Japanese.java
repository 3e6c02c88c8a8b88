package io.kumiki.planner;

/// The planner's sentences in Japanese. A status carries the English ones: the words around the numbers are found
/// again here, so that old statuses and logs can be read, too.
final class Japanese {
    private Japanese() {}

    static String of(Why why, String message) {
        return head(why) + (message.isEmpty() ? "" : "（" + message + "）");
    }

    private static String head(Why why) {
        return switch (why) {
            case Placed -> "配置が決まりました";
            case Started -> "実行中です";
            case Finished -> "終了しました";
            case InvalidSpec -> "指定に誤りがあります";
            case MembersMissing -> "Pod がまだ揃っていません";
            case NamespaceQuota -> "名前空間の ResourceQuota が足りません";
            case QuotaLimit -> "割り当ての上限に達しています";
            case QuotaBorrowing -> "借りられる割り当てが残っていません";
            case NoRoom -> "空きがありません";
            case Impossible -> "このクラスターには収まりません";
            case KeptForOlder -> "先に待っているジョブのためにノードが確保されています";
            case Preempting -> "優先度の低いジョブの退去を待っています";
            case Preempted -> "優先度の高いジョブに場所を譲りました";
            case Restarted -> "やり直しが求められました";
            case ReservationExpired -> "予約の期限が切れました";
            case BarrierTimeout -> "メンバーが時間内に揃いませんでした";
            case NoOtherNode -> "代わりのノードがありません";
            case MemberLost -> "メンバーが失われました";
        };
    }
}
