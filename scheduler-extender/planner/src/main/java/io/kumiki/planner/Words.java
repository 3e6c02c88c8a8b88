package io.kumiki.planner;

import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.Placement;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.List;

/// Reasons as sentences: what is wanted, what is there, what took the rest away.
final class Words {
    private Words() {}

    /// What a status says, in both languages.
    static Text texts(Why why, String message) {
        return new Text(message, Japanese.of(why, message));
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

    private static String of(Placement.Removed removed) {
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
}
