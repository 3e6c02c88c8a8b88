package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.ProblemRenderer;
import io.vertx.core.http.ServerWebSocket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// One tab's socket.
final class StreamSession {
    private static final int MOST_TOPICS = 64;
    private static final int LONGEST_TOPIC = 2_000;
    private static final short POLICY_VIOLATION = 1008;

    private final Caller caller;
    private final ServerWebSocket socket;
    private final StreamHub hub;
    private final Map<String, FeedRunner> topics = new ConcurrentHashMap<>();
    /// Messages of one client are handled in order, off the event loop: guards and stores block.
    private final ExecutorService inbox = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("stream-inbox").factory());

    StreamSession(Caller caller, ServerWebSocket socket, StreamHub hub) {
        this.caller = caller;
        this.socket = socket;
        this.hub = hub;
    }

    /// On the event loop.
    void open() {
        socket.textMessageHandler(text -> inbox.execute(() -> received(text)));
        socket.binaryMessageHandler(bytes -> socket.close(POLICY_VIOLATION, "JSON text frames are wanted"));
        socket.drainHandler(drained -> topics.values().forEach(FeedRunner::wake));
        socket.closeHandler(closed -> {
            hub.left(this);
            inbox.shutdown();
        });
        socket.exceptionHandler(broken -> socket.close());
    }

    Caller caller() {
        return caller;
    }

    Map<String, FeedRunner> topics() {
        return topics;
    }

    private void received(String text) {
        try {
            JsonNode message = Json.parse(text);
            String subscribe = message.path("subscribe").asText();
            String unsubscribe = message.path("unsubscribe").asText();
            if (!unsubscribe.isEmpty()) {
                hub.unsubscribe(this, unsubscribe);
            } else if (subscribe.isEmpty() || subscribe.length() > LONGEST_TOPIC) {
                socket.close(POLICY_VIOLATION, "{\"subscribe\":topic} or {\"unsubscribe\":topic} is wanted");
            } else {
                subscribe(subscribe, message.path("cursor"));
            }
        } catch (Json.Malformed e) {
            socket.close(POLICY_VIOLATION, "JSON is wanted");
        }
    }

    private void subscribe(String topic, JsonNode cursor) {
        try {
            if (topics.size() >= MOST_TOPICS) {
                throw new HttpFault(
                        429,
                        "TooManyTopics",
                        "one socket follows at most " + MOST_TOPICS + " topics; unsubscribe from some");
            }
            hub.subscribe(this, topic, cursor.isIntegralNumber() ? cursor.asLong() : null);
        } catch (HttpFault fault) {
            refuse(topic, fault);
        } catch (RuntimeException e) {
            hub.failed(topic, e);
            refuse(
                    topic,
                    new HttpFault(500, "Internal", "the server failed while opening this topic; subscribe again"));
        }
    }

    /// The subscription is over, and says why.
    void refuse(String topic, HttpFault fault) {
        hub.unsubscribe(this, topic);
        Answer problem = new ProblemRenderer().render(fault, "", null);
        ObjectNode message = Json.object().put("topic", topic);
        if (problem.payload() instanceof Answer.Whole(byte[] bytes)) {
            message.set("error", Json.parse(bytes));
        }
        send(Json.write(message));
    }

    boolean ready() {
        return !socket.isClosed() && !socket.writeQueueFull();
    }

    void send(String text) {
        if (!socket.isClosed()) {
            socket.writeTextMessage(text);
        }
    }

    void close() {
        socket.close();
    }
}
