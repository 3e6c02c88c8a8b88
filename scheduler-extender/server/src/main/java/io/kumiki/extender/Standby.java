package io.kumiki.extender;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A replica that does not lead passes the scheduler's calls on to the one that does, over loopback. One hop: who is
/// asked by another replica answers itself. A caller that goes away ends the passed-on call too.
final class Standby implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Standby.class);
    private static final String HOPS = "Kumiki-Hops";
    private static final Pattern ADDRESS = Pattern.compile("(127\\.0\\.0\\.1):([0-9]{1,5})");
    private static final int LARGEST = 1 << 20;
    /// Every held bind is a connection of its own.
    private static final int MOST = 10_000;

    private final HttpClient http;
    private final Leadership leadership;

    Standby(Vertx vertx, Leadership leadership) {
        this.leadership = leadership;
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(1_000), new PoolOptions().setHttp1MaxSize(MOST));
    }

    /// Whether calls are to be passed on.
    boolean isStandby() {
        return !leadership.current();
    }

    Answer pass(Request request, String verb, Duration patience) throws InterruptedException {
        String leader = leadership.leader();
        Matcher address = ADDRESS.matcher(leader);
        if (request.header(HOPS) != null) {
            return failed("this extender does not lead, and another replica took it for the leader");
        }
        if (leader.isEmpty()) {
            return failed("this extender does not lead, and no other one does (yet)");
        }
        if (!address.matches()) {
            return failed("this extender does not lead, and the leader's address " + leader + " is not on loopback");
        }
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(address.group(1))
                .setPort(Integer.parseInt(address.group(2)))
                .setURI("/scheduler/" + verb)
                .putHeader("Content-Type", "application/json")
                .putHeader(HOPS, "1");
        return send(request, options, leader, patience);
    }

    private Answer send(Request request, RequestOptions options, String leader, Duration patience)
            throws InterruptedException {
        var answer = new CompletableFuture<Buffer>();
        var sent = new CompletableFuture<HttpClientRequest>();
        request.onDisconnect(() -> {
            sent.thenAccept(HttpClientRequest::reset);
            answer.completeExceptionally(new IllegalStateException("the scheduler no longer waits"));
        });
        http.request(options)
                .compose(call -> {
                    sent.complete(call);
                    return call.send(Buffer.buffer(request.body()));
                })
                .compose(response -> {
                    String length = response.getHeader("Content-Length");
                    if (response.statusCode() != 200 || length == null || Long.parseLong(length) > LARGEST) {
                        throw new IllegalStateException("it answered " + response.statusCode() + ", length " + length);
                    }
                    return response.body();
                })
                .onSuccess(answer::complete)
                .onFailure(answer::completeExceptionally);
        try {
            byte[] body = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS).getBytes();
            return Answer.json(Json.parse(body));
        } catch (TimeoutException e) {
            sent.thenAccept(HttpClientRequest::reset);
            return failed("the leader at " + leader + " did not answer within " + patience.toMillis() + " ms");
        } catch (ExecutionException | Json.Malformed e) {
            LOG.debug("a call that was passed on to {}", leader, e);
            return failed("the leader at " + leader + ": " + e.getMessage());
        }
    }

    private static Answer failed(String error) {
        return Answer.json(Json.object().put("Error", error));
    }

    @Override
    public void close() {
        http.close();
    }
}
