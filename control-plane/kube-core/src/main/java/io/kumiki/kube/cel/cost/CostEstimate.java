package io.kumiki.kube.cel.cost;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cost of one compiled expression on the largest value that its schema allows. The steps and their weights are
/// those of the real server's estimator, quirks included: whoever writes a rule must be told the same by both.
public final class CostEstimate {
    private static final Bounds NEW_LIST = Bounds.of(10);
    private static final Bounds NEW_MAP = Bounds.of(30);
    private static final Bounds NEW_STRUCT = Bounds.of(40);

    private final CelAbstractSyntaxTree tree;
    private final Extent root;
    private final Found found;

    private CostEstimate(CelAbstractSyntaxTree tree, Extent root) {
        this.tree = tree;
        this.root = root;
        this.found = new Found(tree, root);
    }

    /// @param self the extent of the value that the expression speaks of
    public static long most(CelAbstractSyntaxTree tree, Extent self) {
        return new CostEstimate(tree, self).cost(tree.getExpr()).max();
    }

    private Bounds cost(CelExpr e) {
        return switch (e.getKind()) {
            case IDENT -> ident(e);
            case SELECT -> select(e);
            case CALL -> call(e);
            case LIST -> list(e);
            case MAP -> map(e);
            case STRUCT ->
                e.struct().entries().stream()
                        .map(entry -> cost(entry.value()))
                        .reduce(Bounds.NONE, Bounds::plus)
                        .plus(NEW_STRUCT);
            case COMPREHENSION -> binds(e) ? bind(e) : comprehension(e);
            case CONSTANT, NOT_SET -> Bounds.NONE;
        };
    }

    private Bounds ident(CelExpr e) {
        Found.Local local = found.local(e.ident().name());
        found.place(e.id(), local == null ? new Where(true, root) : local.where());
        return Bounds.ONE;
    }

    private Bounds select(CelExpr e) {
        CelExpr operand = e.select().operand();
        Bounds cost = cost(operand);
        if (e.select().testOnly()) {
            return cost;
        }
        found.place(e.id(), found.where(operand).field(root, e.select().field()));
        return switch (found.type(operand).kind()) {
            case MAP, STRUCT, TYPE_PARAM -> cost.plus(Bounds.ONE);
            default -> cost;
        };
    }

    private Bounds list(CelExpr e) {
        Bounds cost = NEW_LIST;
        Bounds items = e.list().elements().isEmpty() ? Bounds.NONE : Bounds.NOTHING_YET;
        for (CelExpr item : e.list().elements()) {
            cost = cost.plus(cost(item));
            items = items.union(found.sizeOrUnknown(item));
        }
        found.refill(e, new Found.Entries(true, Bounds.ONE, items));
        return cost;
    }

    private Bounds map(CelExpr e) {
        Bounds cost = NEW_MAP;
        Bounds keys = e.map().entries().isEmpty() ? Bounds.NONE : Bounds.NOTHING_YET;
        Bounds values = keys;
        for (CelExpr.CelMap.Entry entry : e.map().entries()) {
            cost = cost.plus(cost(entry.key())).plus(cost(entry.value()));
            keys = keys.union(found.sizeOrUnknown(entry.key()));
            values = values.union(found.sizeOrUnknown(entry.value()));
        }
        found.refill(e, new Found.Entries(false, keys, values));
        return cost;
    }

    /// A value that is given a name, and no loop.
    private static boolean binds(CelExpr e) {
        CelExpr.CelComprehension loop = e.comprehension();
        return loop.iterRange().getKind() == Kind.LIST
                && loop.iterRange().list().elements().isEmpty()
                && loop.loopCondition().getKind() == Kind.CONSTANT
                && loop.loopCondition().constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
                && !loop.loopCondition().constant().booleanValue()
                && !loop.accuVar().equals("__result__");
    }

