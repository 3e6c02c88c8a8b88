package io.kumiki.kube.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Regular expressions in the dialect that Kubernetes has (RE2): their time grows with the text and never explodes.
/// Compiled once; definitions use few patterns and many objects.
public final class Patterns {
    private static final int KEPT = 4096;
    private static final Map<String, Pattern> COMPILED = new ConcurrentHashMap<>();

    private Patterns() {}

    /// What is wrong with an expression; `null` when nothing is.
    static @Nullable String problem(String expression) {
        try {
            compiled(expression);
            return null;
        } catch (PatternSyntaxException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Whether the text has a part that matches.
    static boolean find(String expression, String text) {
        try {
            return compiled(expression).matcher(text).find();
        } catch (PatternSyntaxException e) {
            // Of a definition stored before patterns were checked so strictly: as much as an unknown format.
            return true;
        }
    }

    /// Throws [PatternSyntaxException].
    public static Pattern compiled(String expression) {
        if (COMPILED.size() > KEPT) {
            COMPILED.clear();
        }
        return COMPILED.computeIfAbsent(expression, Pattern::compile);
    }
}
