package io.kumiki.kube.cel.cost;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What Kubernetes' own functions cost beside what they are given, and how large their results can be. The weights are
/// part of Kubernetes' API: they decide which rules may be written.
final class CallCosts {
    private static final double TRAVERSAL = 0.1;
    private static final double PATTERN = 0.25;
    private static final int LONGEST_FORMAT = 128;
    private static final Bounds ADDRESS = new Bounds(4, 16);
    private static final Set<String> NOMINAL = Set.of(
            "masked",
            "prefixLength",
            "family",
            "isUnspecified",
            "isLoopback",
            "isLinkLocalMulticast",
            "isLinkLocalUnicast",
            "isGlobalUnicast",
            "format.named",
            "sign",
            "asInteger",
            "isInteger",
            "asApproximateFloat",
            "isGreaterThan",
            "isLessThan",
            "compareTo",
            "add",
            "sub",
            "major",
            "minor",
            "patch",
            "getScheme",
            "getHostname",
            "getHost",
            "getPort",
            "getEscapedPath",
            "getQuery");
    private static final Set<String> ADDRESSES =
            Set.of("net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver");

    private CallCosts() {}

    /// @param result `null` when its size is not told by the function
    record Call(Bounds cost, @Nullable Bounds result) {
        static Call of(Bounds cost) {
            return new Call(cost, null);
        }
    }

    /// `null` for functions that the language itself has.
    static @Nullable Call own(String function, @Nullable Part target, List<Part> given, Extent root) {
        if (NOMINAL.contains(function)) {
            return Call.of(Bounds.ONE);
        }
        return switch (function) {
            case "sets.contains", "sets.intersects" -> given.size() == 2 ? sets(given, 1) : null;
            case "sets.equivalent" -> given.size() == 2 ? sets(given, 2) : null;
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" ->
                target == null ? null : Call.of(search(target, root));
            case "url", "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver" ->
                given.isEmpty() ? null : parse(function, given.getFirst().sizeOrUnknown());
            case "ip" ->
                given.isEmpty()
                        ? Call.of(Bounds.ONE)
                        : Call.of(given.getFirst().sizeOrUnknown().scaled(TRAVERSAL));
            case "ip.isCanonical" -> Call.of(given.getFirst().sizeOrUnknown().scaled(2 * TRAVERSAL));
            case "containsIP", "containsCIDR" -> given.isEmpty() ? null : contains(function, given.getFirst());
            case "validate" ->
                Call.of(given.getFirst().sizeOrUnknown().scaled(TRAVERSAL).scaled(LONGEST_FORMAT * PATTERN));
            case "lowerAscii", "upperAscii", "substring", "trim" ->
                target == null ? null : new Call(target.sizeOrUnknown().scaled(TRAVERSAL), target.sizeOrUnknown());
            case "replace" -> target == null || given.size() < 2 ? null : replace(target, given);
            case "split" -> target == null ? null : split(target, given);
            case "join" -> target == null ? null : join(target, given, root);
            case "find", "findAll" -> target == null || given.isEmpty() ? null : find(target, given.getFirst());
            case "_==_" -> given.size() == 2 && simple(given) ? Call.of(Bounds.ONE) : null;
            default -> null;
        };
    }

    /// Two values of one of our own types.
    private static boolean simple(List<Part> given) {
        CelType type = given.getFirst().type();
        return type.equals(given.get(1).type()) && ADDRESSES.contains(type.name());
    }

    private static Call sets(List<Part> lists, int factor) {
        Bounds pairs = lists.get(0).sizeOrUnknown().times(lists.get(1).sizeOrUnknown());
        return Call.of(pairs.scaled(factor).plus(Bounds.ONE));
    }

    private static Call parse(String function, Bounds size) {
        return new Call(size.scaled(TRAVERSAL), function.equals("url") ? size : null);
    }

