package io.kumiki.runtime.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Makes an own CA and the serving certificates under it (P-256, SHA-256).
public final class Certificates {
    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);
    private static final int KEY_CERT_SIGN_AND_CRL_SIGN = 0x06;
    private static final int DIGITAL_SIGNATURE = 0x80;

    private Certificates() {}

    public static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    public static X509Certificate authority(KeyPair key, String name, Instant now, Duration life)
            throws GeneralSecurityException {
        byte[] id = keyId(key.getPublic());
        List<byte[]> extensions = List.of(
                extension("2.5.29.19", true, Der.sequence(Der.truth(true))),
                extension("2.5.29.15", true, Der.bits(new byte[] {KEY_CERT_SIGN_AND_CRL_SIGN}, 1)),
                extension("2.5.29.14", false, Der.octets(id)),
                extension("2.5.29.35", false, Der.sequence(Der.tagged(0x80, id))));
        return sign(name, name, key.getPublic(), key, now, life, extensions);
    }

    /// @param subject common name
    /// @param names DNS names and IP addresses
    public static X509Certificate serving(
            String subject,
            X509Certificate authority,
            KeyPair authorityKey,
            PublicKey key,
            List<String> names,
            Instant now,
            Duration life)
            throws GeneralSecurityException {
        List<byte[]> alternatives = new ArrayList<>();
        for (String name : names) {
            alternatives.add(alternative(name));
        }
        List<byte[]> extensions = List.of(
                extension("2.5.29.19", true, Der.sequence()),
                extension("2.5.29.15", true, Der.bits(new byte[] {(byte) DIGITAL_SIGNATURE}, 7)),
                extension("2.5.29.37", false, Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"))),
                extension("2.5.29.14", false, Der.octets(keyId(key))),
                extension("2.5.29.35", false, Der.sequence(Der.tagged(0x80, keyId(authority.getPublicKey())))),
                extension("2.5.29.17", false, Der.sequence(alternatives.toArray(new byte[0][]))));
        String issuer = commonName(authority);
        return sign(subject, issuer, key, authorityKey, now, life, extensions);
    }

    public static String commonName(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName().replaceFirst("^CN=", "");
    }

    private static X509Certificate sign(
            String subject,
            String issuer,
            PublicKey key,
            KeyPair signer,
            Instant now,
            Duration life,
            List<byte[]> extensions)
            throws GeneralSecurityException {
        byte[] body = Der.sequence(
                Der.tagged(0xA0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(126, new SecureRandom()).setBit(126)),
                ECDSA_SHA256,
                name(issuer),
                Der.sequence(
                        Der.time(now.minus(CLOCK_SKEW)),
                        Der.time(now.minus(CLOCK_SKEW).plus(life))),
                name(subject),
                key.getEncoded(),
                Der.tagged(0xA3, Der.sequence(extensions.toArray(new byte[0][]))));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer.getPrivate());
        signature.update(body);
        byte[] certificate = Der.sequence(body, ECDSA_SHA256, Der.bits(signature.sign(), 0));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    private static byte[] name(String common) {
        return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(common))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.truth(true), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] alternative(String name) throws GeneralSecurityException {
        if (name.matches("[0-9.]+|.*:.*")) {
            try {
                return Der.tagged(0x87, InetAddress.getByName(name).getAddress());
            } catch (UnknownHostException e) {
                throw new GeneralSecurityException(name + " is no IP address", e);
            }
        }
        return Der.tagged(0x82, name.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    /// RFC 5280 §4.2.1.2 (1): SHA-1 of the key's bit string, which for P-256 is the last 65 bytes of its encoding.
    private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
        byte[] encoded = key.getEncoded();
        MessageDigest digest = MessageDigest.getInstance("SHA-1");
        digest.update(encoded, encoded.length - 65, 65);
        return digest.digest();
    }
}
