package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.extender.foreign.Format;
import io.kumiki.extender.foreign.Terms;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.QuotaScope;
import io.kumiki.planner.fact.Shape;
import io.kumiki.runtime.work.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Everything of the cluster that is read, and whom it is told to.
final class Feeds implements AutoCloseable {
    private static final String PODS = "/api/v1/pods";

    private final KubeApi api;
    private final PlannerLoop planner;
    private final SchedulingView view;
    private final PodWatch pods;
    private final DerivedGangs gangs;
    private final DeclaredGroups groups;
    private final Quotas quotas;
    private final List<ObjectFeed> all = new CopyOnWriteArrayList<>();

    Feeds(
            KubeApi api,
            PlannerLoop planner,
            SchedulingView view,
            PodWatch pods,
            DerivedGangs gangs,
            DeclaredGroups groups,
            Quotas quotas) {
        this.api = api;
        this.planner = planner;
        this.view = view;
        this.pods = pods;
        this.gangs = gangs;
        this.groups = groups;
        this.quotas = quotas;
    }

    /// Returns when every list has been told: as it is now, whatever was heard before.
    void read() throws InterruptedException {
        if (all.isEmpty()) {
            begin();
        } else {
            for (int i = 0; i < all.size(); i++) {
                all.set(i, all.get(i).again());
            }
        }
        for (ObjectFeed feed : all) {
            feed.awaitList();
        }
    }

    private void begin() {
        nodes();
        volumes();
        budgets();
        feed(CapacityRequests.PATH, capacity());
        feed(PODS, pods);
        gangs();
        groups();
        feed("/apis/kumiki.io/v1alpha1/tenantquotas", quotas);
        feed("/apis/kumiki.io/v1alpha1/topologies", this::topology, key -> {
            if (key.equals("/default")) {
                levels(PlaceLevels.USUAL);
            }
        });
        feed(
                "/api/v1/resourcequotas",
                this::limit,
                gone((namespace, name) -> new Event.NamespaceLimit(namespace, name, Map.of(), Map.of())));
    }

    /// When the last list had come, by [System#nanoTime].
    long listedAt() {
        return all.stream().mapToLong(ObjectFeed::listedAt).max().orElse(System.nanoTime());
    }

    private void tell(Event event) {
        planner.tell(event);
        view.tell(event);
    }

    /// Told of `namespace/name`.
    private Consumer<String> gone(BiFunction<String, String, Event> event) {
        return key -> {
            int slash = key.indexOf('/');
            tell(event.apply(key.substring(0, slash), key.substring(slash + 1)));
        };
    }

    private void nodes() {
        feed(
                "/api/v1/nodes",
                node -> tell(new Event.NodeSeen(Facts.node(node))),
                key -> tell(new Event.NodeGone(key.substring(1))));
        // Each of its pods that comes or goes changes its status: only what its pods ask for is news.
        Map<String, DaemonFact> daemons = new HashMap<>();
        feed(
                "/apis/apps/v1/daemonsets",
                set -> {
                    DaemonFact daemon = Facts.daemon(set);
                    if (!daemon.equals(daemons.put(ObjectFeed.key(set), daemon))) {
                        tell(new Event.DaemonSeen(daemon));
                    }
                },
                gone(Event.DaemonGone::new).andThen(daemons::remove));
    }

    private void volumes() {
        var volumes = new VolumeWatch(this::tell);
        feed("/api/v1/persistentvolumes", volumes::volume, volumes::volumeGone);
        feed("/api/v1/persistentvolumeclaims", volumes::claim, volumes::claimGone);
    }

    private void budgets() {
        feed(
                "/apis/policy/v1/poddisruptionbudgets",
                object -> {
                    BudgetFact budget = Facts.budget(object);
                    if (budget != null) {
                        tell(new Event.BudgetSeen(budget));
                    }
                },
                gone(Event.BudgetGone::new));
    }

    /// Nobody who only looks needs them.
    private ObjectFeed.Sink capacity() {
        return new ObjectFeed.Sink() {
            @Override
            public void seen(JsonNode object) {
                CapacityFact capacity = CapacityRequests.fact(object);
                if (capacity != null) {
                    planner.tell(new Event.CapacitySeen(capacity));
                }
            }

            @Override
            public void gone(String key) {
                int slash = key.indexOf('/');
                planner.tell(new Event.CapacityGone(key.substring(0, slash), key.substring(slash + 1)));
            }

            @Override
            public void listed() {
                planner.tell(new Event.CapacityServed());
            }
        };
    }

