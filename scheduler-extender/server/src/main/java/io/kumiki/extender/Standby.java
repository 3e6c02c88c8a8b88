package io.kumiki.extender;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A replica that does not lead passes calls on to the door ([PeerDoor]) of the one that does. One hop: who is asked by
/// another replica answers itself. A caller that goes away ends the passed-on call too, and so does the end of the lead
/// of the one that was asked: nobody waits for a leader that has stopped.
final class Standby implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Standby.class);
    private static final String HOPS = "Kumiki-Hops";
    private static final Duration REVIEW = Duration.ofSeconds(1);
    private static final int LARGEST = 4 << 20;
    /// Every held bind is a connection of its own.
    private static final int MOST = 10_000;

    /// Nobody answered, and why.
    private static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1;

        Unanswered(String why) {
            super(why, null, false, false);
        }
    }

    private record Passed(String leader, CompletableFuture<Buffer> answer, CompletableFuture<HttpClientRequest> sent) {
        void end(String why) {
            sent.thenAccept(HttpClientRequest::reset);
            answer.completeExceptionally(new IllegalStateException(why));
        }
    }

    private final HttpClientAgent http;
    private final Leadership leadership;
    private final Set<Passed> open = ConcurrentHashMap.newKeySet();
    private volatile PeerDoor.@Nullable Keys keys;

    Standby(Vertx vertx, Leadership leadership) {
        this.leadership = leadership;
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(500).setSsl(true), new PoolOptions().setHttp1MaxSize(MOST));
        leadership.onLeader(this::leads);
    }

    /// By what the leader is known, and we to it.
    void use(PeerDoor.Keys now) {
        http.updateSSLOptions(new ClientSSLOptions()
                        .setHostnameVerificationAlgorithm("HTTPS")
                        .setTrustOptions(new PemTrustOptions()
                                .addCertValue(Buffer.buffer(now.tls().bundle()))))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        keys = now;
    }

    private void leads(String leader) {
        for (Passed each : open) {
            if (!each.leader().equals(leader)) {
                each.end("it leads no longer");
            }
        }
    }

    /// Whether calls are to be passed on.
    boolean isStandby() {
        return !leadership.current();
    }

    /// A call of the scheduler's.
    Answer pass(Request request, String verb, Duration patience) throws InterruptedException {
        try {
            return Answer.json(Json.parse(ask(request, "/scheduler/" + verb, patience)));
        } catch (Unanswered | Json.Malformed e) {
            return Answer.json(Json.object().put("Error", String.valueOf(e.getMessage())));
        }
    }

    /// An AdmissionReview; null where the leader cannot be asked in time.
    byte @Nullable [] review(Request request) throws InterruptedException {
        try {
            return ask(request, PeerDoor.REVIEWS, REVIEW);
        } catch (Unanswered e) {
            LOG.debug("a review that was not passed on", e);
            return null;
        }
    }

    private byte[] ask(Request request, String path, Duration patience) throws InterruptedException, Unanswered {
        String leader = leadership.leader();
        PeerDoor.Keys known = keys;
        if (request.header(HOPS) != null) {
            throw new Unanswered("this extender does not lead, and another replica took it for the leader");
        }
        if (leader.isEmpty() || known == null) {
            throw new Unanswered("this extender does not lead, and no other one does (yet)");
        }
        PeerAddress address;
        try {
            address = PeerAddress.of(leader);
        } catch (IllegalArgumentException e) {
            throw new Unanswered("this extender does not lead, and the leader's address is none: " + e.getMessage());
        }
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(address.port(), address.host()))
                // The one name in every replica's certificate.
                .setHost(PeerDoor.NAME)
                .setPort(address.port())
                .setURI(path)
                .putHeader("Content-Type", "application/json")
                .putHeader("Authorization", "Bearer " + known.token())
                .putHeader(HOPS, "1");
        return send(request, options, leader, patience);
    }

    private byte[] send(Request request, RequestOptions options, String leader, Duration patience)
            throws InterruptedException, Unanswered {
        var passed = new Passed(leader, new CompletableFuture<>(), new CompletableFuture<>());
        open.add(passed);
        request.onDisconnect(() -> passed.end("the caller no longer waits"));
        http.request(options)
                .compose(call -> {
                    call.exceptionHandler(e -> LOG.debug("a call that was passed on to {} was cut", leader, e));
                    passed.sent().complete(call);
                    return call.send(Buffer.buffer(request.body()));
                })
                .compose(response -> {
                    String length = response.getHeader("Content-Length");
                    if (response.statusCode() != 200 || length == null || Long.parseLong(length) > LARGEST) {
                        throw new IllegalStateException("it answered " + response.statusCode() + ", length " + length);
                    }
                    return response.body();
                })
                .onSuccess(passed.answer()::complete)
                .onFailure(passed.answer()::completeExceptionally);
        if (!leader.equals(leadership.leader())) {
            passed.end("it leads no longer");
        }
        try {
            return passed.answer()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .getBytes();
        } catch (TimeoutException e) {
            passed.end("too late");
            throw new Unanswered("the leader at " + leader + " did not answer within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            LOG.debug("a call that was passed on to {}", leader, e);
            Throwable cause = e.getCause();
            throw new Unanswered("the leader at " + leader + ": " + (cause == null ? e : cause).getMessage());
        } finally {
            open.remove(passed);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
