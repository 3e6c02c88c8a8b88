package io.kumiki.store.s3;

import io.vertx.core.MultiMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a request says of itself, apart from its body.
record Asked(String method, Target target, MultiMap headers) {
    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    String header(String name, String otherwise) {
        String value = headers.get(name);
        return value == null ? otherwise : value;
    }

    /// As signatures see it: all values, inner white space collapsed.
    String signedHeader(String name) {
        return String.join(
                ",",
                headers.getAll(name).stream()
                        .map(v -> v.strip().replaceAll(" +", " "))
                        .toList());
    }

    boolean isAmz(String name) {
        return name.toLowerCase(Locale.ROOT).startsWith("x-amz-");
    }
}
