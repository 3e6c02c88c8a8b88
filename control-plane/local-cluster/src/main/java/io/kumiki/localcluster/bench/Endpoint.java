package io.kumiki.localcluster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.runtime.yaml.Yaml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Where a cluster answers, whom we trust there and who we are.
public record Endpoint(String host, int port, SSLContext tls, String token) {
    public static Endpoint of(String host, int port, String authorityPem, String token) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int n = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(authorityPem.getBytes(StandardCharsets.US_ASCII)))) {
                store.setCertificateEntry("ca" + n++, each);
            }
            var trusting = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusting.init(store);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trusting.getTrustManagers(), null);
            return new Endpoint(host, port, tls, token);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the certificate authority cannot be used: " + e.getMessage(), e);
        }
    }

    /// The current context of a kubeconfig that carries a token.
    public static Endpoint of(Path kubeconfig) throws IOException {
        JsonNode config = Yaml.document(Files.readString(kubeconfig));
        JsonNode context = named(
                        config.path("contexts"), config.path("current-context").asText())
                .path("context");
        JsonNode cluster =
                named(config.path("clusters"), context.path("cluster").asText()).path("cluster");
        JsonNode user =
                named(config.path("users"), context.path("user").asText()).path("user");
        String token = user.path("token").asText("");
        if (token.isEmpty()) {
            throw new IOException(kubeconfig + ": the user of the current context has no token; make one with `kubectl"
                    + " create token` and put it there");
        }
        String inline = cluster.path("certificate-authority-data").asText("");
        String authority = inline.isEmpty()
                ? Files.readString(kubeconfig.resolveSibling(
                        cluster.path("certificate-authority").asText()))
                : new String(Base64.getDecoder().decode(inline), StandardCharsets.US_ASCII);
        URI server = URI.create(cluster.path("server").asText());
        return of(server.getHost(), server.getPort() < 0 ? 443 : server.getPort(), authority, token);
    }

    private static JsonNode named(JsonNode list, String name) throws IOException {
        for (JsonNode each : list) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new IOException("the kubeconfig names \"" + name + "\" and does not define it");
    }
}
