package io.kumiki.kube.select;

/// What label keys and values may look like. Every write asks for each of its labels and annotations, so the text is
/// looked at letter by letter, without expressions.
public final class LabelText {
    private static final int NAME = 63;
    private static final int PREFIX = 253;

    private LabelText() {}

    public static boolean validKey(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? name(key, 0) : slash <= PREFIX && subdomain(key, slash) && name(key, slash + 1);
    }

    public static boolean validValue(String value) {
        return value.isEmpty() || name(value, 0);
    }

    /// Whether a text is a DNS-1123 label, of whatever length.
    public static boolean label(String text) {
        return label(text, 0, text.length());
    }

    /// Whether a text is made of DNS-1123 labels with dots between, of whatever length.
    public static boolean subdomain(String text) {
        return subdomain(text, text.length());
    }

    /// Letters, digits, `-`, `_` and `.`; the first and the last one a letter or a digit.
    private static boolean name(String text, int from) {
        int end = text.length();
        if (end == from || end - from > NAME || !edge(text.charAt(from)) || !edge(text.charAt(end - 1))) {
            return false;
        }
        for (int i = from + 1; i < end - 1; i++) {
            char c = text.charAt(i);
            if (!edge(c) && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean subdomain(String text, int end) {
        int from = 0;
        for (int dot = text.indexOf('.'); dot >= 0 && dot < end; dot = text.indexOf('.', from)) {
            if (!label(text, from, dot)) {
                return false;
            }
            from = dot + 1;
        }
        return label(text, from, end);
    }

    private static boolean label(String text, int from, int end) {
        if (end <= from || text.charAt(from) == '-' || text.charAt(end - 1) == '-') {
            return false;
        }
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (!digit(c) && !(c >= 'a' && c <= 'z') && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean edge(char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
