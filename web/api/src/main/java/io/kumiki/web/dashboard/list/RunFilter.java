package io.kumiki.web.dashboard.list;

import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.PageKey;
import io.kumiki.store.list.Predicate;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which runs a list shows, and in which order. The same for a page and for the live topic.
public record RunFilter(
        String namespace,
        Set<RunState> states,
        @Nullable String experiment,
        @Nullable String pipeline,
        @Nullable String version,
        @Nullable String text,
        @Nullable Instant createdAfter,
        @Nullable Instant createdBefore,
        boolean archived,
        String sort) {
    private static final Map<String, String> KEYS = Map.of(
            "createdAt", "created_at", "finishedAt", "finished_at", "displayName", "display_name", "state", "state");

    public RunFilter {
        states = states.isEmpty() ? Set.of() : EnumSet.copyOf(states);
    }

    public static RunFilter read(Query query, String defaultNamespace) {
        String namespace = query.text("namespace", 63);
        return new RunFilter(
                namespace == null ? defaultNamespace : namespace,
                states(query),
                query.text("experiment", 100),
                query.text("pipeline", 100),
                query.text("version", 100),
                query.typed("text"),
                query.instant("createdAfter"),
                query.instant("createdBefore"),
                query.flag("archived"),
                query.oneOf("sort", Sorts.both(KEYS.keySet()), "-createdAt"));
    }

    public static RunFilter ofExperiment(String namespace, String id) {
        return new RunFilter(namespace, Set.of(), id, null, null, null, null, null, false, "-createdAt");
    }

    private static Set<RunState> states(Query query) {
        Set<RunState> states = EnumSet.noneOf(RunState.class);
        String text = query.text("state", 200);
        for (String word : text == null ? new String[0] : text.split(",")) {
            try {
                states.add(RunState.valueOf(word));
            } catch (IllegalArgumentException unknown) {
                query.wrong(
                        "state",
                        "UnknownValue",
                        "one of " + Arrays.toString(RunState.values()) + " is wanted, found '" + word + "'");
            }
        }
        return states;
    }

    public ListQuery query(int limit, @Nullable PageKey after) {
        Map<String, String> scope = new HashMap<>(Map.of("namespace", namespace));
        List<Predicate> predicates = new ArrayList<>();
        put(scope, "experiment_id", experiment);
        put(scope, "pipeline_id", pipeline);
        put(scope, "pipeline_version_id", version);
        scope.put("storage_state", archived ? "ARCHIVED" : "AVAILABLE");
        if (!states.isEmpty()) {
            predicates.add(Predicate.in("state", states.stream().map(Enum::name).toList()));
        }
        if (text != null) {
            predicates.add(Predicate.substring("display_name", text));
        }
        if (createdAfter != null) {
            predicates.add(Predicate.since("created_at", createdAfter));
        }
        if (createdBefore != null) {
            predicates.add(new Predicate("created_at", Predicate.Operation.LESS_THAN, List.of(createdBefore)));
        }
        return new ListQuery(scope, predicates, Sorts.stored(sort, KEYS), limit, after);
    }

    private static void put(Map<String, String> scope, String key, @Nullable String value) {
        if (value != null) {
            scope.put(key, value);
        }
    }

    /// Whether the row belongs to the list; the same decision as the query's.
    public boolean matches(RunRecord run) {
        return run.namespace().equals(namespace)
                && run.archived() == archived
                && (states.isEmpty() || states.contains(run.state()))
                && (experiment == null || experiment.equals(run.experimentId()))
                && (pipeline == null || pipeline.equals(run.pipelineId()))
                && (version == null || version.equals(run.versionId()))
                && (createdAfter == null || run.createdAt().getEpochSecond() >= createdAfter.getEpochSecond())
                && (createdBefore == null || run.createdAt().getEpochSecond() < createdBefore.getEpochSecond())
                && (text == null || plain(run.displayName()).contains(plain(text)));
    }

    private static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    /// The filter once per state, for counts.
    public Map<RunState, RunFilter> eachState() {
        Map<RunState, RunFilter> each = new EnumMap<>(RunState.class);
        for (RunState state : RunState.values()) {
            each.put(
                    state,
                    new RunFilter(
                            namespace,
                            Set.of(state),
                            experiment,
                            pipeline,
                            version,
                            text,
                            createdAfter,
                            createdBefore,
                            archived,
                            sort));
        }
        return each;
    }
}
