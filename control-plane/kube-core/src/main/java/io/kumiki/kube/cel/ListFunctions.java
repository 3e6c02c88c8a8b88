package io.kumiki.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Kubernetes' functions on lists: `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf`.
final class ListFunctions {
    private static final Map<String, CelType> COMPARABLE = Map.of(
            "int", SimpleType.INT,
            "uint", SimpleType.UINT,
            "double", SimpleType.DOUBLE,
            "bool", SimpleType.BOOL,
            "duration", SimpleType.DURATION,
            "timestamp", SimpleType.TIMESTAMP,
            "string", SimpleType.STRING,
            "bytes", SimpleType.BYTES);
    private static final CelType ANY = TypeParamType.create("A");

    private ListFunctions() {}

    static Library library() {
        Library library = new Library();
        COMPARABLE.forEach((name, type) -> {
            List<CelType> list = List.of(ListType.create(type));
            library.member("isSorted", "list_" + name + "_is_sorted_bool", SimpleType.BOOL, list, a -> sorted(a[0]));
            library.member("max", "list_" + name + "_max_" + name, type, list, a -> extreme("max", a[0], 1));
            library.member("min", "list_" + name + "_min_" + name, type, list, a -> extreme("min", a[0], -1));
        });
        for (String name : List.of("int", "uint", "double", "duration")) {
            CelType type = COMPARABLE.getOrDefault(name, SimpleType.DYN);
            List<CelType> list = List.of(ListType.create(type));
            library.member("sum", "list_" + name + "_sum_" + name, type, list, a -> sum(name, a[0]));
        }
        List<CelType> search = List.of(ListType.create(ANY), ANY);
        return library.member(
                        "indexOf", "list_a_index_of_int", SimpleType.INT, search, a -> index((List<?>) a[0], a[1], 1))
                .member(
                        "lastIndexOf",
                        "list_a_last_index_of_int",
                        SimpleType.INT,
                        search,
                        a -> index((List<?>) a[0], a[1], -1));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static int compare(Object a, Object b) {
        if (a instanceof CelByteString x && b instanceof CelByteString y) {
            return CelByteString.unsignedLexicographicalComparator().compare(x, y);
        }
        return ((Comparable) a).compareTo(b);
    }

    private static boolean sorted(Object list) {
        Object before = null;
        for (Object each : (List<?>) list) {
            if (before != null && compare(before, each) > 0) {
                return false;
            }
            before = each;
        }
        return true;
    }

    private static Object extreme(String function, Object list, int sign) throws CelEvaluationException {
        Object best = null;
        for (Object each : (List<?>) list) {
            if (best == null || compare(each, best) * sign > 0) {
                best = each;
            }
        }
        if (best == null) {
            throw new CelEvaluationException(function + " called on empty list");
        }
        return best;
    }

    private static Object sum(String type, Object list) throws CelEvaluationException {
        try {
            Object sum = switch (type) {
                case "int" -> 0L;
                case "uint" -> com.google.common.primitives.UnsignedLong.ZERO;
                case "double" -> 0.0;
                default -> Duration.ZERO;
            };
            for (Object each : (List<?>) list) {
                sum = switch (sum) {
                    case Long a -> Math.addExact(a, (Long) each);
                    case Double a -> a + (Double) each;
                    case Duration a -> a.plus((Duration) each);
                    default ->
                        ((com.google.common.primitives.UnsignedLong) sum)
                                .plus((com.google.common.primitives.UnsignedLong) each);
                };
            }
            return sum;
        } catch (ArithmeticException e) {
            throw new CelEvaluationException("integer overflow", e);
        }
    }

    private static long index(List<?> list, Object wanted, int step) {
        for (int i = step > 0 ? 0 : list.size() - 1; i >= 0 && i < list.size(); i += step) {
            if (Equality.equal(list.get(i), wanted)) {
                return i;
            }
        }
        return -1;
    }
}
