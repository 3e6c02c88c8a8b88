package io.kumiki.localcluster.api;

import io.kumiki.runtime.tls.Certificates;
import io.kumiki.runtime.tls.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/// The keys of one data folder: its CA, the serving certificate (made anew at each start) and the administrator's
/// token; beside them the key that signs service-account tokens, see {@link #accountKey}.
///
/// @param authorityPem the CA certificate that clients trust
public record Credentials(String authorityPem, X509Certificate serving, PrivateKey servingKey, String adminToken) {
    /// Chrome and macOS refuse longer ones.
    private static final Duration LEAF_LIFE = Duration.ofDays(397);
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    /// A CA that would end within the leaf's life is replaced; clients read the kubeconfig again.
    private static final Duration RENEW_BEFORE = Duration.ofDays(400);

    /// Reads them from the folder, or makes what is missing.
    ///
    /// @param names what the serving certificate answers to, beside the fixed ones
    public static Credentials in(Path folder, List<String> names, Instant now)
            throws IOException, GeneralSecurityException {
        return in(folder, names, now, true);
    }

    /// @param durable whether they outlive a power cut
    public static Credentials in(Path folder, List<String> names, Instant now, boolean durable)
            throws IOException, GeneralSecurityException {
        Path pki = folder.resolve("pki");
        Files.createDirectories(
                pki, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        KeyPair authorityKey = key(pki.resolve("ca.key"), durable);
        X509Certificate authority = authority(pki, authorityKey, now, durable);
        KeyPair servingKey = Certificates.newKey();
        X509Certificate serving = Certificates.serving(
                "kube-apiserver", authority, authorityKey, servingKey.getPublic(), names, now, LEAF_LIFE);
        return new Credentials(
                Pem.of(authority),
                serving,
                servingKey.getPrivate(),
                token(folder.resolve("kubernetes.token"), durable));
    }

    /// The key that signs service-account tokens, in a folder that {@link #in} has been asked for; made when it is
    /// missing.
    public static KeyPair accountKey(Path folder) throws IOException, GeneralSecurityException {
        return key(accountFile(folder), true);
    }

    /// Whether the folder has one.
    public static boolean hasAccountKey(Path folder) {
        return Files.exists(accountFile(folder));
    }

    private static Path accountFile(Path folder) {
        return folder.resolve("pki").resolve("accounts.key");
    }

    private static KeyPair key(Path file, boolean durable) throws IOException, GeneralSecurityException {
        if (Files.exists(file)) {
            return Pem.keys(file);
        }
        KeyPair made = Certificates.newKey();
        Pem.write(file, Pem.of(made), durable);
        return made;
    }

    private static X509Certificate authority(Path pki, KeyPair key, Instant now, boolean durable)
            throws IOException, GeneralSecurityException {
        Path file = pki.resolve("ca.crt");
        if (Files.exists(file)) {
            X509Certificate found = Pem.certificate(file);
            boolean fresh = found.getNotAfter().toInstant().isAfter(now.plus(RENEW_BEFORE))
                    && found.getNotBefore().toInstant().isBefore(now)
                    && found.getPublicKey().equals(key.getPublic());
            if (fresh) {
                return found;
            }
        }
        X509Certificate made = Certificates.authority(key, "kumiki-ca-" + now.getEpochSecond(), now, AUTHORITY_LIFE);
        Pem.write(file, Pem.of(made), durable);
        return made;
    }

    private static String token(Path file, boolean durable) throws IOException {
        if (Files.exists(file)) {
            String found = Files.readString(file).strip();
            if (!found.isEmpty()) {
                return found;
            }
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String made = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Pem.write(file, made + "\n", durable);
        return made;
    }

    /// For servers that read files.
    public String servingPem() throws GeneralSecurityException {
        return Pem.of(serving);
    }

    public String servingKeyPem() {
        return Pem.of(servingKey);
    }

    @Override
    public String toString() {
        return "Credentials[secret]";
    }
}
