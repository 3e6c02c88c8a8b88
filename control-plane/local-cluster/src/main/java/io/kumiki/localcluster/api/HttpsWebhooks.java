package io.kumiki.localcluster.api;

import io.kumiki.kube.WebhookCaller;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls admission webhooks over HTTPS: no redirect is followed, the answer is bounded, and addresses that belong to
/// the machine's surroundings (link-local, such as a cloud's metadata service) are refused. Loopback is a laptop's
/// usual place.
public final class HttpsWebhooks implements WebhookCaller, AutoCloseable {
    private static final int MOST_BYTES = 3 << 20;
    private static final int MOST_CLIENTS = 32;

    private final Vertx vertx;
    /// One client for each CA; the least recently used goes first.
    private final Map<String, HttpClient> clients = new LinkedHashMap<>(8, 0.75f, true);

    public HttpsWebhooks(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public byte[] call(Target target, byte[] review) throws Unreachable {
        URI url = URI.create(target.url());
        if (!"https".equals(url.getScheme())) {
            throw new Unreachable("only https is called, found " + target.url());
        }
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(url.getHost())
                .setPort(url.getPort() < 0 ? 443 : url.getPort())
                .setURI(path(url, target.timeout()))
                .setServer(server(target, url))
                .setTimeout(target.timeout().toMillis())
                .setFollowRedirects(false)
                .putHeader("content-type", "application/json")
                .putHeader("accept", "application/json");
        // On one context: from another thread the answer may have ended before anybody listens to it.
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        HttpClient client = client(target.authority());
        vertx.getOrCreateContext()
                .runOnContext(on -> client.request(options)
                        .compose(request -> request.send(Buffer.buffer(review)))
                        .compose(this::body)
                        .onSuccess(answer::complete)
                        .onFailure(answer::completeExceptionally));
        try {
            return answer.get(target.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Unreachable("Post \"" + target.url() + "\": context deadline exceeded: no answer within "
                    + target.timeout().toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new Unreachable("Post \"" + target.url() + "\": "
                    + (e.getCause() == null || e.getCause().getMessage() == null
                            ? String.valueOf(e.getCause())
                            : e.getCause().getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("Post \"" + target.url() + "\": interrupted");
        }
    }

    /// A webhook is told how long it has.
    private static String path(URI url, Duration timeout) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return path + "?timeout=" + timeout.toSeconds() + "s";
    }

    private io.vertx.core.Future<byte[]> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            response.request().reset();
            return io.vertx.core.Future.failedFuture(
                    "the server answered " + response.statusCode() + "; 200 is wanted");
        }
        var whole = io.vertx.core.Promise.<byte[]>promise();
        Buffer read = Buffer.buffer();
        response.handler(chunk -> {
            if (read.length() + chunk.length() > MOST_BYTES) {
                whole.tryFail("the answer is longer than " + MOST_BYTES + " bytes");
                response.request().reset();
            } else {
                read.appendBuffer(chunk);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(read.getBytes()));
        return whole.future();
    }

    /// What is resolved here is what is connected to, so a name cannot mean something else a moment later.
    private static SocketAddress server(Target target, URI url) throws Unreachable {
        String at = target.address();
        int colon = at.lastIndexOf(':');
        String host = at.isEmpty() ? url.getHost() : at.substring(0, colon);
        int port = at.isEmpty() ? (url.getPort() < 0 ? 443 : url.getPort()) : Integer.parseInt(at.substring(colon + 1));
        try {
            InetAddress address = InetAddress.getByName(host.replaceAll("[\\[\\]]", ""));
            if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress()) {
                throw new Unreachable(
                        "\"" + host + "\" is " + address.getHostAddress() + ", which webhooks are not called at");
            }
            return SocketAddress.inetSocketAddress(port, address.getHostAddress());
        } catch (UnknownHostException e) {
            throw new Unreachable("\"" + host + "\" is not known to this machine's resolver");
        }
    }

    private synchronized HttpClient client(String authority) {
        HttpClient known = clients.get(authority);
        if (known != null) {
            return known;
        }
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setConnectTimeout(5_000)
                .setKeepAliveTimeout(30);
        if (!authority.isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority)));
        }
        HttpClient made = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(16));
        clients.put(authority, made);
        if (clients.size() > MOST_CLIENTS) {
            var eldest = clients.entrySet().iterator().next();
            clients.remove(eldest.getKey());
            var unused = eldest.getValue().shutdown(30, TimeUnit.SECONDS);
        }
        return made;
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(client -> {
            var unused = client.close();
        });
        clients.clear();
    }
}
