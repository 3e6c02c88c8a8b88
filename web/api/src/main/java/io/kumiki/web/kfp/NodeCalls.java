package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.Tx;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectUri;
import io.kumiki.store.objects.StoredObject;
import io.kumiki.web.kfp.wire.GrpcCode;
import io.kumiki.web.kfp.wire.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Comparator;

/// What a run's nodes left behind. A node is a task, named by its id or its pod's name; it must belong to the run
/// in the path.
final class NodeCalls {
    private static final long LARGEST_READ = 32L << 20;
    private static final String LOG = "main-logs";

    private final Surface surface;

    NodeCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.get(
                "/runs/{run_id}/nodes/{node_id}/artifacts/{name}:read",
                may("readArtifact", "runs"),
                surface.call(this::artifact));
    }

    /// The log has kept its v1alpha1 path.
    void addLogTo(Routes routes) {
        routes.get("/runs/{run_id}/nodes/{node_id}/log", may("readArtifact", "runs"), surface.call(this::log));
    }

    private Answer artifact(Request request) throws IOException {
        String name = request.param("name");
        TaskRecord task = surface.store().read(tx -> task(tx, request));
        if (name.equals(LOG) || name.startsWith("executor-logs")) {
            try (InputStream log = open(task, false)) {
                return data(log.readNBytes((int) LARGEST_READ));
            }
        }
        ArtifactRecord artifact = surface.store()
                .read(tx -> tx.artifacts().ofRun(task.runId()).stream()
                        .filter(a -> task.id().equals(a.taskId())
                                && (a.key().equals(name) || a.name().equals(name)))
                        .max(Comparator.comparingLong(ArtifactRecord::id))
                        .orElseThrow(() -> Refusal.notFound("Artifact", name)));
        return data(bytes(artifact));
    }

    private byte[] bytes(ArtifactRecord artifact) throws IOException {
        ObjectUri uri;
        try {
            uri = ObjectUri.parse(artifact.uri());
        } catch (IllegalArgumentException elsewhere) {
            throw Refusal.precondition(
                    "The artifact lies outside this installation's object storage and is not fetched from there: "
                            + Refusal.quoted(artifact.uri()));
        }
        try (StoredObject object = surface.ports().objects().get(uri.bucket(), uri.key())) {
            if (object.length() > LARGEST_READ) {
                throw Refusal.precondition("The artifact has " + object.length() + " bytes; at most " + LARGEST_READ
                        + " are sent this way. Read " + artifact.uri() + " from object storage.");
            }
            return object.bytes();
        } catch (ObjectFault e) {
            throw Refusal.of(
                    GrpcCode.NOT_FOUND,
                    "The bytes of artifact " + Refusal.quoted(artifact.name()) + " are not in object storage: "
                            + e.getMessage());
        }
    }

    private static Answer data(byte[] bytes) {
        return Answer.json(
                bytes.length == 0
                        ? Json.object()
                        : Json.object().put("data", Base64.getEncoder().encodeToString(bytes)));
    }

    private Answer log(Request request) throws IOException {
        TaskRecord task = surface.store().read(tx -> task(tx, request));
        String follow = Surface.query(request, "follow");
        InputStream log = open(task, follow.equalsIgnoreCase("true") || follow.equals("1"));
        return Answer.stream("text/plain; charset=utf-8", out -> {
            try (log) {
                byte[] chunk = new byte[16 * 1024];
                for (int n = log.read(chunk); n >= 0; n = log.read(chunk)) {
                    out.write(chunk, 0, n);
                    out.flush();
                }
            }
        });
    }

    private InputStream open(TaskRecord task, boolean follow) throws IOException {
        return surface.ports()
                .logs()
                .open(task.runId(), task.id(), follow)
                .orElseThrow(() -> Refusal.of(
                        GrpcCode.NOT_FOUND,
                        "The task " + Refusal.quoted(task.name())
                                + " has no log: it started no pod, or the log was removed."));
    }

    private static TaskRecord task(Tx tx, Request request) {
        String runId = request.param("run_id");
        String node = request.param("node_id");
        RunCalls.find(tx, runId);
        return tx.tasks().ofRun(runId).stream()
                .filter(task -> node.equals(task.id()) || node.equals(task.podName()))
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("Node", node));
    }
}
