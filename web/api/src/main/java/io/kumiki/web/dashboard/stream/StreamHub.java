package io.kumiki.web.dashboard.stream;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.Guard;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.SocketHandler;
import io.kumiki.store.Change;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All sockets and topics of this process.
public final class StreamHub implements SocketHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamHub.class);

    /// Makes a topic's feed, and says in which namespace it lies.
    public interface Feeds {
        Topic parse(String name);

        /// `null` for what lies in no namespace; a HttpFault when its object does not exist.
        @Nullable
        String namespace(Topic topic);

        /// @param changed to be called when the feed itself finds something new
        Feed open(Topic topic, Runnable changed);
    }

    private final Feeds feeds;
    private final Guard guard;
    private final InstantSource clock;
    private final Map<String, FeedRunner> runners = new ConcurrentHashMap<>();
    private final Set<StreamSession> sessions = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("stream-heart").factory());

    public StreamHub(Feeds feeds, Guard guard, InstantSource clock, Duration heartbeat) {
        this.feeds = feeds;
        this.guard = guard;
        this.clock = clock;
        heart.scheduleAtFixedRate(this::beat, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void open(Caller caller, ServerWebSocket socket) {
        StreamSession session = new StreamSession(caller, socket, this);
        sessions.add(session);
        session.open();
        session.send(heartbeat());
    }

    /// After a commit, on the store's own thread: only marks, never computes.
    public void changed(List<Change> changes) {
        for (FeedRunner runner : runners.values()) {
            if (runner.feed().touchedBy(changes)) {
                runner.wake();
            }
        }
    }

    void subscribe(StreamSession session, String name, @Nullable Long cursor) {
        Topic topic = feeds.parse(name);
        check(session, topic);
        unsubscribe(session, name);
        while (true) {
            FeedRunner runner = runners.computeIfAbsent(name, key -> opened(key, topic));
            session.topics().put(name, runner);
            if (runner.add(session, cursor)) {
                return;
            }
            runners.remove(name, runner);
        }
    }

    private FeedRunner opened(String name, Topic topic) {
        FeedRunner[] made = new FeedRunner[1];
        Feed feed = feeds.open(topic, () -> {
            FeedRunner runner = made[0];
            if (runner != null) {
                runner.wake();
            }
        });
        made[0] = new FeedRunner(name, feed);
        made[0].start();
        return made[0];
    }

    private void check(StreamSession session, Topic topic) {
        String namespace = feeds.namespace(topic);
        Permission permission = Permission.may("watch", topic.resource());
        if (!guard.allows(session.caller(), permission, namespace)) {
            throw HttpFault.forbidden(session.caller().name() + " may not watch " + topic.resource()
                    + (namespace == null ? "" : " in " + namespace));
        }
    }

    void unsubscribe(StreamSession session, String name) {
        FeedRunner runner = session.topics().remove(name);
        if (runner != null && runner.remove(session)) {
            runners.remove(name, runner);
        }
    }

    void left(StreamSession session) {
        sessions.remove(session);
        List.copyOf(session.topics().keySet()).forEach(topic -> unsubscribe(session, topic));
    }

    void failed(String topic, RuntimeException e) {
        LOG.error("topic {} could not be opened", topic, e);
    }

    /// Every beat asks again whether each reader may still read.
    private void beat() {
        String text = heartbeat();
        for (StreamSession session : sessions) {
            for (String name : List.copyOf(session.topics().keySet())) {
                try {
                    check(session, feeds.parse(name));
                } catch (HttpFault gone) {
                    session.refuse(name, gone);
                } catch (RuntimeException e) {
                    LOG.warn("the guard could not decide about topic {}", name, e);
                }
            }
            session.send(text);
        }
    }

    private String heartbeat() {
        return Json.write(Json.object().put("heartbeat", clock.instant().toString()));
    }

    @Override
    public void close() {
        heart.shutdownNow();
        sessions.forEach(StreamSession::close);
    }
}
