package io.kumiki.extender;

import io.kumiki.runtime.tls.Certificates;
import io.kumiki.runtime.tls.Pem;
import io.kumiki.runtime.tls.ServingKey;
import io.vertx.core.net.KeyCertOptions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A CA of our own and its certificate, as texts that a Secret holds. Never changed: renewing gives others.
///
/// @param authority certificate of the CA
/// @param former certificate of the CA before it, trusted as long as it may have signed; empty for none
record ServingKeys(String authority, String former, String authorityKey, String certificate, String key) {
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    private static final Duration LIFE = Duration.ofDays(397);
    /// A certificate is renewed this long before its end.
    private static final Duration EARLY = Duration.ofDays(60);

    /// What a Secret holds, renewed where that is due; new ones where it holds none.
    static ServingKeys of(Map<String, String> data, List<String> names, Instant now) {
        try {
            ServingKeys there = read(data);
            return there == null ? fresh(names, now) : there.renewed(names, now);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no certificate can be made: " + e.getMessage(), e);
        }
    }

    static ServingKeys fresh(List<String> names, Instant now) throws GeneralSecurityException {
        return underNewAuthority("", names, now);
    }

    private static ServingKeys underNewAuthority(String former, List<String> names, Instant now)
            throws GeneralSecurityException {
        KeyPair key = Certificates.newKey();
        X509Certificate authority =
                Certificates.authority(key, "kumiki-extender-" + now.getEpochSecond(), now, AUTHORITY_LIFE);
        return serving(Pem.of(authority), former, Pem.of(key), names, now);
    }

    private static ServingKeys serving(
            String authority, String former, String authorityKey, List<String> names, Instant now)
            throws GeneralSecurityException {
        KeyPair key = Certificates.newKey();
        X509Certificate serving = Certificates.serving(
                "kumiki-extender",
                Pem.certificate(authority),
                Pem.keys(authorityKey, "a Secret of the extender"),
                key.getPublic(),
                names,
                now,
                LIFE);
        return new ServingKeys(authority, former, authorityKey, Pem.of(serving), Pem.of(key.getPrivate()));
    }

    /// These, or others where these end soon, are for other names, or are none at all.
    ServingKeys renewed(List<String> names, Instant now) throws GeneralSecurityException {
        try {
            X509Certificate ca = Pem.certificate(authority);
            X509Certificate serving = Pem.certificate(certificate);
            serving.verify(ca.getPublicKey());
            if (ends(ca, now.plus(LIFE))) {
                return underNewAuthority(authority, names, now);
            }
            return ends(serving, now) || !names(serving).containsAll(names)
                    ? serving(authority, former, authorityKey, names, now)
                    : this;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return fresh(names, now);
        }
    }

    private static boolean ends(X509Certificate certificate, Instant now) {
        return certificate.getNotAfter().toInstant().isBefore(now.plus(EARLY))
                || certificate.getNotBefore().toInstant().isAfter(now);
    }

    private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
        List<String> names = new ArrayList<>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.forEach(each -> names.add(String.valueOf(each.get(1))));
        }
        return names;
    }

    /// As a server presents it.
    KeyCertOptions served() {
        try {
            X509Certificate shown = Pem.certificate(certificate);
            String algorithm = shown.getPublicKey().getAlgorithm();
            return KeyCertOptions.wrap(new ServingKey(shown, Pem.secret(key, algorithm, "a Secret of the extender")));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the serving key cannot be read: " + e.getMessage(), e);
        }
    }

    /// What a caller has to trust.
    String bundle() {
        return authority + former;
    }

    /// Null where a part is missing.
    static @Nullable ServingKeys read(Map<String, String> data) {
        String authority = data.get("ca.crt");
        String authorityKey = data.get("ca.key");
        String certificate = data.get("tls.crt");
        String key = data.get("tls.key");
        return authority == null || authorityKey == null || certificate == null || key == null
                ? null
                : new ServingKeys(authority, data.getOrDefault("former-ca.crt", ""), authorityKey, certificate, key);
    }

    Map<String, String> data() {
        var data = new TreeMap<String, String>();
        data.put("ca.crt", authority);
        data.put("ca.key", authorityKey);
        data.put("tls.crt", certificate);
        data.put("tls.key", key);
        if (!former.isEmpty()) {
            data.put("former-ca.crt", former);
        }
        return data;
    }

    @Override
    public String toString() {
        return "ServingKeys[secret]";
    }
}
