package io.kumiki.kube.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/// Lists, watches, goes on after a cut and lists again after 410, as clients do; checks what it hears.
public final class Informer {
    private final ResourceType type;
    private final Map<String, Long> cache = new TreeMap<>();
    private final ArrayDeque<WatchEvent> queue = new ArrayDeque<>();
    private Cluster cluster;
    private AutoCloseable watch = () -> {};
    private long seen;
    private int relists;

    public Informer(ResourceType type, Cluster cluster) {
        this.type = type;
        this.cluster = cluster;
        relist();
    }

    /// After a crash: the same client finds another process behind the address.
    public void reconnect(Cluster next) throws Exception {
        cluster = next;
        cut();
    }

    /// The connection breaks; what was not yet taken from it is lost.
    public void cut() throws Exception {
        watch.close();
        queue.clear();
        if (seen == 0) {
            // Nothing was there when it listed; from 0 a watch would begin with what is there.
            return;
        }
        try {
            open();
        } catch (ApiFault fault) {
            assertThat(fault.code())
                    .as("a revision that was seen is never unknown, only too old: %s", fault.getMessage())
                    .isEqualTo(410);
            relist();
        }
    }

    private void open() {
        watch = cluster.watch(type, "", Selection.ALL, seen, queue::add);
    }

    private void relist() {
        relists++;
        var listed = cluster.list(type, "", Selection.ALL);
        assertThat(listed.revision()).as("revisions never go back").isGreaterThanOrEqualTo(seen);
        seen = listed.revision();
        cache.clear();
        for (ObjectNode item : listed.items()) {
            cache.put(key(item), item.at("/metadata/resourceVersion").asLong());
        }
        if (seen > 0) {
            open();
        }
    }

    /// Takes at most so many events: a slow client takes few.
    public void take(int most) {
        if (seen == 0) {
            relist();
        }
        for (int i = 0; i < most && !queue.isEmpty(); i++) {
            WatchEvent event = queue.poll();
            assertThat(event.revision())
                    .as("%s events come in order, once", type)
                    .isGreaterThan(seen);
            seen = event.revision();
            String key = key(event.object());
            switch (event.type()) {
                case ADDED ->
                    assertThat(cache.put(key, seen))
                            .as("%s was there already", key)
                            .isNull();
                case MODIFIED ->
                    assertThat(cache.put(key, seen)).as("%s was not there", key).isNotNull();
                case DELETED ->
                    assertThat(cache.remove(key)).as("%s was not there", key).isNotNull();
                case BOOKMARK -> {}
            }
        }
    }

    /// Whether what it knows is what there is.
    public void check() {
        take(Integer.MAX_VALUE);
        Map<String, Long> there = new TreeMap<>();
        for (ObjectNode item : cluster.list(type, "", Selection.ALL).items()) {
            there.put(key(item), item.at("/metadata/resourceVersion").asLong());
        }
        assertThat(cache).as("what the watch of %s told", type).isEqualTo(there);
    }

    public long seen() {
        return seen;
    }

    public int relists() {
        return relists;
    }

    private static String key(ObjectNode object) {
        return object.at("/metadata/namespace").asText("") + "/"
                + object.at("/metadata/name").asText();
    }
}
