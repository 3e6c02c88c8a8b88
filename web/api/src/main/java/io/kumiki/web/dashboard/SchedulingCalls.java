package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Decision;
import io.kumiki.planner.GangPicture;
import io.kumiki.planner.Past;
import io.kumiki.planner.Scene;
import io.kumiki.planner.WhatIf;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.view.QuotaRows;
import io.kumiki.web.dashboard.view.SchedulingRows;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The queue and the nodes as the planner sees them. Amounts are for everybody who may see the queue; names only for
/// those who may read gangs in their namespace.
final class SchedulingCalls {
    private static final Permission NAMES = may("get", "gangs");
    private static final Permission QUOTAS = may("get", "tenantquotas");
    /// Samples are one in half a minute for a day, then one in ten minutes; in seconds.
    private static final long DAY = 86_400;

    private static final long FINE = 45;
    private static final long COARSE = 660;

    private final Surface surface;
    private final Revisions revisions;

    SchedulingCalls(Surface surface, Revisions revisions) {
        this.surface = surface;
        this.revisions = revisions;
    }

    void addTo(Routes routes) {
        routes.get("/scheduling/cluster", may("get", "scheduling"), this::cluster)
                .get("/scheduling/queue", may("get", "scheduling"), this::queue)
                .get("/scheduling/quotas", may("get", "scheduling"), this::quotas)
                .get("/scheduling/gangs/{namespace}/{name}", NAMES, this::gang)
                .get("/scheduling/gangs/{namespace}/{name}/yaml", NAMES, this::yaml)
                .get("/scheduling/history", may("get", "scheduling"), this::history)
                .get("/scheduling/decisions", may("get", "scheduling"), this::decisions)
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
        return new SchedulingRows(named(request));
    }

    /// Whether the caller may know the names of a namespace; each is asked about once.
    private Predicate<String> named(Request request) {
        Map<String, Boolean> asked = new HashMap<>();
        return namespace ->
                asked.computeIfAbsent(namespace, n -> surface.ports().guard().allows(request.caller(), NAMES, n));
    }

    private Answer cluster(Request request) {
        Query query = Query.of(request);
        String since = query.text("since", 100);
        Instant time = query.instant("time");
        query.check();
        SchedulingRows rows = rows(request);
        if (time != null) {
            return pastCluster(rows, past(time), time);
        }
        String[] known = since == null ? new String[0] : since.split("~", -1);
        Long version = known.length == 2 ? revisions.version(known[0]) : null;
        Revisions.Changed changed = revisions.since(scene(), version);
        String names = rows.names(revisions.namespaces());
        if (!changed.whole() && !names.equals(known[1])) {
            // The caller may know other names than then: also nodes that did not change look different.
            changed = revisions.since(changed.scene(), null);
        }
        ObjectNode out = rows.cluster(changed.scene(), changed.nodes(), changed.proposals());
        told(out, changed.scene());
        out.put("cursor", revisions.of(changed.scene()) + "~" + names).put("whole", changed.whole());
        changed.removed().forEach(out.putArray("removed")::add);
        return Answer.json(out);
    }

    private Answer pastCluster(SchedulingRows rows, Past past, Instant time) {
        Scene scene = past.scene();
        ObjectNode out = rows.cluster(scene, scene.nodes(), scene.proposals());
        out.putNull("cursor").put("whole", true).putArray("removed");
        return Answer.json(told(out, past, time));
    }

    private Answer queue(Request request) {
        Query query = Query.of(request);
        Instant time = query.instant("time");
        query.check();
        if (time != null) {
            Past past = past(time);
            return Answer.json(told(rows(request).queue(past.scene()), past, time));
        }
        Scene scene = scene();
        return Answer.json(told(rows(request).queue(scene), scene));
    }

    private Answer quotas(Request request) {
        Query.of(request).check();
        Scene scene = scene();
        Scheduling scheduling = surface.ports().scheduling();
        String tree = scene.tree();
        Decision.Publish told = tree == null ? null : scheduling.usage(tree).orElse(null);
        boolean all = surface.ports().guard().allows(request.caller(), QUOTAS, null);
        ObjectNode out = new QuotaRows(named(request), all).quotas(scene, scheduling.quotas(), told);
        return Answer.json(out.put("revision", revisions.of(scene)));
    }

