package io.kumiki.store.s3;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

final class Hmac {
    private Hmac() {}

    static byte[] sign(String algorithm, byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    static byte[] sha256(byte[] key, String text) {
        return sign("HmacSHA256", key, text);
    }

    static String hexSha256(String text) {
        return HexFormat.of().formatHex(Checksum.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Takes the same time wherever they differ.
    static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
