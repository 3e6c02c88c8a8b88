package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.store.PipelineRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.store.list.ListQuery;
import io.kumiki.web.dashboard.list.RunFilter;
import java.util.Map;

/// Pipelines, versions and experiments as rows.
public final class CatalogRows {
    private static final int RECENT = 10;

    private final Tx tx;

    public CatalogRows(Tx tx) {
        this.tx = tx;
    }

    public ObjectNode pipeline(PipelineRecord p) {
        ObjectNode out = Json.object()
                .put("id", p.id())
                .put("namespace", p.namespace())
                .put("name", p.name())
                .put("displayName", p.displayName())
                .put("description", p.description());
        Fields.time(out, "createdAt", p.createdAt());
        out.set("tags", Fields.words(p.tags()));
        out.put("versionCount", tx.versions().count(p.id()));
        VersionRecord latest = tx.versions().latest(p.id());
        out.set("latestVersion", latest == null ? NullNode.instance : version(latest));
        out.set("recentRuns", recent(Map.of("pipeline_id", p.id())));
        return out;
    }

    public static ObjectNode version(VersionRecord v) {
        ObjectNode out = Json.object()
                .put("id", v.id())
                .put("pipelineId", v.pipelineId())
                .put("name", v.name())
                .put("displayName", v.displayName())
                .put("description", v.description());
        Fields.time(out, "createdAt", v.createdAt());
        out.put("specId", v.specId())
                .put("codeSourceUrl", Fields.orNull(v.codeSourceUrl()))
                .put("packageUrl", Fields.orNull(v.packageUrl()));
        out.set("tags", Fields.words(v.tags()));
        return out;
    }

    public ObjectNode experiment(ExperimentRecord e) {
        ObjectNode out = Json.object()
                .put("id", e.id())
                .put("namespace", e.namespace())
                .put("displayName", e.displayName())
                .put("description", e.description())
                .put("archived", e.archived());
        Fields.time(out, "createdAt", e.createdAt());
        Fields.time(out, "lastRunAt", e.lastRunAt());
        RunFilter runs = RunFilter.ofExperiment(e.namespace(), e.id());
        out.put("runs", tx.runs().list(runs.query(1, null)).total());
        out.set("counts", counts(tx, runs));
        out.set("recentRuns", recent(Map.of("experiment_id", e.id())));
        return out;
    }

    /// How many runs of each state match the filter, leaving its own states aside.
    public static ObjectNode counts(Tx tx, RunFilter filter) {
        ObjectNode out = Json.object();
        filter.eachState().forEach((state, of) -> {
            long n = tx.runs().list(of.query(1, null)).total();
            if (n > 0) {
                out.put(state.name(), n);
            }
        });
        return out;
    }

    private ArrayNode recent(Map<String, String> scope) {
        ArrayNode out = Json.array();
        tx.runs().list(ListQuery.newest(scope, RECENT)).rows().forEach(run -> out.add(RunRows.recent(run)));
        return out;
    }
}