    private Past past(Instant time) {
        Scheduling scheduling = surface.ports().scheduling();
        // What is logged is known by its second: one that is named is meant with all that happened in it.
        Instant end = time.getNano() == 0 ? time.plusMillis(999) : time;
        return scheduling.at(end).orElseThrow(() -> {
            String reach = scheduling
                    .reach()
                    .map(from -> "the decision log reaches back to " + from.truncatedTo(ChronoUnit.SECONDS)
                            + " only, not to " + time)
                    .orElse("no decision log is kept here, so that nothing can be told of the past");
            return new HttpFault(404, "BeyondTheLog", reach);
        });
    }

    private ObjectNode told(ObjectNode out, Scene scene) {
        return out.put("revision", revisions.of(scene)).putNull("past");
    }

    /// How far what is told of the past can be trusted: the scheduler takes a sample every half a minute while it runs.
    private ObjectNode told(ObjectNode out, Past past, Instant time) {
        long second = time.getEpochSecond();
        long near = surface.now().getEpochSecond() - second < DAY - COARSE ? FINE : COARSE;
        boolean ran = !surface.ports()
                .scheduling()
                .history(second - near, second + near, 2)
                .isEmpty();
        out.putNull("revision")
                .putObject("past")
                .put("asked", time.toString())
                .put("doubt", past.lost() ? "EventsLost" : ran ? null : "NotRunning");
        return out;
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
        Scheduling scheduling = surface.ports().scheduling();
        return Answer.json(SchedulingRows.history(scheduling.history(from, to, points))
                .put("replayFrom", scheduling.reach().map(Instant::toString).orElse(null)));
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
        Query query = Query.of(request);
        Instant time = query.instant("time");
        query.check();
        if (time != null) {
            Past past = past(time);
            ObjectNode out = rows(request).gang(past.scene(), gang(request, past.scene()), before(request, time));
            return Answer.json(told(out, past, time));
        }
        Scene scene = scene();
        GangPicture gang = gang(request, scene);
        return Answer.json(told(rows(request).gang(scene, gang, gang.timeline()), scene));
    }

    private static GangPicture gang(Request request, Scene scene) {
        String name = request.param("namespace") + "/" + request.param("name");
        return Surface.found(scene.gang(request.param("namespace"), request.param("name")), "gang", name);
    }

    private Answer yaml(Request request) {
        Query query = Query.of(request);
        boolean managed = query.flag("managedFields");
        String kind = query.oneOf("kind", List.of("Gang", "Pod"), "Gang");
        query.check();
        String namespace = request.param("namespace");
        String name = request.param("name");
        boolean pod = kind.equals("Pod");
        if (pod && !surface.ports().guard().allows(request.caller(), may("get", "pods"), namespace)) {
            throw HttpFault.forbidden(request.caller().name() + " may not get pods in " + namespace);
        }
        String path = (pod ? "/api/v1" : "/apis/kumiki.io/v1alpha1") + "/namespaces/" + namespace
                + (pod ? "/pods/" : "/gangs/") + name;
        boolean named = namespace.matches("[a-z0-9-]{1,63}") && name.matches("[a-z0-9][a-z0-9.-]{0,252}");
        ObjectNode object = Surface.found(
                named ? surface.ports().cluster().object(path).orElse(null) : null, kind, namespace + "/" + name);
        byte[] text = ObjectText.yaml(object, managed).getBytes(StandardCharsets.UTF_8);
        return Answer.bytes(200, "application/yaml", text);
    }

    /// What is logged of a gang up to a time, oldest first: a scene played back knows only what its file tells.
    private List<Decided> before(Request request, Instant time) {
        var wanted = new Decided.Wanted(
                request.param("namespace"), request.param("name"), null, Long.valueOf(time.getEpochSecond()));
        return surface.ports()
                .scheduling()
                .decisions(wanted, null)
                .map(page -> page.rows().reversed())
                .orElse(List.of());
    }
}
