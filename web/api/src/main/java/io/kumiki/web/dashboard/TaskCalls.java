package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.log.LogTail;
import io.kumiki.web.dashboard.log.TaskLogs;
import io.kumiki.web.dashboard.view.ArtifactRows;
import io.kumiki.web.dashboard.view.TaskDetails;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// One task of a run, and what it printed.
final class TaskCalls {
    private final Surface surface;
    private final TaskLogs logs;

    TaskCalls(Surface surface, TaskLogs logs) {
        this.surface = surface;
        this.logs = logs;
    }

    void addTo(Routes routes) {
        routes.get("/runs/{runId}/tasks/{taskId}", may("get", "runs"), this::get)
                .get("/runs/{runId}/tasks/{taskId}/log", may("get", "logs"), this::log);
    }

    private Answer get(Request request) {
        return Answer.json(surface.store().<ObjectNode>read(tx -> {
            var run = Surface.run(tx, request.param("runId"));
            TaskRecord task = Surface.task(tx, run.id(), request.param("taskId"));
            return new TaskDetails(tx, new ArtifactRows(tx, surface.ports().objects()))
                    .detail(task, tx.specs().get(run.specId()));
        }));
    }

    private Answer log(Request request) throws IOException {
        Query query = Query.of(request);
        int wanted = (int) query.number("attempt", 1, Integer.MAX_VALUE, 0);
        long offset = query.number("offset", 0, Long.MAX_VALUE, 0);
        long limit = query.number("limit", 1, Long.MAX_VALUE, Long.MAX_VALUE);
        boolean follow = query.flag("follow");
        boolean download = query.flag("download");
        query.check();
        TaskRecord task = surface.store()
                .read(tx ->
                        Surface.task(tx, Surface.run(tx, request.param("runId")).id(), request.param("taskId")));
        int attempt = wanted == 0 ? task.attempt() : wanted;
        if (follow) {
            return events(task, attempt, resumed(request, offset), request);
        }
        Answer answer = text(task, attempt, offset, limit);
        return download
                ? answer.with(
                        "Content-Disposition",
                        "attachment; filename=\"" + task.name().replaceAll("[^A-Za-z0-9._-]", "_") + "-" + attempt
                                + ".log\"")
                : answer;
    }

    private Answer text(TaskRecord task, int attempt, long offset, long limit) throws IOException {
        ObjectHead kept = logs.kept(task, attempt);
        if (kept != null) {
            long length = Math.clamp(kept.size() - offset, 0, limit);
            return stream(kept.size(), true, out -> {
                if (length > 0) {
                    try (InputStream in = logs.read(kept, offset, length)) {
                        in.transferTo(out);
                    }
                }
            });
        }
        Optional<InputStream> counted = logs.living(task, attempt, false);
        if (counted.isEmpty()) {
            return stream(0, task.state().terminal() || task.attempt() > attempt, out -> {});
        }
        long size;
        try (InputStream in = counted.get()) {
            size = in.transferTo(OutputStream.nullOutputStream());
        }
        long length = Math.clamp(size - offset, 0, limit);
        return stream(size, false, out -> {
            try (InputStream in =
                    logs.living(task, attempt, false).orElseThrow(() -> new IOException("the pod is gone"))) {
                in.skipNBytes(Math.min(offset, size));
                copy(in, out, length);
            }
        });
    }

    private static Answer stream(long size, boolean complete, Answer.StreamWriter writer) {
        return Answer.stream("text/plain; charset=utf-8", writer)
                .with("Kumiki-Log-Size", String.valueOf(size))
                .with("Kumiki-Log-Complete", String.valueOf(complete))
                .with("Cache-Control", "no-store");
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[32 * 1024];
        long left = length;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                return;
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static long resumed(Request request, long offset) {
        String last = request.header("Last-Event-ID");
        try {
            return last == null ? offset : Long.parseLong(last);
        } catch (NumberFormatException e) {
            throw HttpFault.badRequest(
                    "Last-Event-ID must be an offset that an earlier event gave, found \"" + last + "\"");
        }
    }

    private Answer events(TaskRecord task, int attempt, long from, Request request) {
        return Answer.stream("text/event-stream", out -> {
                    try (LogTail tail = new LogTail(logs, task.id(), attempt, () -> {})) {
                        request.onDisconnect(tail::close);
                        tail.start();
                        out.flush();
                        long at = from;
                        boolean complete = false;
                        while (!complete && tail.await(at)) {
                            LogTail.Chunk chunk = tail.since(at).orElseGet(tail::newest);
                            complete = chunk.complete();
                            if (chunk.end() > at || complete) {
                                at = Math.max(at, chunk.end());
                                out.write(event(chunk));
                                out.flush();
                            }
                        }
                        out.write("event: end\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8));
                    }
                })
                .with("Cache-Control", "no-store");
    }

    private static byte[] event(LogTail.Chunk chunk) {
        return ("event: chunk\nid: " + chunk.end() + "\ndata: " + Json.write(json(chunk)) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    static ObjectNode json(LogTail.Chunk chunk) {
        return Json.object()
                .put("offset", chunk.offset())
                .put("end", chunk.end())
                .put("text", chunk.text())
                .put("complete", chunk.complete());
    }
}
