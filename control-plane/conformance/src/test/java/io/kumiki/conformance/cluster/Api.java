package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Bare HTTP towards one cluster: tests that care for the exact wire use no Kubernetes client.
public final class Api {
    public static final String JSON = "application/json";
    public static final String MERGE = "application/merge-patch+json";
    public static final String STRATEGIC = "application/strategic-merge-patch+json";
    public static final String JSON_PATCH = "application/json-patch+json";
    public static final String APPLY = "application/apply-patch+yaml";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http;
    private final String url;
    private final Map<String, String> headers;

    Api(TestCluster cluster) {
        this(
                HttpClient.newBuilder()
                        .sslContext(trusting(cluster.authorityPem()))
                        .version(HttpClient.Version.HTTP_1_1)
                        .build(),
                cluster.url(),
                Map.of("Authorization", "Bearer " + cluster.token(), "User-Agent", "contract/1.0"));
    }

    private Api(HttpClient http, String url, Map<String, String> headers) {
        this.http = http;
        this.url = url;
        this.headers = headers;
    }

    private static SSLContext trusting(String pem) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int n = 0;
            var found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            for (Certificate each : found) {
                store.setCertificateEntry("ca" + n++, each);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Every later request carries this header; an empty value takes it away.
    public Api with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.keySet().removeIf(name::equalsIgnoreCase);
        if (!value.isEmpty()) {
            more.put(name, value);
        }
        return new Api(http, url, more);
    }

    public Api as(String token) {
        return with("Authorization", token.isEmpty() ? "" : "Bearer " + token);
    }

    public Reply get(String path) {
        return send("GET", path, "", "");
    }

    public Reply get(String path, String accept) {
        return with("Accept", accept).get(path);
    }

    public Reply post(String path, String body) {
        return send("POST", path, JSON, body);
    }

    public Reply post(String path, JsonNode body) {
        return post(path, Json.write(body));
    }

    public Reply put(String path, String body) {
        return send("PUT", path, JSON, body);
    }

    public Reply put(String path, JsonNode body) {
        return put(path, Json.write(body));
    }

    public Reply patch(String path, String type, String body) {
        return send("PATCH", path, type, body);
    }

    public Reply delete(String path) {
        return send("DELETE", path, "", "");
    }

    public Reply delete(String path, String body) {
        return send("DELETE", path, JSON, body);
    }

    public Reply send(String method, String path, String contentType, String body) {
        return send(method, path, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    public Reply send(String method, String path, String contentType, byte[] body) {
        try {
            HttpResponse<String> response = http.send(
                    request(method, path, contentType, body).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest.Builder request(String method, String path, String contentType, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        headers.forEach(request::header);
        if (!contentType.isEmpty()) {
            request.setHeader("Content-Type", contentType);
        }
        return request.method(
                method,
                body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body));
    }

    /// Opens a watch and waits for its head.
    public WatchStream watch(String path) {
        try {
            HttpResponse<java.io.InputStream> response =
                    http.send(request("GET", path, "", new byte[0]).build(), HttpResponse.BodyHandlers.ofInputStream());
            return new WatchStream(response);
        } catch (IOException e) {
            throw new UncheckedIOException("GET " + path, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
