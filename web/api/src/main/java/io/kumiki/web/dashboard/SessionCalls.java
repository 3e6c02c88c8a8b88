package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import java.time.Duration;
import java.util.Comparator;

/// Who is calling, and what this installation is.
final class SessionCalls {
    private static final Duration TICKET_LIFE = Duration.ofSeconds(30);

    private final Surface surface;

    SessionCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.post("/session", ANYONE, Body.upTo(4096), this::open)
                .post("/session/socket-ticket", may("watch", "stream"), Body.upTo(4096), this::socketTicket)
                .get("/me", may("get", "me"), SessionCalls::me)
                .get("/namespaces", may("list", "namespaces"), request -> namespaces())
                .get("/about", may("get", "about"), request -> about());
    }

    private Answer open(Request request) {
        var caller =
                surface.ports().tickets().redeem(request.json().path("ticket").asText());
        if (caller == null) {
            throw HttpFault.unauthorized("this link has been used or is too old; run ./kumiki status for a new one");
        }
        return Answer.json(Json.object().put("token", surface.ports().token()));
    }

    private Answer socketTicket(Request request) {
        return Answer.json(Json.object()
                .put("ticket", surface.ports().tickets().issue(request.caller(), TICKET_LIFE))
                .put("expiresAt", surface.now().plus(TICKET_LIFE).toString()));
    }

    private static Answer me(Request request) {
        var caller = request.caller();
        ObjectNode me = Json.object().put("name", caller.name());
        ArrayNode groups = me.putArray("groups");
        caller.groups().stream().sorted().forEach(groups::add);
        return Answer.json(me.put("administrator", caller.groups().contains("system:masters")));
    }

    private Answer namespaces() {
        ObjectNode out = Json.object();
        ArrayNode items = out.putArray("items");
        surface.ports().cluster().namespaces().stream()
                .sorted(Comparator.comparing((ClusterView.NamespaceRow n) ->
                                !n.name().equals(surface.settings().namespace()))
                        .thenComparing(ClusterView.NamespaceRow::name))
                .forEach(n -> items.addObject().put("name", n.name()).put("phase", n.phase()));
        return Answer.json(out);
    }

    private Answer about() {
        DashboardSettings s = surface.settings();
        ObjectNode out = Json.object()
                .put("version", s.version())
                .put("commit", s.commit())
                .put("mode", s.mode())
                .put("isolation", s.isolation())
                .put("startedAt", s.startedAt().toString())
                .put("now", surface.now().toString());
        ArrayNode capabilities = out.putArray("capabilities");
        s.capabilities().forEach(capabilities::add);
        ObjectNode endpoints = out.putObject("endpoints");
        s.endpoints().get().forEach(endpoints::put);
        return Answer.json(out);
    }
}
