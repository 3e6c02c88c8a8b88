package io.kumiki.web.dashboard.stream;

import io.kumiki.runtime.http.HttpFault;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.list.RunFilter;
import org.jspecify.annotations.Nullable;

/// What a client can subscribe to, read from its name.
public sealed interface Topic {
    /// The resource a caller must be allowed to watch.
    String resource();

    record Runs(RunFilter filter, int limit) implements Topic {
        @Override
        public String resource() {
            return "runs";
        }
    }

    record Run(String id) implements Topic {
        @Override
        public String resource() {
            return "runs";
        }
    }

    record Log(String runId, String taskId, int attempt) implements Topic {
        @Override
        public String resource() {
            return "logs";
        }
    }

    record Pipelines(String namespace) implements Topic {
        @Override
        public String resource() {
            return "pipelines";
        }
    }

    record Experiments(String namespace) implements Topic {
        @Override
        public String resource() {
            return "experiments";
        }
    }

    record Cluster() implements Topic {
        @Override
        public String resource() {
            return "nodes";
        }
    }

    record Scheduler() implements Topic {
        @Override
        public String resource() {
            return "scheduling";
        }
    }

    static Topic parse(String name, String defaultNamespace) {
        int mark = name.indexOf('?');
        String path = mark < 0 ? name : name.substring(0, mark);
        Query query = Query.parse(mark < 0 ? "" : name.substring(mark + 1));
        String[] parts = path.split("/", -1);
        Topic topic = switch (parts[0]) {
            case "runs" -> parts.length == 1 ? runs(query, defaultNamespace) : null;
            case "run" -> parts.length == 2 && !parts[1].isEmpty() ? new Run(parts[1]) : null;
            case "log" -> parts.length == 4 ? log(parts) : null;
            case "pipelines" -> parts.length == 1 ? new Pipelines(namespace(query, defaultNamespace)) : null;
            case "experiments" -> parts.length == 1 ? new Experiments(namespace(query, defaultNamespace)) : null;
            case "cluster" -> parts.length == 1 ? new Cluster() : null;
            case "scheduling" -> parts.length == 1 ? new Scheduler() : null;
            default -> null;
        };
        if (topic == null) {
            throw HttpFault.notFound(
                    "there is no topic \"" + (name.length() > 100 ? name.substring(0, 100) + "…" : name)
                            + "\"; topics are runs?…, run/{id}, log/{run}/{task}/{attempt}, pipelines, experiments, cluster, scheduling");
        }
        query.check();
        return topic;
    }

    private static Topic runs(Query query, String defaultNamespace) {
        RunFilter filter = RunFilter.read(query, defaultNamespace);
        int limit = (int) query.number("limit", 1, 200, 50);
        query.text("cursor", 2000); // the first page is shown whatever the list's own cursor was
        return new Runs(filter, limit);
    }

    private static @Nullable Topic log(String[] parts) {
        return parts[3].matches("[1-9][0-9]{0,5}") ? new Log(parts[1], parts[2], Integer.parseInt(parts[3])) : null;
    }

    private static String namespace(Query query, String otherwise) {
        String given = query.text("namespace", 63);
        return given == null ? otherwise : given;
    }
}
