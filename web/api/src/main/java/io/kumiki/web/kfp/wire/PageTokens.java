package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Page tokens hold values only (the last row's sort value and key), never names of columns, and are authenticated
/// together with the list they belong to: KFP's own tokens carried SQL names and had to be hardened against
/// injection.
public final class PageTokens {
    private static final int MAC_BYTES = 16;
    private static final int LONGEST = 4096;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    public PageTokens(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /// @param list what is listed, filtered and sorted how; a token is good for nothing else
    public String write(String list, JsonNode values) {
        byte[] body = Json.bytes(values);
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(body) + "." + base64.encodeToString(mac(list, body));
    }

    public JsonNode read(String list, String token) {
        int dot = token.indexOf('.');
        if (dot < 0 || token.length() > LONGEST) {
            throw unknown();
        }
        try {
            byte[] body = Base64.getUrlDecoder().decode(token.substring(0, dot));
            byte[] mac = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            if (!MessageDigest.isEqual(mac, mac(list, body))) {
                throw unknown();
            }
            return Json.parse(body);
        } catch (IllegalArgumentException notBase64) {
            throw unknown();
        }
    }

    private byte[] mac(String list, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(list.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return Arrays.copyOf(mac.doFinal(body), MAC_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RuntimeException unknown() {
        return Refusal.invalid(
                "The page_token is not one that this list gave out with this sort_by and filter."
                        + " Use next_page_token of the previous answer, with the same sort_by and filter, or leave it away for the first page.");
    }
}
