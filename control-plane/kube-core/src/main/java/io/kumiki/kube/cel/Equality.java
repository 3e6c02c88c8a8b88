package io.kumiki.kube.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `==`, list concatenation and the functions on sets, which all regard lists that are sets or maps as such.
final class Equality {
    private static final CelType ANY = TypeParamType.create("T");

    private Equality() {}

    static Library library() {
        List<CelType> any = List.of(SimpleType.DYN, SimpleType.DYN);
        List<CelType> lists = List.of(ListType.create(ANY), ListType.create(ANY));
        CelType bool = SimpleType.BOOL;
        return new Library()
                .bind("equals", any, a -> equal(a[0], a[1]))
                .bind("not_equals", any, a -> !equal(a[0], a[1]))
                .bind("add_list", lists, a -> concatenated((List<?>) a[0], (List<?>) a[1]))
                .global(
                        "sets.contains",
                        "list_sets_contains_list",
                        bool,
                        lists,
                        a -> keys(a[0]).containsAll(keys(a[1])))
                .global(
                        "sets.equivalent",
                        "list_sets_equivalent_list",
                        bool,
                        lists,
                        a -> keys(a[0]).equals(keys(a[1])))
                .global("sets.intersects", "list_sets_intersects_list", bool, lists, a -> {
                    Set<Object> both = keys(a[0]);
                    both.retainAll(keys(a[1]));
                    return !both.isEmpty();
                });
    }

    private static Set<Object> keys(Object list) {
        Set<Object> keys = new HashSet<>();
        ((List<?>) list).forEach(each -> keys.add(key(each)));
        return keys;
    }

    private static List<?> concatenated(List<?> a, List<?> b) {
        if (a instanceof ListValue list && list.shape() != ListValue.Shape.PLAIN) {
            return list.united(b);
        }
        List<Object> both = new ArrayList<>(a.size() + b.size());
        both.addAll(a);
        both.addAll(b);
        return both;
    }

    static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return lists(x, y);
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.size() == y.size() && x.entrySet().stream().allMatch(e -> has(y, e.getKey(), e.getValue()));
        }
        if (a instanceof Optional<?> x && b instanceof Optional<?> y) {
            return x.isPresent() == y.isPresent() && equal(x.orElse(null), y.orElse(null));
        }
        return a instanceof Number && b instanceof Number ? key(a).equals(key(b)) : Objects.equals(a, b);
    }

    private static boolean has(Map<?, ?> map, Object key, Object value) {
        return map.containsKey(key) && equal(value, map.get(key));
    }

    private static boolean lists(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        ListValue shaped = shaped(a) != null ? shaped(a) : shaped(b);
        if (shaped != null) {
            Map<Object, Object> x = shaped.identified();
            List<?> other = shaped == a ? b : a;
            return other.stream().allMatch(item -> has(x, shaped.identity(item), item));
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable ListValue shaped(List<?> list) {
        return list instanceof ListValue value && value.shape() != ListValue.Shape.PLAIN ? value : null;
    }

    /// Equal for equal values, so that they can be looked up.
    static Object key(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Long number -> number;
            case UnsignedLong number -> whole(new BigDecimal(number.bigIntegerValue()));
            case Double number -> Double.isFinite(number) ? whole(new BigDecimal(number)) : number;
            case ListValue list
            when list.shape() != ListValue.Shape.PLAIN -> {
                Map<Object, Object> keyed = new HashMap<>();
                list.identified().forEach((identity, item) -> keyed.put(identity, plain(item)));
                yield keyed;
            }
            case List<?> list -> list.stream().map(Equality::key).toList();
            case Map<?, ?> map -> plain(map);
            default -> value;
        };
    }

    private static Object plain(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return key(value);
        }
        Map<Object, Object> keyed = new HashMap<>();
        map.forEach((name, each) -> keyed.put(key(name), key(each)));
        return keyed;
    }

    private static Object whole(BigDecimal number) {
        BigDecimal plain = number.stripTrailingZeros();
        boolean fits = plain.scale() <= 0
                && plain.precision() - plain.scale() < 20
                && plain.toBigInteger().bitLength() < 64;
        return fits ? (Object) plain.longValueExact() : plain;
    }
}
