package io.kumiki.localcluster.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Tokens;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// JSON Web Tokens signed with ES256, which is what `…inP1363Format` gives without any ASN.1 around it.
public final class AccountTokens implements Tokens {
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final int LONGEST = 8 * 1024;
    private static final String HEADER = encode("{\"alg\":\"ES256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));

    private final KeyPair key;

    public AccountTokens(KeyPair key) {
        this.key = key;
    }

    @Override
    public String sign(ObjectNode claims) {
        String signed = HEADER + "." + encode(Json.bytes(claims));
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
        if (token.length() > LONGEST || end <= HEADER.length() || !token.startsWith(HEADER + ".")) {
            return null;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key.getPublic());
            signature.update(token.substring(0, end).getBytes(StandardCharsets.UTF_8));
            if (!signature.verify(Base64.getUrlDecoder().decode(token.substring(end + 1)))) {
                return null;
            }
            return Json.parse(Base64.getUrlDecoder().decode(token.substring(HEADER.length() + 1, end)));
        } catch (GeneralSecurityException | IllegalArgumentException | Json.Malformed e) {
            return null;
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