    private Bounds bind(CelExpr e) {
        CelExpr.CelComprehension loop = e.comprehension();
        Bounds cost = cost(loop.iterRange()).plus(cost(loop.accuInit()));
        found.push(loop.accuVar(), found.local(loop.accuInit()));
        cost = cost.plus(cost(loop.result()));
        found.pop(loop.accuVar());
        found.keep(e, loop.result());
        return cost;
    }

    private Bounds comprehension(CelExpr e) {
        CelExpr.CelComprehension loop = e.comprehension();
        CelExpr range = loop.iterRange();
        Bounds cost = cost(range).plus(cost(loop.accuInit()));
        found.push(loop.accuVar(), found.local(loop.accuInit()));
        boolean two = !loop.iterVar2().isEmpty();
        Found.Entries inRange = found.entries(range);
        boolean list = inRange == null ? found.type(range).kind() == CelKind.LIST : inRange.list();
        Bounds keys = inRange == null ? null : inRange.keys();
        Bounds values = inRange == null ? null : inRange.values();
        if (two) {
            found.push(loop.iterVar(), range, list ? Where.Step.INDICES : Where.Step.KEYS, keys);
            found.push(loop.iterVar2(), range, list ? Where.Step.ITEMS : Where.Step.VALUES, values);
        } else {
            found.push(loop.iterVar(), range, list ? Where.Step.ITEMS : Where.Step.KEYS, list ? values : keys);
        }
        Bounds turn = cost(loop.loopCondition()).plus(cost(loop.loopStep()));
        found.pop(loop.iterVar());
        if (two) {
            found.pop(loop.iterVar2());
        }
        cost = cost.plus(cost(loop.result()));
        found.pop(loop.accuVar());
        Bounds turns = found.sizeOrUnknown(range);
        switch (loop.accuInit().getKind()) {
            case CONSTANT -> found.resize(e, found.size(loop.accuInit()));
            case LIST, MAP -> {
                found.resize(e, turns);
                found.refill(e, found.entries(loop.loopStep()));
            }
            default -> {}
        }
        return cost.plus(turns.times(turn));
    }

    private Bounds call(CelExpr e) {
        CelExpr.CelCall call = e.call();
        if (call.function().equals("dyn")) {
            CelExpr argument = call.args().getFirst();
            Bounds cost = cost(argument).plus(Bounds.ONE);
            found.keep(e, argument);
            return cost;
        }
        List<Bounds> costs = new ArrayList<>();
        List<Part> given = new ArrayList<>();
        for (CelExpr argument : call.args()) {
            costs.add(cost(argument));
            given.add(found.part(argument));
        }
        List<String> overloads = tree.getReference(e.id())
                .map(reference -> (List<String>) reference.overloadIds())
                .orElse(List.of());
        if (overloads.isEmpty()) {
            return Bounds.NONE;
        }
        CelExpr object = call.target().orElse(null);
        Bounds before = object == null ? Bounds.NONE : cost(object);
        Part target = object == null ? null : found.part(object);
        Bounds cost = Bounds.NOTHING_YET;
        Bounds result = null;
        for (String overload : overloads) {
            CallCosts.Call one = function(e, overload, target, given, costs);
            cost = cost.union(one.cost());
            if (one.result() != null) {
                result = result == null ? one.result() : result.union(one.result());
            }
            if (overload.equals("index_list") || overload.equals("index_map")) {
                Found.Entries inside = found.entries(call.args().getFirst());
                result = inside == null ? null : inside.values();
                Where.Step step = overload.equals("index_list") ? Where.Step.ITEMS : Where.Step.VALUES;
                found.place(e.id(), found.where(call.args().getFirst()).below(root, step));
            }
            if (result == null) {
                result = found.size(e);
            }
        }
        found.resize(e, result);
        return before.plus(cost);
    }

