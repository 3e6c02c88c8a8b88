package io.kumiki.runtime.http;

import java.io.InputStream;
import java.util.List;

/// A request's body after its route's limit was applied.
record Received(byte[] whole, List<Upload> uploads, InputStream stream) {
    static final Received NOTHING = new Received(new byte[0], List.of(), InputStream.nullInputStream());

    static Received of(byte[] whole) {
        return new Received(whole, List.of(), InputStream.nullInputStream());
    }
}
