package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A trigger condition: the part of CEL that KFP's compiler writes, and the obvious rest of its boolean algebra.
/// Parsed once.
public final class Condition {
    /// The syntax tree.
    sealed interface Term {
        record Literal(Object value) implements Term {}

        record Parameter(String name) implements Term {}

        record Call(String function, Term argument) implements Term {}

        record Not(Term term) implements Term {}

        record Negative(Term term) implements Term {}

        record And(Term left, Term right) implements Term {}

        record Or(Term left, Term right) implements Term {}

        record Compare(String operator, Term left, Term right) implements Term {}
    }

    private final String text;
    private final Term term;

    private Condition(String text, Term term) {
        this.text = text;
        this.term = term;
    }

    public static Condition compile(String text) {
        return new Condition(text, new ConditionParser(text).parse());
    }

    public String text() {
        return text;
    }

    /// The parameters it looks at.
    public Set<String> parameters() {
        var names = new TreeSet<String>();
        collect(term, names);
        return names;
    }

    private static void collect(Term term, Set<String> names) {
        switch (term) {
            case Term.Literal l -> {}
            case Term.Parameter p -> names.add(p.name);
            case Term.Call c -> collect(c.argument, names);
            case Term.Not n -> collect(n.term, names);
            case Term.Negative n -> collect(n.term, names);
            case Term.And a -> {
                collect(a.left, names);
                collect(a.right, names);
            }
            case Term.Or o -> {
                collect(o.left, names);
                collect(o.right, names);
            }
            case Term.Compare c -> {
                collect(c.left, names);
                collect(c.right, names);
            }
        }
    }

    public boolean holds(Function<String, @Nullable JsonNode> parameters) {
        try {
            return bool(new ConditionValue(parameters).of(term));
        } catch (Unresolvable e) {
            throw new Unresolvable("the condition " + text + " cannot be decided: " + e.getMessage());
        }
    }

    static boolean bool(Object value) {
        if (value instanceof Boolean b) {
            return b;
        }
        throw new Unresolvable("true or false was expected, found " + ConditionValue.describe(value));
    }

    @Override
    public String toString() {
        return text;
    }
}
