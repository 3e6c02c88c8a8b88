package io.kumiki.kube.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelEvaluationListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What evaluating an object's rules may cost, in steps: every part of an expression is one, and a function adds the
/// size of what it is given. A hostile rule or object is stopped, whatever it does.
final class Budget implements CelEvaluationListener {
    static final String EXCEEDED = "actual cost limit exceeded";
    static final int PER_RULE = 1_000_000;
    static final int PER_OBJECT = 2_000_000;
    /// Functions whose cost does not grow with their arguments.
    private static final Set<String> CHEAP = Set.of(
            "_[_]",
            "size",
            "_?_:_",
            "_&&_",
            "_||_",
            "!_",
            "@not_strictly_false",
            "_?._",
            "_[?_]",
            "optional.of",
            "optional.ofNonZeroValue",
            "hasValue",
            "value",
            "orValue",
            "or",
            "type",
            "dyn");
    private static final Set<String> ACCUMULATORS = Set.of("@result", "__result__");

    private final Map<Long, Integer> weights = new HashMap<>();
    private long left = PER_OBJECT;
    private long rule = PER_RULE;

    /// Thrown out of an evaluation; never seen outside this package.
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exceeded() {
            super(EXCEEDED, null, false, false);
        }
    }

    boolean spent() {
        return left <= 0;
    }

    void begin() {
        rule = PER_RULE;
        weights.clear();
    }

    @Override
    public void callback(CelExpr expression, Object value) {
        long cost = 1;
        if (expression.exprKind().getKind() == CelExpr.ExprKind.Kind.CALL) {
            cost += given(expression.call());
        }
        int weight = weight(value);
        if (weight > 0) {
            weights.put(expression.id(), weight);
        }
        left -= cost;
        rule -= cost;
        if (left < 0 || rule < 0) {
            throw new Exceeded();
        }
    }

    private long given(CelExpr.CelCall call) {
        if (CHEAP.contains(call.function())) {
            return 0;
        }
        List<CelExpr> arguments = call.args();
        // The macros gather their results so; what they are gathered from was charged already.
        if (call.function().equals("_+_")
                && arguments.getFirst().exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT
                && ACCUMULATORS.contains(arguments.getFirst().ident().name())) {
            return 0;
        }
        long sum = call.target().map(this::weightOf).orElse(0);
        for (CelExpr each : arguments) {
            sum += weightOf(each);
        }
        return sum;
    }

    private int weightOf(CelExpr expression) {
        return weights.getOrDefault(expression.id(), 0);
    }

    private static int weight(Object value) {
        return switch (value) {
            case String text -> text.length() / 16;
            case ListValue list -> list.weight();
            case MapValue map -> map.weight();
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            default -> 0;
        };
    }
}
