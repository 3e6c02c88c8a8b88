package io.kumiki.kube.cel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import io.kumiki.kube.schema.Patterns;
import java.util.ArrayList;
import java.util.List;

/// Regular expressions, bounded in what they may cost, and `format`.
final class TextFunctions {
    /// Text times expression: a few hundred milliseconds at worst.
    private static final long DEAREST = 20_000_000;
    private static final int LONGEST = 8_000_000;

    private TextFunctions() {}

    static Library library() {
        List<CelType> two = List.of(SimpleType.STRING, SimpleType.STRING);
        List<CelType> three = List.of(SimpleType.STRING, SimpleType.STRING, SimpleType.INT);
        CelType texts = ListType.create(SimpleType.STRING);
        List<CelType> replace = List.of(SimpleType.STRING, SimpleType.STRING, SimpleType.STRING);
        List<CelType> replaceSome = List.of(SimpleType.STRING, SimpleType.STRING, SimpleType.STRING, SimpleType.INT);
        List<CelType> list = List.of(SimpleType.STRING, ListType.create(SimpleType.DYN));
        return new Library()
                .bind("matches", two, a -> matcher(a).find())
                .bind("matches_string", two, a -> matcher(a).find())
                .member("find", "string_find_string", SimpleType.STRING, two, a -> {
                    Matcher matcher = matcher(a);
                    return matcher.find() ? matcher.group() : "";
                })
                .member("findAll", "string_find_all_string", texts, two, a -> all(a, -1))
                .member("findAll", "string_find_all_string_int", texts, three, a -> all(a, (Long) a[2]))
                .member("replace", "string_replace_string_string", SimpleType.STRING, replace, a -> replaced(a, -1))
                .member(
                        "replace",
                        "string_replace_string_string_int",
                        SimpleType.STRING,
                        replaceSome,
                        a -> replaced(a, (Long) a[3]))
                .member("join", "list_join", SimpleType.STRING, List.of(texts), a -> joined((List<?>) a[0], ""))
                .member(
                        "join",
                        "list_join_string",
                        SimpleType.STRING,
                        List.of(texts, SimpleType.STRING),
                        a -> joined((List<?>) a[0], (String) a[1]))
                .member(
                        "format",
                        "string_format",
                        SimpleType.STRING,
                        list,
                        a -> TextFormat.format((String) a[0], (List<?>) a[1]));
    }

    private static Matcher matcher(Object[] arguments) throws CelEvaluationException {
        String text = (String) arguments[0];
        String expression = (String) arguments[1];
        if ((long) text.length() * expression.length() > DEAREST) {
            throw new CelEvaluationException(Budget.EXCEEDED);
        }
        try {
            Pattern pattern = Patterns.compiled(expression);
            return pattern.matcher(text);
        } catch (PatternSyntaxException e) {
            throw new CelEvaluationException("Illegal regex: " + e.getMessage(), e);
        }
    }

    /// The first `most` occurrences, all of them when negative; an empty one is before every character.
    private static String replaced(Object[] arguments, long most) throws CelEvaluationException {
        String text = (String) arguments[0];
        String wanted = (String) arguments[1];
        String with = (String) arguments[2];
        StringBuilder out = new StringBuilder();
        int from = 0;
        long times = 0;
        while (most < 0 || times < most) {
            int at = text.indexOf(wanted, wanted.isEmpty() && times > 0 ? from + 1 : from);
            if (at < 0 || wanted.isEmpty() && times > 0 && from >= text.length()) {
                break;
            }
            out.append(text, from, at).append(with);
            from = at + wanted.length();
            times++;
            bounded(out);
        }
        return out.append(text, from, text.length()).toString();
    }

    private static String joined(List<?> texts, String between) throws CelEvaluationException {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            out.append(i == 0 ? "" : between).append(texts.get(i));
            bounded(out);
        }
        return out.toString();
    }

    private static void bounded(StringBuilder text) throws CelEvaluationException {
        if (text.length() > LONGEST) {
            throw new CelEvaluationException(Budget.EXCEEDED);
        }
    }

    private static List<String> all(Object[] arguments, long most) throws CelEvaluationException {
        List<String> found = new ArrayList<>();
        Matcher matcher = matcher(arguments);
        while ((most < 0 || found.size() < most) && matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }
}
