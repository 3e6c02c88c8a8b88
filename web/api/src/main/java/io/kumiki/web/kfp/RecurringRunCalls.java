package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.web.kfp.wire.Messages;
import io.kumiki.web.kfp.wire.Refusal;
import java.util.Map;

/// Recurring runs cannot be created yet, and the answer says so by name. Since none can exist, the list is truly
/// empty
/// and every id is truly unknown.
final class RecurringRunCalls {
    private final Surface surface;

    RecurringRunCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.get("/recurringruns", may("list", "jobs"), surface.call(this::list))
                .on(
                        "POST",
                        "/recurringruns",
                        may("create", "jobs"),
                        Bodies.SPEC,
                        surface.call(RecurringRunCalls::create))
                .get("/recurringruns/{recurring_run_id}", may("get", "jobs"), surface.call(RecurringRunCalls::unknown))
                .delete(
                        "/recurringruns/{recurring_run_id}",
                        may("delete", "jobs"),
                        surface.call(RecurringRunCalls::unknown))
                .on(
                        "POST",
                        "/recurringruns/{recurring_run_id}:enable",
                        may("enable", "jobs"),
                        Bodies.VERB,
                        surface.call(RecurringRunCalls::unknown))
                .on(
                        "POST",
                        "/recurringruns/{recurring_run_id}:disable",
                        may("disable", "jobs"),
                        Bodies.VERB,
                        surface.call(RecurringRunCalls::unknown));
    }

    private Answer list(Request request) {
        surface.namespace(Surface.query(request, "namespace"));
        surface.list("recurring runs", request, Map.of());
        return Answer.json(Json.object());
    }

    private static Answer create(Request request) {
        Messages.RECURRING_RUN.read(request.body());
        throw Refusal.notOffered(
                "Recurring runs are not offered by this version of Kumiki: no schedule would ever fire."
                        + " Start runs with POST /apis/v2beta1/runs, from cron if need be.");
    }

    private static Answer unknown(Request request) {
        throw Refusal.notFound("Recurring run", request.param("recurring_run_id"));
    }
}
