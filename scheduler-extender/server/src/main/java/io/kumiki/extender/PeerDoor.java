package io.kumiki.extender;

import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.HostRule;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.identity.BearerToken;
import io.vertx.core.Vertx;
import io.vertx.core.net.ServerSSLOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where other replicas pass calls on to this one while it leads: HTTPS at an address of its own, with the scheduler's
/// verbs and admission. Trust and token lie in one Secret, which only the extender's account may read.
final class PeerDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerDoor.class);
    /// In every replica's certificate: replicas come and go with their addresses.
    static final String NAME = "kumiki-extender-peers";
    static final String REVIEWS = "/peers/reviews";
    private static final long LARGEST = 3 << 20;
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration RENEW = Duration.ofHours(6);

    /// @param token that every replica knows
    record Keys(ServingKeys tls, String token) {
        @Override
        public String toString() {
            return "Keys[secret]";
        }
    }

    private final Vertx vertx;
    private final KeySecret secret;
    private final PeerAddress address;
    private final Routes verbs;
    private final InstantSource clock;
    private final Consumer<Keys> known;
    private final Consumer<String> opened;
    private final Thread thread;
    private Webhook.@Nullable Reviews reviews;
    private @Nullable HttpListener listener;
    private boolean closed;

    /// @param known told of the keys whenever they are new
    /// @param opened told once where it is, `host:port`
    PeerDoor(
            Vertx vertx,
            KeySecret secret,
            PeerAddress address,
            Routes verbs,
            InstantSource clock,
            Consumer<Keys> known,
            Consumer<String> opened) {
        this.vertx = vertx;
        this.secret = secret;
        this.address = address;
        this.verbs = verbs;
        this.clock = clock;
        this.known = known;
        this.opened = opened;
        this.thread = Thread.ofVirtual().name("peer door").start(this::run);
    }

    /// Who answers reviews that come in here.
    synchronized void reviews(Webhook.Reviews answers) {
        reviews = answers;
    }

    private void run() {
        Keys keys = null;
        try {
            while (true) {
                Keys now = ensure();
                if (now != null && !now.equals(keys)) {
                    serve(now);
                    known.accept(now);
                    keys = now;
                }
                Thread.sleep(now == null ? RETRY : RENEW);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Keys ensure() {
        try {
            Map<String, String> data = secret.ensure(there -> {
                var now = new TreeMap<>(
                        ServingKeys.of(there, List.of(NAME), clock.instant()).data());
                String token = there.getOrDefault("token", "");
                now.put("token", token.isEmpty() ? fresh() : token);
                return now;
            });
            return new Keys(Objects.requireNonNull(ServingKeys.read(data)), Objects.requireNonNull(data.get("token")));
        } catch (IllegalStateException e) {
            LOG.error("other replicas cannot pass calls on to this one, nor this one to them", e);
            return null;
        }
    }

    private static String fresh() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private synchronized void serve(Keys keys) {
        if (closed) {
            return;
        }
        HttpListener before = listener;
        if (before != null) {
            // The token never changes while there is one.
            before.renew(new ServerSSLOptions().setKeyCertOptions(keys.tls().served()));
            return;
        }
        var caller = new Caller("kumiki-extender", Set.of("system:masters"));
        HttpListener now = HttpListener.on(vertx, new BearerToken(keys.token(), caller))
                .hosts(new HostRule(Set.of(NAME)))
                .serve(
                        verbs,
                        new Routes("/peers", new ProblemRenderer())
                                .post("/reviews", Permission.may("create", "pods"), Body.upTo(LARGEST), this::review))
                .options(HttpListener.defaults()
                        .setSsl(true)
                        .setKeyCertOptions(keys.tls().served())
                        .setIdleTimeout(700)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS))
                .listen(address.host(), address.port());
        listener = now;
        opened.accept(address.at(now.port()).toString());
    }

    private Answer review(Request request) throws InterruptedException {
        Webhook.Reviews answers;
        synchronized (this) {
            answers = reviews;
        }
        if (answers == null) {
            throw new HttpFault(503, "NoAdmission", "this replica admits no pods: it was started without a webhook");
        }
        return Webhook.admit(answers, request);
    }

    @Override
    public synchronized void close() {
        closed = true;
        thread.interrupt();
        HttpListener open = listener;
        if (open != null) {
            open.close();
        }
    }
}