    private void gangs() {
        feed(
                "/apis/kumiki.io/v1alpha1/gangs",
                this::gang,
                gone(Event.GangGone::new).andThen(gangs::gangGone));
    }

    /// Other systems' groups, and the classes by which they and Kueue's pods name their priority.
    private void groups() {
        for (Format format : Format.ALL) {
            for (String list : format.lists()) {
                feed(list, group(format));
            }
        }
        priorities(Terms.Priority.CLASS, "/apis/scheduling.k8s.io/v1/priorityclasses");
        // One object in both versions where both are served.
        priorities(Terms.Priority.WORKLOAD_CLASS, "/apis/kueue.x-k8s.io/v1beta2/workloadpriorityclasses");
        priorities(Terms.Priority.WORKLOAD_CLASS, "/apis/kueue.x-k8s.io/v1beta1/workloadpriorityclasses");
    }

    private ObjectFeed.Sink group(Format format) {
        return new ObjectFeed.Sink() {
            @Override
            public void seen(JsonNode object) {
                groups.seen(format, object);
                gangs.declared(object.path("metadata").path("namespace").asText());
            }

            @Override
            public void gone(String key) {
                groups.gone(format, key);
            }

            @Override
            public void listed() {
                groups.read(format);
            }
        };
    }

    private void priorities(String kind, String list) {
        feed(list, object -> groups.priority(kind, object), key -> groups.priorityGone(kind, key.substring(1)));
    }

    private void gang(JsonNode object) {
        view.tell(Facts.origin(object));
        tell(new Event.GangSeen(Facts.gang(object)));
        gangs.gang(object);
    }

    private void topology(JsonNode object) {
        if (!object.path("metadata").path("name").asText().equals("default")) {
            return;
        }
        List<PlaceLevels.Level> levels = new ArrayList<>();
        object.path("spec")
                .path("levels")
                .forEach(level -> levels.add(new PlaceLevels.Level(
                        level.path("name").asText(), level.path("label").asText())));
        levels(List.copyOf(levels));
    }

    private void levels(List<PlaceLevels.Level> levels) {
        groups.levels(levels);
        tell(new Event.Levels(levels));
    }

    private void limit(JsonNode object) {
        tell(new Event.NamespaceLimit(
                object.path("metadata").path("namespace").asText(),
                object.path("metadata").path("name").asText(),
                amounts(object.path("status").path("hard")),
                amounts(object.path("status").path("used")),
                scopes(object.path("spec"))));
    }

    /// Null for a quota of all pods.
    static @Nullable List<QuotaScope> scopes(JsonNode spec) {
        List<QuotaScope> scopes = new ArrayList<>();
        spec.path("scopes").forEach(name -> scopes.add(new QuotaScope(name.asText(), "Exists", List.of())));
        for (JsonNode one : spec.path("scopeSelector").path("matchExpressions")) {
            List<String> values = new ArrayList<>();
            one.path("values").forEach(value -> values.add(value.asText()));
            scopes.add(new QuotaScope(
                    one.path("scopeName").asText(), one.path("operator").asText(), values));
        }
        return scopes.isEmpty() ? null : scopes;
    }

    private static Map<String, Long> amounts(JsonNode quantities) {
        var amounts = new TreeMap<String, Long>();
        Facts.texts(quantities)
                .forEach((name, text) ->
                        amounts.put(name, Shape.found(name.endsWith("cpu") ? "cpu" : name, text, Shape.MOST_OF_ALL)));
        return amounts;
    }

    private void feed(String path, Consumer<JsonNode> seen, Consumer<String> gone) {
        feed(path, new ObjectFeed.Sink() {
            @Override
            public void seen(JsonNode object) {
                seen.accept(object);
            }

            @Override
            public void gone(String key) {
                gone.accept(key);
            }
        });
    }

    private void feed(String path, ObjectFeed.Sink sink) {
        all.add(new ObjectFeed(
                api,
                path,
                // Of so many objects what the API server has in its memory is enough: what changed since is watched.
                path.equals(PODS) ? "?resourceVersion=0" : "",
                sink,
                new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), new SplittableRandom(path.hashCode()))));
    }

    @Override
    public void close() {
        all.forEach(ObjectFeed::close);
        gangs.close();
    }
}
