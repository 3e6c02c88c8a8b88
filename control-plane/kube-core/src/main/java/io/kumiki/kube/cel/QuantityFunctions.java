package io.kumiki.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import io.kumiki.kube.scheduling.Quantity;
import java.math.BigDecimal;
import java.util.List;

/// Resource amounts: `quantity('500m')`, compared and added exactly.
final class QuantityFunctions {
    static final OpaqueType TYPE = OpaqueType.create("kubernetes.Quantity");
    private static final String WRONG =
            "quantities must match the regular expression" + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private QuantityFunctions() {}

    /// Two are equal when their amounts are, however they are written.
    record Amount(BigDecimal value) {
        Amount {
            value = value.stripTrailingZeros();
        }
    }

    static Library library() {
        List<CelType> text = List.of(SimpleType.STRING);
        List<CelType> one = List.of(TYPE);
        List<CelType> two = List.of(TYPE, TYPE);
        List<CelType> number = List.of(TYPE, SimpleType.INT);
        CelType bool = SimpleType.BOOL;
        return new Library()
                .global("quantity", "string_to_quantity", TYPE, text, a -> parse((String) a[0]))
                .global("isQuantity", "is_quantity_string", bool, text, a -> is((String) a[0]))
                .global("sign", "quantity_sign", SimpleType.INT, one, a -> (long) of(a[0]).signum())
                .member("isGreaterThan", "quantity_is_greater_than", bool, two, a -> compare(a) > 0)
                .member("isLessThan", "quantity_is_less_than", bool, two, a -> compare(a) < 0)
                .member("compareTo", "quantity_compare_to", SimpleType.INT, two, a -> (long) compare(a))
                .member("asApproximateFloat", "quantity_get_float", SimpleType.DOUBLE, one, a -> of(a[0]).doubleValue())
                .member("asInteger", "quantity_get_int", SimpleType.INT, one, a -> whole(of(a[0])))
                .member("isInteger", "quantity_is_integer", bool, one, a -> isWhole(of(a[0])))
                .member("add", "quantity_add", TYPE, two, a -> new Amount(of(a[0]).add(of(a[1]))))
                .member("add", "quantity_add_int", TYPE, number, a -> new Amount(of(a[0]).add(amount(a[1]))))
                .member("sub", "quantity_sub", TYPE, two, a -> new Amount(of(a[0]).subtract(of(a[1]))))
                .member("sub", "quantity_sub_int", TYPE, number, a -> new Amount(of(a[0]).subtract(amount(a[1]))));
    }

    private static BigDecimal of(Object amount) {
        return ((Amount) amount).value;
    }

    private static BigDecimal amount(Object number) {
        return BigDecimal.valueOf((Long) number);
    }

    private static int compare(Object[] two) {
        return of(two[0]).compareTo(of(two[1]));
    }

    private static Amount parse(String text) throws CelEvaluationException {
        try {
            return new Amount(Quantity.parse(text));
        } catch (NumberFormatException e) {
            throw new CelEvaluationException(WRONG, e);
        }
    }

    private static boolean is(String text) {
        try {
            return Quantity.parse(text) != null;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean isWhole(BigDecimal amount) {
        return amount.scale() <= 0
                && amount.precision() - amount.scale() < 20
                && amount.toBigInteger().bitLength() < 64;
    }

    private static long whole(BigDecimal amount) throws CelEvaluationException {
        if (!isWhole(amount)) {
            throw new CelEvaluationException("cannot convert value to integer");
        }
        return amount.longValueExact();
    }
}
