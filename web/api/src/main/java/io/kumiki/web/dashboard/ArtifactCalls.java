package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.web.dashboard.artifact.ContentLinks;
import io.kumiki.web.dashboard.artifact.Preview;
import io.kumiki.web.dashboard.list.Pages;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.list.Sorts;
import io.kumiki.web.dashboard.view.ArtifactRows;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Artifacts and what they look like.
final class ArtifactCalls {
    private static final Map<String, String> KEYS = Map.of("createdAt", "created_at", "name", "name", "text", "name");

    private final Surface surface;
    private final ContentLinks links;
    private final Preview preview;

    ArtifactCalls(Surface surface, ContentLinks links) {
        this.surface = surface;
        this.links = links;
        this.preview = new Preview(surface.ports().objects());
    }

    void addTo(Routes routes) {
        routes.get("/artifacts", may("list", "artifacts"), Surface.translated(this::list))
                .get("/artifacts/{artifactId}", may("get", "artifacts"), this::get)
                .get("/artifacts/{artifactId}/preview", may("get", "artifacts"), this::preview)
                .on("POST", "/artifacts/{artifactId}/ticket", may("get", "artifacts"), Body.upTo(4096), this::ticket);
    }

    private Answer list(Request request) {
        Query query = Query.of(request);
        Map<String, String> scope = new HashMap<>();
        String namespace = query.text("namespace", 63);
        scope.put("namespace", namespace == null ? surface.settings().namespace() : namespace);
        String type = query.text("type", 200);
        String run = query.text("run", 100);
        if (type != null) {
            scope.put("type", type);
        }
        if (run != null) {
            scope.put("run_id", run);
        }
        String text = query.typed("text");
        String sort = query.oneOf("sort", Sorts.both(Set.of("createdAt", "name")), "-createdAt");
        Pages.Wanted wanted = Pages.wanted(query);
        query.check();
        var list = surface.pages().query(wanted, scope, text, sort, KEYS);
        return Answer.json(surface.store().<ObjectNode>read(tx -> {
            ArtifactRows rows = new ArtifactRows(tx, surface.ports().objects());
            return surface.pages().page(list, tx.artifacts().list(list), rows::row);
        }));
    }

    private ArtifactRecord artifact(Request request) {
        String id = request.param("artifactId");
        if (!id.matches("[1-9][0-9]{0,17}")) {
            throw HttpFault.notFound("there is no artifact \"" + id + "\": artifacts are numbered");
        }
        return surface.store().read(tx -> Surface.found(tx.artifacts().get(Long.parseLong(id)), "artifact", id));
    }

    private Answer get(Request request) {
        ArtifactRecord artifact = artifact(request);
        return Answer.json(surface.store()
                .<ObjectNode>read(tx -> new ArtifactRows(tx, surface.ports().objects()).row(artifact)));
    }

    private Answer preview(Request request) throws IOException {
        Query query = Query.of(request);
        String path = query.text("path", 1024);
        int rows = (int) query.number("rows", 1, 1000, 100);
        query.check();
        return Answer.json(preview.of(artifact(request), path == null ? "" : path, rows));
    }

    private Answer ticket(Request request) {
        Query query = Query.of(request);
        String path = query.text("path", 1024);
        query.check();
        try {
            return Answer.json(links.ticket(artifact(request), path == null ? "" : path));
        } catch (IllegalArgumentException elsewhere) {
            throw HttpFault.conflict("the bytes are outside this installation's object storage and cannot be had here");
        }
    }
}
