package io.kumiki.localcluster.scheduler;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// `enableHTTPS` and `tlsConfig` of an extender.
///
/// @param enabled with no authority given, certificates are then not checked, as in kube-scheduler
/// @param serverName whose certificate is wanted, when it is not the URL's host
public record ExtenderTls(
        boolean enabled, boolean insecure, String serverName, Pem authority, Pem certificate, Pem key) {
    static final ExtenderTls NONE =
            new ExtenderTls(false, false, "", new Pem("", ""), new Pem("", ""), new Pem("", ""));

    /// A file, or the same as base64; the data wins.
    public record Pem(String file, String data) {
        boolean given() {
            return !file.isEmpty() || !data.isEmpty();
        }

        byte[] bytes() throws IOException {
            return data.isEmpty()
                    ? Files.readAllBytes(Path.of(file))
                    : Base64.getDecoder().decode(data);
        }
    }

    /// Whether any certificate will do.
    boolean unchecked() {
        return insecure || (enabled && !authority.given());
    }

    /// Throws [IllegalArgumentException] when a file cannot be used.
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(), new TrustManager[] {trust()}, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("tlsConfig of a scheduler extender cannot be used: " + e, e);
        }
    }

    private KeyManager @Nullable [] keys() throws GeneralSecurityException, IOException {
        if (!certificate.given()) {
            return null;
        }
        List<Certificate> chain = List.copyOf(CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(certificate.bytes())));
        char[] nothing = new char[0];
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, nothing);
        store.setKeyEntry(
                "client",
                privateKey(chain.getFirst().getPublicKey().getAlgorithm()),
                nothing,
                chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, nothing);
        return factory.getKeyManagers();
    }

    private PrivateKey privateKey(String algorithm) throws GeneralSecurityException, IOException {
        String text = new String(key.bytes(), StandardCharsets.US_ASCII);
        String begin = "-----BEGIN PRIVATE KEY-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new GeneralSecurityException("the key must be PKCS #8 (BEGIN PRIVATE KEY), not encrypted");
        }
        byte[] der = Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private X509ExtendedTrustManager trust() throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (authority.given()) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int index = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(authority.bytes()))) {
                store.setCertificateEntry("ca" + index++, each);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager usual) {
                return unchecked() || !serverName.isEmpty() ? new Own(usual, unchecked(), serverName) : usual;
            }
        }
        throw new GeneralSecurityException("this JDK has no X.509 trust manager");
    }

    /// Asks for another name than the URL's host, or for nothing.
    private static final class Own extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager usual;
        private final boolean unchecked;
        private final String wanted;

        Own(X509ExtendedTrustManager usual, boolean unchecked, String wanted) {
            this.usual = usual;
            this.unchecked = unchecked;
            this.wanted = wanted.toLowerCase(Locale.ROOT);
        }

        private void server(X509Certificate[] chain, String type) throws CertificateException {
            if (unchecked) {
                return;
            }
            usual.checkServerTrusted(chain, type);
            if (!named(chain[0])) {
                throw new CertificateException("the extender's certificate is not for " + wanted);
            }
        }

        private boolean named(X509Certificate certificate) throws CertificateParsingException {
            if (certificate.getSubjectAlternativeNames() == null) {
                return false;
            }
            String parent = wanted.indexOf('.') < 0 ? wanted : wanted.substring(wanted.indexOf('.'));
            for (List<?> name : certificate.getSubjectAlternativeNames()) {
                String text = String.valueOf(name.get(1)).toLowerCase(Locale.ROOT);
                if (text.equals(wanted) || text.equals("*" + parent)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            server(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            server(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            server(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            usual.checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            usual.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            usual.checkClientTrusted(chain, type, engine);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return usual.getAcceptedIssuers();
        }
    }
}