    private static @Nullable Part items(Part list, Extent root) {
        if (list.type().parameters().isEmpty()) {
            return null;
        }
        Where where = list.where().known() ? list.where().below(root, Where.Step.ITEMS) : Where.NOWHERE;
        return new Part(null, list.type().parameters().getFirst(), where, null);
    }

    private static Bounds search(Part target, Extent root) {
        Part item = items(target, root);
        if (item == null) {
            return target.sizeOrUnknown().scaled(TRAVERSAL);
        }
        boolean texts = item.type().kind() == CelKind.STRING || item.type().kind() == CelKind.BYTES;
        Bounds each = texts ? Bounds.ONE.plus(item.sizeOrUnknown().scaled(TRAVERSAL)) : Bounds.ONE;
        return target.sizeOrUnknown().times(each);
    }

    private static Call contains(String function, Part given) {
        Bounds cost = ADDRESS.plus(ADDRESS).scaled(TRAVERSAL);
        if (function.equals("containsCIDR")) {
            cost = cost.plus(ADDRESS.scaled(TRAVERSAL)).plus(Bounds.ONE);
        }
        return Call.of(
                given.type().kind() == CelKind.STRING
                        ? cost.plus(given.sizeOrUnknown().scaled(TRAVERSAL))
                        : cost);
    }

    private static Call replace(Part target, List<Part> given) {
        Bounds size = target.sizeOrUnknown();
        Bounds from = given.get(0).sizeOrUnknown();
        Bounds to = given.get(1).sizeOrUnknown();
        // The longest result: the shortest piece replaced by the longest, as often as it can be there.
        long most;
        if (from.min() == 0) {
            most = Bounds.sum(Bounds.product(Bounds.sum(size.max(), 1), to.max()), size.max());
        } else if (to.max() <= from.min()) {
            most = size.max();
        } else {
            most = Bounds.product((long) Math.ceil((double) size.max() / from.min()), to.max());
        }
        long least;
        if (from.max() == 0) {
            least = Bounds.sum(Bounds.product(Bounds.sum(size.min(), 1), to.min()), size.min());
        } else if (from.max() <= to.min()) {
            least = size.min();
        } else {
            least = Bounds.product((long) Math.ceil((double) size.min() / from.max()), to.min());
        }
        return new Call(size.scaled(2 * TRAVERSAL), new Bounds(least, most));
    }

    private static Call split(Part target, List<Part> given) {
        Bounds size = target.sizeOrUnknown();
        long most = size.max();
        CelExpr limit = given.size() > 1 ? given.get(1).expression() : null;
        if (limit != null
                && limit.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && limit.constant().getKind() == CelConstant.Kind.INT64_VALUE) {
            long said = limit.constant().int64Value();
            most = said < 0 ? Long.MAX_VALUE : said;
        }
        return new Call(size.scaled(2 * TRAVERSAL), Bounds.upTo(most));
    }

    private static Call join(Part target, List<Part> given, Extent root) {
        Bounds count = target.sizeOrUnknown();
        Part item = items(target, root);
        Bounds size = item == null ? Bounds.NONE : count.times(item.sizeOrUnknown());
        if (!given.isEmpty()) {
            Bounds between = new Bounds(Math.max(0, count.min() - 1), Math.max(0, count.max() - 1));
            size = size.plus(given.getFirst().sizeOrUnknown().times(between));
        }
        return new Call(size.scaled(TRAVERSAL), size);
    }

    private static Call find(Part target, Part pattern) {
        Bounds size = target.sizeOrUnknown();
        return new Call(search(size, pattern.sizeOrUnknown()), Bounds.upTo(size.max()));
    }

    /// Of a pattern in a text: one more letter, so that a pattern costs something in an empty text too.
    static Bounds search(Bounds text, Bounds pattern) {
        return text.plus(Bounds.ONE).scaled(TRAVERSAL).times(pattern.scaled(PATTERN));
    }

    static Bounds traversal(Bounds size) {
        return size.scaled(TRAVERSAL);
    }
}
