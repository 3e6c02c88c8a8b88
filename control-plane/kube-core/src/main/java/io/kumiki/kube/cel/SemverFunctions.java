package io.kumiki.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Semantic versions: `semver('1.2.3').isLessThan(…)`.
final class SemverFunctions {
    static final OpaqueType TYPE = OpaqueType.create("kubernetes.Semver");
    private static final String NUMBER = "(0|[1-9][0-9]{0,18})";
    private static final Pattern VERSION = Pattern.compile(NUMBER + "\\." + NUMBER + "\\." + NUMBER
            + "(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
            + "(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?");

    private SemverFunctions() {}

    record Version(long major, long minor, long patch, List<String> pre) {}

    static Library library() {
        List<CelType> text = List.of(SimpleType.STRING);
        List<CelType> loose = List.of(SimpleType.STRING, SimpleType.BOOL);
        List<CelType> one = List.of(TYPE);
        List<CelType> two = List.of(TYPE, TYPE);
        return new Library()
                .global("semver", "string_to_semver", TYPE, text, a -> parse((String) a[0], false))
                .global("semver", "string_bool_to_semver", TYPE, loose, a -> parse((String) a[0], (Boolean) a[1]))
                .global("isSemver", "is_semver_string", SimpleType.BOOL, text, a -> read((String) a[0], false) != null)
                .global(
                        "isSemver",
                        "is_semver_string_bool",
                        SimpleType.BOOL,
                        loose,
                        a -> read((String) a[0], (Boolean) a[1]) != null)
                .member("isGreaterThan", "semver_is_greater_than", SimpleType.BOOL, two, a -> compare(a) > 0)
                .member("isLessThan", "semver_is_less_than", SimpleType.BOOL, two, a -> compare(a) < 0)
                .member("compareTo", "semver_compare_to", SimpleType.INT, two, a -> (long) compare(a))
                .member("major", "semver_major", SimpleType.INT, one, a -> ((Version) a[0]).major)
                .member("minor", "semver_minor", SimpleType.INT, one, a -> ((Version) a[0]).minor)
                .member("patch", "semver_patch", SimpleType.INT, one, a -> ((Version) a[0]).patch);
    }

    private static Version parse(String text, boolean normalize) throws CelEvaluationException {
        Version version = read(text, normalize);
        if (version == null) {
            throw new CelEvaluationException("\"" + text + "\" is no semantic version");
        }
        return version;
    }

    private static @Nullable Version read(String text, boolean normalize) {
        Matcher matcher = VERSION.matcher(normalize ? normalized(text) : text);
        if (text.length() > 256 || !matcher.matches()) {
            return null;
        }
        try {
            return new Version(
                    Long.parseLong(matcher.group(1)),
                    Long.parseLong(matcher.group(2)),
                    Long.parseLong(matcher.group(3)),
                    matcher.group(4) == null
                            ? List.of()
                            : List.of(matcher.group(4).split("\\.")));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /// `v1.2` and `01.2.3` are meant well.
    private static String normalized(String text) {
        String plain = text.startsWith("v") ? text.substring(1) : text;
        int end = 0;
        while (end < plain.length() && "-+".indexOf(plain.charAt(end)) < 0) {
            end++;
        }
        String[] parts = plain.substring(0, end).split("\\.", -1);
        StringBuilder whole = new StringBuilder();
        for (int i = 0; i < Math.max(3, parts.length); i++) {
            String part = i < parts.length ? parts[i].replaceFirst("^0+(?=[0-9])", "") : "0";
            whole.append(i == 0 ? "" : ".").append(part);
        }
        return whole + plain.substring(end);
    }

    private static int compare(Object[] two) {
        Version a = (Version) two[0];
        Version b = (Version) two[1];
        int core = Long.compare(a.major, b.major);
        core = core != 0 ? core : Long.compare(a.minor, b.minor);
        core = core != 0 ? core : Long.compare(a.patch, b.patch);
        if (core != 0 || a.pre.equals(b.pre)) {
            return core;
        }
        if (a.pre.isEmpty() || b.pre.isEmpty()) {
            return a.pre.isEmpty() ? 1 : -1;
        }
        for (int i = 0; i < Math.min(a.pre.size(), b.pre.size()); i++) {
            int one = compare(a.pre.get(i), b.pre.get(i));
            if (one != 0) {
                return one;
            }
        }
        return Integer.compare(a.pre.size(), b.pre.size());
    }

    private static int compare(String a, String b) {
        boolean x = a.matches("[0-9]+");
        boolean y = b.matches("[0-9]+");
        if (x && y) {
            return new BigInteger(a).compareTo(new BigInteger(b));
        }
        return x == y ? Integer.signum(a.compareTo(b)) : x ? -1 : 1;
    }
}
