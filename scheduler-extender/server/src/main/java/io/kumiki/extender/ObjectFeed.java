package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.work.Backoff;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One kind of objects: a list that is read object by object, then a watch; listed again when the watch is too old.
/// A thread of its own that may block.
final class ObjectFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectFeed.class);
    private static final int NOT_FOUND = 404;
    /// A server that went without a word looks like one at which nothing happens: after so long it is asked anew.
    static final Duration LONGEST = Duration.ofMinutes(5);

    /// Who is told, on the feed's thread.
    interface Sink {
        void seen(JsonNode object);

        /// @param key namespace/name
        void gone(String key);

        /// The kind is served, and all that was there has been told.
        default void listed() {}

        /// All that has come so far is told: the whole list, or what of a watch came together.
        default void settled() {}

        /// What comes, as this one wants to read it.
        default InputStream paced(InputStream watch) {
            return watch;
        }
    }

    private final KubeApi api;
    private final String path;
    private final String list;
    private final Sink sink;
    private final Backoff backoff;
    private final Duration longest;
    private final CountDownLatch listed = new CountDownLatch(1);
    private final Thread thread;
    private Set<String> known;
    private String version = "";
    private volatile @Nullable InputStream open;
    private volatile boolean closed;
    private volatile long listedAt = System.nanoTime();

    /// @param list query of the list: `?resourceVersion=0` for what the API server has in its memory, else empty
    ObjectFeed(KubeApi api, String path, String list, Sink sink, Backoff backoff) {
        this(api, path, list, sink, backoff, LONGEST, new HashSet<>());
    }

    /// @param longest that one watch lasts
    ObjectFeed(KubeApi api, String path, String list, Sink sink, Backoff backoff, Duration longest, Set<String> known) {
        this.longest = longest;
        this.api = api;
        this.path = path;
        this.list = list;
        this.sink = sink;
        this.backoff = backoff;
        this.known = known;
        this.thread = Thread.ofVirtual().name("feed " + path).start(this::run);
    }

    /// This one ends, and another begins with the list: connections may be dead without having been closed.
    ObjectFeed again() throws InterruptedException {
        close();
        thread.join();
        return new ObjectFeed(api, path, list, sink, backoff, longest, known);
    }

    /// Waits until everything that was there has been told.
    void awaitList() throws InterruptedException {
        listed.await();
    }

    /// When the last byte of the list had come, by [System#nanoTime].
    long listedAt() {
        return listedAt;
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try {
                if (version.isEmpty()) {
                    list();
                }
                watch();
                failures = 0;
            } catch (IOException | RuntimeException e) {
                if (closed) {
                    return;
                }
                failures++;
                LOG.debug("{} cannot be followed ({}); trying again", path, e.toString());
            } catch (InterruptedException e) {
                return;
            }
            try {
                Thread.sleep(failures == 0 ? Duration.ofMillis(100) : backoff.after(failures));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void list() throws IOException, InterruptedException {
        KubeApi.Stream stream = api.open(path + list);
        open = stream.body();
        if (stream.code() == NOT_FOUND) {
            // The kind is not served here (yet): nothing of it exists.
            stream.body().close();
            listed.countDown();
            throw new IOException("answered 404");
        }
        if (stream.code() != 200) {
            stream.body().close();
            throw new IOException("answered " + stream.code());
        }
        Set<String> there = new HashSet<>();
        String revision = "";
        try (JsonParser parser = Json.tokens().createParser(stream.body())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("metadata")) {
                    revision =
                            LeanObjects.object(parser).path("resourceVersion").asText();
                } else if (field.equals("items") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        JsonNode object = LeanObjects.object(parser);
                        there.add(key(object));
                        tell(object);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        listedAt = System.nanoTime();
        known.stream().filter(key -> !there.contains(key)).forEach(sink::gone);
        known = there;
        version = revision;
        sink.settled();
        sink.listed();
        listed.countDown();
    }

    private void watch() throws IOException, InterruptedException {
        KubeApi.Stream stream = api.open(path + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + version
                + "&timeoutSeconds=" + Math.max(1, longest.toSeconds()));
        open = stream.body();
        if (stream.code() != 200) {
            stream.body().close();
            version = "";
            throw new IOException("the watch was answered " + stream.code());
        }
        Thread end = Thread.ofVirtual().start(() -> end(stream.body()));
        try (var events = new WatchEvents(sink.paced(stream.body()))) {
            for (JsonNode event = events.next(); event != null && !closed; event = events.next()) {
                JsonNode object = event.path("object");
                String revision =
                        object.path("metadata").path("resourceVersion").asText("");
                switch (event.path("type").asText()) {
                    case "ADDED", "MODIFIED" -> {
                        known.add(key(object));
                        tell(object);
                    }
                    case "DELETED" -> {
                        known.remove(key(object));
                        sink.gone(key(object));
                    }
                    case "BOOKMARK" -> {}
                    default -> {
                        version = "";
                        return;
                    }
                }
                version = revision.isEmpty() ? version : revision;
                if (!events.hasMore()) {
                    sink.settled();
                }
            }
        } finally {
            end.interrupt();
        }
    }

    /// Later than the server would.
    private void end(InputStream watch) {
        try {
            Thread.sleep(longest.plus(longest.dividedBy(10)));
            watch.close();
        } catch (InterruptedException e) {
            LOG.trace("{} ended by itself", path);
        } catch (IOException e) {
            LOG.debug("ending {}", path, e);
        }
    }

    /// One object that cannot be read must not hide the others.
    private void tell(JsonNode object) {
        try {
            sink.seen(object);
        } catch (RuntimeException e) {
            LOG.error("{} {} cannot be read", path, key(object), e);
        }
    }

    static String key(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.path("namespace").asText("") + "/"
                + metadata.path("name").asText();
    }

    @Override
    public void close() {
        closed = true;
        InputStream stream = open;
        thread.interrupt();
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException e) {
                LOG.debug("closing {}", path, e);
            }
        }
    }
}