    private CallCosts.Call function(
            CelExpr e, String overload, @Nullable Part target, List<Part> given, List<Bounds> costs) {
        String function = e.call().function();
        Bounds arguments = costs.stream().reduce(Bounds.NONE, Bounds::plus);
        CallCosts.Call own = CallCosts.own(function, target, given, root);
        if (own != null) {
            return new CallCosts.Call(own.cost().plus(arguments), own.result());
        }
        return switch (function) {
            case "_&&_", "_||_" ->
                // What stands first may be enough.
                CallCosts.Call.of(new Bounds(costs.get(0).min(), arguments.max()));
            case "_?_:_" -> {
                found.refill(
                        e,
                        Found.Entries.union(
                                found.entries(e.call().args().get(1)),
                                found.entries(e.call().args().get(2))));
                yield new CallCosts.Call(
                        costs.get(0).plus(costs.get(1).union(costs.get(2))),
                        size(given.get(1)).union(size(given.get(2))));
            }
            default -> {
                CallCosts.Call built = builtIn(e, overload, target, given);
                yield new CallCosts.Call(built.cost().plus(arguments), built.result());
            }
        };
    }

    private CallCosts.Call builtIn(CelExpr e, String overload, @Nullable Part target, List<Part> given) {
        return switch (overload) {
            case "string_format" ->
                target == null ? CallCosts.Call.of(Bounds.ONE) : CallCosts.Call.of(CallCosts.traversal(size(target)));
            case "string_to_bytes" -> {
                Bounds size = size(given.getFirst());
                yield new CallCosts.Call(
                        CallCosts.traversal(size), new Bounds(size.min(), Bounds.product(size.max(), 4)));
            }
            case "bytes_to_string" -> {
                Bounds size = size(given.getFirst());
                yield new CallCosts.Call(CallCosts.traversal(size), new Bounds(size.min() / 4, size.max()));
            }
            case "strings_quote" -> {
                Bounds size = size(given.getFirst());
                yield new CallCosts.Call(
                        CallCosts.traversal(size),
                        new Bounds(Bounds.sum(size.min(), 2), Bounds.sum(Bounds.product(size.max(), 2), 2)));
            }
            case "starts_with_string", "ends_with_string" ->
                CallCosts.Call.of(CallCosts.traversal(size(given.getFirst())));
            case "in_list" -> CallCosts.Call.of(size(given.get(1)));
            case "matches_string" ->
                target == null
                        ? CallCosts.Call.of(Bounds.ONE)
                        : CallCosts.Call.of(CallCosts.search(size(target), size(given.getFirst())));
            case "contains_string" ->
                target == null
                        ? CallCosts.Call.of(Bounds.ONE)
                        : CallCosts.Call.of(
                                CallCosts.traversal(size(target)).times(CallCosts.traversal(size(given.getFirst()))));
            case "add_string", "add_bytes", "add_list" -> added(e, overload, given);
            case "less_string",
                    "greater_string",
                    "less_equals_string",
                    "greater_equals_string",
                    "less_bytes",
                    "greater_bytes",
                    "less_equals_bytes",
                    "greater_equals_bytes",
                    "equals",
                    "not_equals" -> {
                long shorter =
                        Math.min(size(given.get(0)).max(), size(given.get(1)).max());
                yield CallCosts.Call.of(CallCosts.traversal(new Bounds(shorter > 0 ? 1 : 0, shorter)));
            }
            default -> CallCosts.Call.of(Bounds.ONE);
        };
    }

    private CallCosts.Call added(CelExpr e, String overload, List<Part> given) {
        Bounds size = size(given.get(0)).plus(size(given.get(1)));
        found.refill(
                e,
                Found.Entries.union(
                        found.entries(e.call().args().get(0)),
                        found.entries(e.call().args().get(1))));
        return new CallCosts.Call(overload.equals("add_list") ? Bounds.ONE : CallCosts.traversal(size), size);
    }

    private static Bounds size(Part part) {
        return part.size() == null ? Bounds.UNKNOWN : part.size();
    }
}
