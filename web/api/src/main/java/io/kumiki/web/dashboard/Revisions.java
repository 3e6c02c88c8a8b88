package io.kumiki.web.dashboard;

import io.kumiki.planner.NodePicture;
import io.kumiki.planner.Proposal;
import io.kumiki.planner.Scene;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Names the states of the scheduler, and knows which nodes changed since an earlier one: a map of ten thousand GPUs is
/// sent whole once, and afterwards only what is new of it. Keeps one picture per node, whoever asks.
public final class Revisions {
    private static final int GONE_KEPT = 10_000;

    /// @param nodes those that changed; all of them where `whole`
    /// @param removed since the revision asked about
    record Changed(
            Scene scene, boolean whole, List<NodePicture> nodes, List<String> removed, List<Proposal> proposals) {}

    private record Row(NodePicture node, long since) {}

    private record Gone(String node, long since) {}

    private final String life;
    private final TreeMap<String, Row> rows = new TreeMap<>();
    private final Deque<Gone> gone = new ArrayDeque<>();
    private @Nullable Scene latest;
    private List<String> levels = List.of();
    private List<Proposal> proposals = List.of();
    private long forgotten;

    /// @param life of this process: versions begin anew with each
    Revisions(String life) {
        this.life = life;
    }

    /// What a state is called, here and in no other process.
    public String of(Scene scene) {
        return life + "-" + scene.version();
    }

    /// Null for what is no revision of this process.
    @Nullable
    Long version(String revision) {
        return revision.matches("[a-z0-9]{1,20}-[0-9]{1,18}") && revision.startsWith(life + "-")
                ? Long.valueOf(revision.substring(life.length() + 1))
                : null;
    }

    /// @param scene or a later one, if that is known already
    /// @param version null for everything
    synchronized Changed since(Scene scene, @Nullable Long version) {
        Scene now = latest;
        if (now == null || scene.version() > now.version()) {
            take(scene);
            now = scene;
        }
        if (version == null || version < forgotten || version > now.version()) {
            return new Changed(now, true, rows.values().stream().map(Row::node).toList(), List.of(), proposals);
        }
        List<NodePicture> changed = new ArrayList<>();
        for (Row row : rows.values()) {
            if (row.since() > version) {
                changed.add(row.node());
            }
        }
        Set<String> removed = new TreeSet<>();
        gone.stream().filter(one -> one.since() > version).forEach(one -> removed.add(one.node()));
        removed.removeAll(rows.keySet());
        return new Changed(now, false, changed, List.copyOf(removed), proposals);
    }

    /// Whose names stand on the map.
    synchronized Set<String> namespaces() {
        Set<String> all = new TreeSet<>();
        rows.values().forEach(row -> row.node().held().forEach(held -> all.add(held.namespace())));
        proposals.forEach(one -> one.moves().forEach(move -> all.add(move.namespace())));
        return all;
    }

    private void take(Scene scene) {
        Map<String, NodePicture> nodes = new TreeMap<>();
        scene.nodes().forEach(node -> nodes.put(node.name(), node));
        for (String name : List.copyOf(rows.keySet())) {
            if (!nodes.containsKey(name)) {
                rows.remove(name);
                gone.add(new Gone(name, scene.version()));
            }
        }
        nodes.forEach((name, node) -> {
            Row known = rows.get(name);
            if (known == null || !known.node().equals(node)) {
                rows.put(name, new Row(node, scene.version()));
            }
        });
        while (gone.size() > GONE_KEPT) {
            forgotten = gone.removeFirst().since();
        }
        if (!scene.levels().equals(levels)) {
            levels = scene.levels();
            forgotten = scene.version();
        }
        proposals = scene.proposals();
        latest = scene;
    }
}
