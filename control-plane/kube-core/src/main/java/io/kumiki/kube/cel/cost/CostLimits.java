package io.kumiki.kube.cel.cost;

import io.kumiki.kube.schema.Faults;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What the rules of one schema may cost: each, and all together. Collects while the schema is walked.
public final class CostLimits {
    /// How often a value can be there is not bounded by what is around it.
    public static final long ANY_NUMBER = -1;

    private static final long PER_EXPRESSION = 10_000_000;
    private static final long PER_SCHEMA = 100_000_000;
    private static final int SHOWN = 4;
    private static final double SO_FAR_OFF = 100;
    private static final double NEARLY = 1.5;

    private record Dear(String path, long cost) {}

    private final List<Dear> dear = new ArrayList<>();
    private long total;

    /// @param copies of the value in one object, or [#ANY_NUMBER]
    public void rule(String path, long cost, long copies, Extent self, List<Violation> violations) {
        long all = Bounds.product(cost, copies == ANY_NUMBER ? self.copies() : copies);
        expression(path, all, "estimated rule cost", violations);
    }

    /// Told once, whatever the number of values.
    public void message(String path, long cost, List<Violation> violations) {
        expression(path, cost, "estimated messageExpression cost", violations);
    }

    private void expression(String path, long cost, String what, List<Violation> violations) {
        if (cost > PER_EXPRESSION) {
            violations.add(Faults.forbidden(path, exceeds(what, cost, PER_EXPRESSION)));
        }
        total = Bounds.sum(total, cost);
        if (cost >= PER_SCHEMA / 100) {
            dear.add(new Dear(path, cost));
        }
    }

    /// @param path of the schema
    public void end(String path, List<Violation> violations) {
        if (total <= PER_SCHEMA) {
            return;
        }
        dear.stream()
                .sorted(Comparator.comparingLong(Dear::cost).reversed())
                .limit(SHOWN)
                .forEach(each -> violations.add(Faults.forbidden(
                        each.path,
                        "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")));
        violations.add(Faults.forbidden(
                path,
                exceeds(
                        "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                        total,
                        PER_SCHEMA)));
    }

    /// How many values are in a list or map that may hold so many.
    public static long copies(long around, long limit) {
        return around == ANY_NUMBER || limit == Long.MAX_VALUE
                ? ANY_NUMBER
                : Bounds.product(around, Math.max(0, limit));
    }

    /// Of the number as the machine has it, which is seldom exactly what was divided.
    private static String rounded(double number, int digits) {
        return new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String exceeds(String what, long cost, long limit) {
        double factor = (double) cost / limit;
        String shown = factor > SO_FAR_OFF ? "more than 100" : rounded(factor, factor < NEARLY ? 6 : 1);
        return what + " exceeds budget by factor of " + shown
                + "x"
                + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and"
                + " strings are declared)";
    }
}
