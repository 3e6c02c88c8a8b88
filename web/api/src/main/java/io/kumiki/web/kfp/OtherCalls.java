package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.RouteHandler;
import io.kumiki.runtime.http.Routes;
import io.kumiki.web.kfp.wire.Refusal;
import java.util.ArrayList;
import java.util.Set;

/// Health, the authorization question of KFP's UI, and what the published swagger declares but nobody serves here.
final class OtherCalls {
    private static final Set<String> RESOURCES = Set.of("VIEWERS", "1");
    private static final Set<String> VERBS = Set.of("CREATE", "GET", "DELETE", "1", "2", "3");

    private final Surface surface;

    OtherCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.get("/healthz", may("get", "healthz"), surface.call(this::health))
                .get("/auth", may("get", "viewers"), surface.call(this::authorize))
                .get(
                        "/filters",
                        may("get", "viewers"),
                        absent(
                                "/filters only describes the filter message; give it to a list as its filter parameter."))
                .on(
                        "POST",
                        "/visualizations/{namespace}",
                        may("create", "visualizations"),
                        Bodies.MESSAGE,
                        absent(
                                "No visualization server runs here. Write HTML, Markdown or metrics artifacts; the run's page shows them."))
                .on(
                        "POST",
                        "/workflows",
                        may("report", "workflows"),
                        Bodies.SPEC,
                        absent("No Argo workflow stands behind a run here, so there is none to report."))
                .on(
                        "POST",
                        "/scheduledworkflows",
                        may("report", "scheduledworkflows"),
                        Bodies.SPEC,
                        absent("No scheduled workflow stands behind a run here, so there is none to report."));
    }

    /// KFP 2.17 itself registers /auth under v1beta1 only.
    void addAuthTo(Routes routes) {
        routes.get("/auth", may("get", "viewers"), surface.call(this::authorize));
    }

    private Answer health(Request request) {
        ObjectNode out = Json.object();
        out.put("commit_sha", surface.settings().commit());
        out.put("tag_name", surface.settings().version());
        out.put("multi_user", false);
        out.put("pipeline_store", "database");
        return Answer.json(out);
    }

    /// The caller has passed the guard; on a single-user surface that is the whole question.
    private Answer authorize(Request request) {
        var violations = new ArrayList<Violation>();
        check("resources", Surface.query(request, "resources"), RESOURCES, violations);
        check("verb", Surface.query(request, "verb"), VERBS, violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("Nothing to authorize", violations);
        }
        surface.namespace(Surface.query(request, "namespace"));
        return Surface.done();
    }

    private static void check(String name, String value, Set<String> known, ArrayList<Violation> violations) {
        if (!known.contains(value)) {
            violations.add(new Violation(
                    name,
                    "Unknown",
                    "wanted one of " + String.join(", ", new java.util.TreeSet<>(known)) + ", found "
                            + Refusal.quoted(value)));
        }
    }

    private static RouteHandler absent(String why) {
        return request -> {
            throw Refusal.notOffered(why);
        };
    }
}
