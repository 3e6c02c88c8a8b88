package io.kumiki.extender;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kumiki.extender.admission.WebhookObject;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HostRule;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.net.ServerSSLOptions;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Admission for API servers that are not ours: HTTPS with keys of its own from a Secret, and the configuration by
/// which they call it. Anybody may ask: an answer tells nothing but where a pod of the asker's would go, and a claim
/// without a pod ends by itself.
public final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final String SECRET = "kumiki-extender-webhook";
    private static final String CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private static final long LARGEST = 3 << 20;
    /// What is larger would hold up the event loop.
    private static final int MODEST = 64 << 10;
    private static final long RENEW_MILLIS = 6 * 3600 * 1000L;

    /// @param port 0 for a free one
    /// @param namespace of the Secret and of our own pods, which are left alone
    /// @param host what API servers call; loopback where they are on this machine
    /// @param service `namespace/name` of a Service in front of us instead; empty for none
    public record Settings(int port, String namespace, String host, String service) {}

    /// Who answers an AdmissionReview.
    @FunctionalInterface
    public interface Reviews {
        /// Throws [IllegalArgumentException] or [Json.Malformed] where the body is none.
        byte[] answer(Request request) throws InterruptedException;

        /// On the event loop. Null where the answer has to be waited for, or where somebody else gives it.
        default @Nullable CompletionStage<byte[]> answerSoon(byte[] body) {
            return null;
        }
    }

    private final KubeApi api;
    private final KeySecret secret;
    private final Settings settings;
    private final InstantSource clock;
    private final HttpListener listener;
    private final Vertx vertx;
    private final long timer;
    private ServingKeys keys;

    private Webhook(Vertx vertx, KubernetesClient client, Reviews reviews, Settings settings, InstantSource clock) {
        this.vertx = vertx;
        this.api = new KubeApi(client);
        this.secret = new KeySecret(api, settings.namespace(), SECRET);
        this.settings = settings;
        this.clock = clock;
        this.keys = ensureKeys();
        boolean here = settings.service().isEmpty() && settings.host().equals("127.0.0.1");
        this.listener = HttpListener.on(vertx, _ -> null)
                .hosts(HostRule.ANY)
                .serve(new Routes("/admit", new ProblemRenderer())
                        .post(
                                "/pods",
                                Permission.ANYONE,
                                Body.upTo(LARGEST),
                                body -> admitSoon(reviews, body),
                                request -> admit(reviews, request)))
                .options(HttpListener.defaults().setSsl(true).setKeyCertOptions(keys.served()))
                .listen(here ? "127.0.0.1" : "0.0.0.0", settings.port());
        register();
        this.timer = vertx.setPeriodic(
                RENEW_MILLIS, _ -> Thread.ofVirtual().name("webhook keys").start(this::renew));
    }

    /// Blocks until the port is open and the API server knows of it.
    public static Webhook start(
            Vertx vertx, KubernetesClient client, Reviews reviews, Settings settings, InstantSource clock) {
        return new Webhook(vertx, client, reviews, settings, clock);
    }

    public int port() {
        return listener.port();
    }

    private static @Nullable CompletionStage<Answer> admitSoon(Reviews reviews, byte[] body) {
        CompletionStage<byte[]> answer = body.length > MODEST ? null : reviews.answerSoon(body);
        return answer == null ? null : answer.thenApply(bytes -> Answer.bytes(200, "application/json", bytes));
    }

    static Answer admit(Reviews reviews, Request request) throws InterruptedException {
        try {
            return Answer.bytes(200, "application/json", reviews.answer(request));
        } catch (Json.Malformed | IllegalArgumentException e) {
            throw new HttpFault(400, "NoReview", String.valueOf(e.getMessage()));
        }
    }

    /// Every replica does this: whoever comes first writes, the others read what was written.
    synchronized void renew() {
        try {
            ServingKeys now = ensureKeys();
            if (!now.equals(keys)) {
                keys = now;
                listener.renew(new ServerSSLOptions().setKeyCertOptions(now.served()));
                LOG.info("the webhook has a new certificate");
            }
            register();
        } catch (IllegalStateException e) {
            LOG.error("the webhook's certificate or registration could not be renewed", e);
        }
    }

    private List<String> names() {
        String service = settings.service();
        if (service.isEmpty()) {
            return List.of(settings.host());
        }
        String[] parts = service.split("/");
        String name = parts[1] + "." + parts[0] + ".svc";
        return List.of(name, name + ".cluster.local");
    }

    private ServingKeys ensureKeys() {
        ServingKeys now = ServingKeys.read(secret.ensure(
                there -> ServingKeys.of(there, names(), clock.instant()).data()));
        return Objects.requireNonNull(now, "whole keys were written");
    }

    private void register() {
        ObjectNode client = Json.object()
                .put(
                        "caBundle",
                        Base64.getEncoder().encodeToString(keys.bundle().getBytes(StandardCharsets.UTF_8)));
        if (settings.service().isEmpty()) {
            client.put("url", "https://" + settings.host() + ":" + listener.port() + "/admit/pods");
        } else {
            String[] parts = settings.service().split("/");
            client.putObject("service")
                    .put("namespace", parts[0])
                    .put("name", parts[1])
                    .put("path", "/admit/pods")
                    .put("port", 443);
        }
        ObjectNode wanted = WebhookObject.of(client, Set.of(settings.namespace()));
        String path = CONFIGURATIONS + "/" + WebhookObject.NAME;
        KubeApi.Result written = api.merge(path, wanted);
        if (written.code() == 404) {
            written = api.post(CONFIGURATIONS, wanted);
        }
        if (written.code() == 409) {
            // Another replica started in the same moment.
            written = api.merge(path, wanted);
        }
        if (!written.done()) {
            throw new IllegalStateException("the MutatingWebhookConfiguration " + WebhookObject.NAME
                    + " cannot be written: " + written.message());
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
        listener.close();
    }
}
