package io.kumiki.planner.words;

import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Why something is as it is: the code of a [Why], and sentences as data.
public record Said(String code, List<Clause> clauses) {
    public static final String WHY = "kumiki.io/why";
    static final String BECAUSE = "kumiki.io/because";
    /// Of a pod that waits.
    public static final List<String> NOTES = List.of(WHY, BECAUSE);

    public Said {
        clauses = List.copyOf(clauses);
    }

    /// What an object or a log says; where it carries no data, or data that is not known here, its words.
    public static List<Clause> read(@Nullable List<Gang.Because> because, @Nullable String message) {
        List<Clause> clauses = new ArrayList<>();
        for (Gang.Because one : because == null ? List.<Gang.Because>of() : because) {
            Clause clause = Clause.read(one);
            if (clause == null) {
                clauses.clear();
                break;
            }
            clauses.add(clause);
        }
        return clauses.isEmpty() && message != null && !message.isEmpty()
                ? List.of(new Clause.Quoted(message))
                : clauses;
    }

    public static @Nullable List<Gang.Because> written(List<Clause> clauses) {
        return clauses.isEmpty() ? null : clauses.stream().map(Clause::written).toList();
    }

    /// Annotations of a pod that waits: in words, and as data.
    public static Map<String, String> notes(Why why, List<Clause> clauses) {
        return Map.of(
                WHY,
                why.name() + ": " + English.of(clauses),
                BECAUSE,
                Json.write(Json.mapper()
                        .valueToTree(clauses.stream().map(Clause::written).toList())));
    }

    /// With names for everybody whom the function knows by uid.
    public Said naming(Function<String, @Nullable Party> byUid) {
        return new Said(
                code,
                clauses.stream()
                        .map(clause -> clause.about(who -> {
                            Party known = who.named() ? null : byUid.apply(who.uid());
                            return known == null || known.namespace() == null || known.name() == null
                                    ? who
                                    : who.named(known.namespace(), known.name());
                        }))
                        .toList());
    }

    /// Without the names of whoever is in none of these namespaces.
    public Said knownTo(Predicate<String> namespaces) {
        return new Said(
                code,
                clauses.stream()
                        .map(clause -> clause.about(who -> who.knownTo(namespaces)))
                        .toList());
    }

    public String message() {
        return English.of(clauses);
    }

    public Text text() {
        return new Text(message(), Japanese.of(code, clauses));
    }
}
