package io.kumiki.localcluster.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Tokens;
import io.kumiki.model.Json;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// JSON Web Tokens signed with ES256, which is what `…inP1363Format` gives without any ASN.1 around it.
public final class AccountTokens implements Tokens {
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final int LONGEST = 8 * 1024;
    private static final int COORDINATE_BYTES = 32;

    private final KeyPair key;
    private final ObjectNode published;
    private final String header;

    public AccountTokens(KeyPair key) {
        this.key = key;
        this.published = published((ECPublicKey) key.getPublic());
        ObjectNode head = Json.object().put("alg", "ES256").put("typ", "JWT");
        this.header = encode(Json.bytes(head.set("kid", published.get("kid"))));
    }

    /// The key as RFC 7517 writes it; its id is its thumbprint (RFC 7638).
    private static ObjectNode published(ECPublicKey key) {
        ObjectNode named = Json.object()
                .put("crv", "P-256")
                .put("kty", "EC")
                .put("x", coordinate(key.getW().getAffineX()))
                .put("y", coordinate(key.getW().getAffineY()));
        try {
            String id = encode(MessageDigest.getInstance("SHA-256").digest(Json.bytes(named)));
            return named.put("kid", id).put("alg", "ES256").put("use", "sig");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static String coordinate(BigInteger value) {
        byte[] exact = new byte[COORDINATE_BYTES];
        byte[] bytes = value.toByteArray();
        int length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, exact, COORDINATE_BYTES - length, length);
        return encode(exact);
    }

    @Override
    public List<ObjectNode> keys() {
        return List.of(published.deepCopy());
    }

    @Override
    public String sign(ObjectNode claims) {
        String signed = header + "." + encode(Json.bytes(claims));
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the service-account key does not sign", e);
        }
    }

    @Override
    public @Nullable JsonNode claims(String token) {
        // The header must be ours to the letter: whoever sends another algorithm did not get the token here.
        int end = token.lastIndexOf('.');
        if (token.length() > LONGEST || end <= header.length() || !token.startsWith(header + ".")) {
            return null;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key.getPublic());
            signature.update(token.substring(0, end).getBytes(StandardCharsets.UTF_8));
            if (!signature.verify(Base64.getUrlDecoder().decode(token.substring(end + 1)))) {
                return null;
            }
            return Json.parse(Base64.getUrlDecoder().decode(token.substring(header.length() + 1, end)));
        } catch (GeneralSecurityException | IllegalArgumentException | Json.Malformed e) {
            return null;
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
