package io.kumiki.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Signs and checks service-account tokens; keys are the shell's.
public interface Tokens {
    String sign(ObjectNode claims);

    /// The claims of a token with a valid signature, whatever they say; `null` for anything else.
    @Nullable
    JsonNode claims(String token);

    /// The public keys as JSON Web Keys, each with its `alg`, for whoever checks tokens without us.
    List<ObjectNode> keys();

    /// Those whose key is still being made; whoever needs it first waits for it.
    static Tokens later(Supplier<? extends Tokens> made) {
        return new Tokens() {
            @Override
            public String sign(ObjectNode claims) {
                return made.get().sign(claims);
            }

            @Override
            public @Nullable JsonNode claims(String token) {
                return made.get().claims(token);
            }

            @Override
            public List<ObjectNode> keys() {
                return made.get().keys();
            }
        };
    }

    /// For clusters whose tokens nobody checks.
    static Tokens none() {
        return new Tokens() {
            @Override
            public String sign(ObjectNode claims) {
                throw ApiFault.of(501, "NotImplemented", "this cluster signs no tokens");
            }

            @Override
            public @Nullable JsonNode claims(String token) {
                return null;
            }

            @Override
            public List<ObjectNode> keys() {
                return List.of();
            }
        };
    }
}
