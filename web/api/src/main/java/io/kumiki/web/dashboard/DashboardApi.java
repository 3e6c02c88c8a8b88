package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static io.kumiki.runtime.http.Permission.may;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.StaticFiles;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.store.Store;
import io.kumiki.web.dashboard.artifact.ContentLinks;
import io.kumiki.web.dashboard.graph.Graphs;
import io.kumiki.web.dashboard.list.Pages;
import io.kumiki.web.dashboard.log.TaskLogs;
import io.kumiki.web.dashboard.stream.ChangeLog;
import io.kumiki.web.dashboard.stream.StreamHub;
import io.kumiki.web.dashboard.stream.Subjects;
import io.kumiki.web.kfp.wire.PageTokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// The dashboard's surface: `/api/v1`, the stream, artifacts' content, the page itself. Mount {@link #routes()} on
/// the dashboard's listener.
public final class DashboardApi implements AutoCloseable {
    private static final String CONTRACT = "/openapi/v1.yaml";
    private static final int CHANGES_KEPT = 50_000;
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);

    private final Surface surface;
    private final Graphs graphs = new Graphs();
    private final TaskLogs logs;
    private final ContentLinks links;
    private final Revisions revisions;
    private final StreamHub hub;
    private final AutoCloseable listening;

    public DashboardApi(
            DashboardSettings settings, Store store, DashboardPorts ports, InstantSource clock, Supplier<UUID> ids) {
        byte[] cursorKey = new byte[32];
        new SecureRandom().nextBytes(cursorKey);
        Pages pages = new Pages(new PageTokens(cursorKey));
        this.surface = new Surface(settings, store, ports, clock, ids, pages);
        this.logs = new TaskLogs(store, ports.objects(), ports.logs());
        this.links = new ContentLinks(store, ports.objects(), clock);
        this.revisions = new Revisions(Integer.toUnsignedString(ids.get().hashCode(), 36));
        ChangeLog log = new ChangeLog(store.seq(), CHANGES_KEPT);
        Subjects subjects = new Subjects(
                settings.namespace(),
                store,
                ports.objects(),
                log,
                logs,
                ports.cluster(),
                ports.scheduling(),
                revisions,
                (tx, runs) -> RunCalls.page(tx, pages, runs.filter(), new Pages.Wanted(runs.limit(), null)));
        this.hub = new StreamHub(subjects, ports.guard(), clock, HEARTBEAT);
        this.listening = store.onCommit(changes -> {
            log.add(changes);
            hub.changed(changes);
        });
    }

    public List<Routes> routes() {
        return List.of(api(), links.routes(), page());
    }

    private Routes api() {
        Routes api = new Routes("/api/v1", new ProblemRenderer());
        new SessionCalls(surface).addTo(api);
        new PipelineCalls(surface, graphs).addTo(api);
        new ExperimentCalls(surface).addTo(api);
        new RunCalls(surface, graphs).addTo(api);
        new TaskCalls(surface, logs).addTo(api);
        new ArtifactCalls(surface, links).addTo(api);
        new ExampleCalls(surface).addTo(api);
        new SchedulingCalls(surface, revisions).addTo(api);
        return api.socket("/stream", may("watch", "stream"), hub)
                .get("/openapi.json", ANYONE, request -> Answer.bytes(200, "application/json", contract()));
    }

    private static Routes page() {
        return new Routes("", new ProblemRenderer())
                .get("/{path*}", ANYONE, new StaticFiles(DashboardApi.class.getClassLoader(), "webroot"));
    }

    private static byte[] contract() {
        try (InputStream in = DashboardApi.class.getResourceAsStream(CONTRACT)) {
            if (in == null) {
                throw new IllegalStateException("the contract " + CONTRACT + " is not on the class path");
            }
            return Json.bytes(Yaml.documents(in.readAllBytes()).getFirst());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where KFP's log call finds logs, too.
    public TaskLogs logs() {
        return logs;
    }

    /// Loads what is slow the first time; call it once everything is up.
    public void warm() {
        graphs.warm();
    }

    @Override
    public void close() {
        hub.close();
        graphs.close();
        try {
            listening.close();
        } catch (Exception e) {
            throw new IllegalStateException("the store's listener did not go", e);
        }
    }
}
