package io.kumiki.runtime.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;

/// PEM text and private files.
public final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    public static String of(X509Certificate certificate) throws GeneralSecurityException {
        return block("CERTIFICATE", certificate.getEncoded());
    }

    public static String of(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    /// Both halves, since the JDK cannot derive the public one.
    public static String of(KeyPair key) {
        return of(key.getPrivate()) + block("PUBLIC KEY", key.getPublic().getEncoded());
    }

    private static String block(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n" + LINES.encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }

    public static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        return certificate(Files.readString(file));
    }

    /// The first certificate in the text.
    public static X509Certificate certificate(String text) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }

    public static KeyPair keys(Path file) throws IOException, GeneralSecurityException {
        return keys(Files.readString(file), file.toString());
    }

    /// @param where named in the message when there are none
    public static KeyPair keys(String text, String where) throws GeneralSecurityException {
        PublicKey open =
                KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(bytes(text, "PUBLIC KEY", where)));
        return new KeyPair(open, secret(text, "EC", where));
    }

    /// @param algorithm as its certificate's public key has it
    /// @param where named in the message when there is none
    public static PrivateKey secret(String text, String algorithm, String where) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm)
                .generatePrivate(new PKCS8EncodedKeySpec(bytes(text, "PRIVATE KEY", where)));
    }

    private static byte[] bytes(String text, String type, String where) throws GeneralSecurityException {
        String begin = "-----BEGIN " + type + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + type + "-----");
        if (from < 0 || to < from) {
            throw new GeneralSecurityException(where + " holds no " + type + "; remove it to have a new one made");
        }
        return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    }

    /// Whole or not at all, readable by its owner only, on disk when this returns.
    public static void write(Path file, String text) throws IOException {
        write(file, text, true);
    }

    /// @param synced false where what a power cut takes is made anew at the next start
    public static void write(Path file, String text, boolean synced) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".new");
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.deleteIfExists(part);
        try (FileChannel channel =
                FileChannel.open(part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (synced) {
                channel.force(true);
            }
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
