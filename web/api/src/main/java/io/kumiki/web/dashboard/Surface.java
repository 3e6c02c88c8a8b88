package io.kumiki.web.dashboard;

import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.RouteHandler;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Store;
import io.kumiki.store.StoreFault;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.store.list.ListRefused;
import io.kumiki.web.dashboard.list.Pages;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Supplier;

/// What every call shares.
record Surface(
        DashboardSettings settings,
        Store store,
        DashboardPorts ports,
        InstantSource clock,
        Supplier<UUID> ids,
        Pages pages) {

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    static RunRecord run(Tx tx, String id) {
        return found(tx.runs().get(id), "run", id);
    }

    static TaskRecord task(Tx tx, String runId, String id) {
        TaskRecord task = tx.tasks().get(id);
        return found(task == null || !task.runId().equals(runId) ? null : task, "task", id);
    }

    static VersionRecord version(Tx tx, String pipelineId, String id) {
        VersionRecord version = tx.versions().get(id);
        return found(version == null || !version.pipelineId().equals(pipelineId) ? null : version, "version", id);
    }

    static SpecRecord spec(Tx tx, String id) {
        return found(tx.specs().get(id), "pipeline spec", id);
    }

    static <T> T found(@org.jspecify.annotations.Nullable T row, String kind, String id) {
        if (row == null) {
            throw HttpFault.notFound("there is no " + kind + " \""
                    + (id.length() > 100 ? id.substring(0, 100) + "…" : id) + "\"; it may have been deleted");
        }
        return row;
    }

    /// The store's refusals in this surface's words.
    static RouteHandler translated(RouteHandler handler) {
        return request -> {
            try {
                return handler.handle(request);
            } catch (StoreFault.AlreadyExists e) {
                throw HttpFault.conflict(String.valueOf(e.getMessage()));
            } catch (StoreFault.NotFound e) {
                throw HttpFault.notFound(String.valueOf(e.getMessage()));
            } catch (ListRefused e) {
                throw HttpFault.invalid(e.violations());
            }
        };
    }
}
