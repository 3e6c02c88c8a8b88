package io.kumiki.localcluster.node.pod;

import java.util.Map;

/// Kubernetes' `$(NAME)` in env values, command and args: known names are replaced, unknown ones stay, `$$(NAME)`
/// is a literal `$(NAME)`.
public final class Expansion {
    private Expansion() {}

    public static String expand(String text, Map<String, String> names) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                i++;
                continue;
            }
            char next = text.charAt(i + 1);
            int close = next == '(' ? text.indexOf(')', i + 2) : -1;
            if (next == '$') {
                out.append('$');
                i += 2;
            } else if (close > 0) {
                String name = text.substring(i + 2, close);
                String value = names.get(name);
                out.append(value == null ? "$(" + name + ")" : value);
                i = close + 1;
            } else {
                out.append(c);
                i++;
            }
        }
        return out.toString();
    }
}
