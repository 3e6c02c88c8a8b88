package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.planner.Decided;
import io.kumiki.planner.GangPicture;
import io.kumiki.planner.Scene;
import io.kumiki.planner.WhatIf;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.view.SchedulingRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The queue and the nodes as the planner sees them. Amounts are for everybody who may see the queue; names only for
/// those who may read gangs in their namespace.
final class SchedulingCalls {
    private static final Permission NAMES = may("get", "gangs");

    private final Surface surface;

    SchedulingCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.get("/scheduling/cluster", may("get", "scheduling"), this::cluster)
                .get("/scheduling/queue", may("get", "scheduling"), this::queue)
                .get("/scheduling/gangs/{namespace}/{name}", NAMES, this::gang)
                .get("/scheduling/history", may("get", "scheduling"), this::history)
                .get("/scheduling/decisions", may("get", "scheduling"), this::decisions)
                .get("/scheduling/decisions/at", may("get", "scheduling"), this::decisionsAt)
                .post("/scheduling/what-if", may("simulate", "scheduling"), Body.upTo(256 * 1024), this::whatIf);
    }

    private Scene scene() {
        return read(surface.ports().scheduling().scene());
    }

    private static Scene read(Optional<Scene> scene) {
        return scene.orElseThrow(() ->
                new HttpFault(503, "Starting", "the planner has not read the cluster yet; try again in a few seconds"));
    }

    private SchedulingRows rows(Request request) {
        Map<String, Boolean> asked = new HashMap<>();
        return new SchedulingRows(namespace ->
                asked.computeIfAbsent(namespace, n -> surface.ports().guard().allows(request.caller(), NAMES, n)));
    }

    private Answer cluster(Request request) {
        Query.of(request).check();
        Scene scene = scene();
        return Answer.json(rows(request).cluster(scene));
    }

    private Answer queue(Request request) {
        Query.of(request).check();
        return Answer.json(rows(request).queue(scene()));
    }

    private Answer history(Request request) {
        Query query = Query.of(request);
        Instant until = query.instant("to");
        long to = until == null ? surface.now().getEpochSecond() : until.getEpochSecond();
        Instant since = query.instant("from");
        long from = since == null ? to - 3600 : since.getEpochSecond();
        int points = (int) query.number("points", 2, 1000, 200);
        if (from >= to) {
            query.wrong("from", "WrongTime", "a time before `to` is wanted");
        }
        query.check();
        return Answer.json(SchedulingRows.history(surface.ports().scheduling().history(from, to, points)));
    }

    private Answer decisions(Request request) {
        Query query = Query.of(request);
        String namespace = query.text("namespace", 63);
        String name = query.text("name", 253);
        Instant from = query.instant("from");
        Instant to = query.instant("to");
        String token = query.text("pageToken", 200);
        query.check();
        var wanted = new Decided.Wanted(
                namespace,
                name,
                from == null ? null : Long.valueOf(from.getEpochSecond()),
                to == null ? null : Long.valueOf(to.getEpochSecond()));
        try {
            Decided.Page page = surface.ports()
                    .scheduling()
                    .decisions(wanted, token)
                    .orElseThrow(() ->
                            HttpFault.notFound("no decision log is kept here; start the extender with --decision-log"));
            return Answer.json(rows(request).decisions(page.rows(), page.next(), name != null));
        } catch (IllegalArgumentException e) {
            throw HttpFault.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private Answer decisionsAt(Request request) {
        Query query = Query.of(request);
        Instant time = query.instant("time");
        if (time == null) {
            query.wrong("time", "Missing", "the time to play back is wanted");
        }
        query.check();
        Scene scene = surface.ports()
                .scheduling()
                .at(java.util.Objects.requireNonNull(time))
                .orElseThrow(() -> HttpFault.notFound("the decision log does not reach back to " + time));
        return Answer.json(rows(request).queue(scene));
    }

    private Answer whatIf(Request request) {
        Query.of(request).check();
        WhatIf.Question question =
                WhatIfBody.read(request.json(), surface.settings().namespace());
        Scene scene = read(surface.ports().scheduling().forecast());
        List<Violation> violations = new ArrayList<>();
        WhatIf.Answer answer = WhatIf.ask(scene, question, violations);
        if (answer == null) {
            throw HttpFault.invalid(violations);
        }
        return Answer.json(rows(request).whatIf(scene, answer));
    }

    private Answer gang(Request request) {
        Query.of(request).check();
        Scene scene = scene();
        GangPicture gang = scene.gang(request.param("namespace"), request.param("name"));
        Surface.found(gang, "gang", request.param("namespace") + "/" + request.param("name"));
        ObjectNode out = Json.object();
        out.setAll(rows(request).gang(java.util.Objects.requireNonNull(gang)));
        return Answer.json(out);
    }
}
