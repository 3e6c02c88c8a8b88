package io.kumiki.kube;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The wire form of one change, made once for all who are told of it in the same words.
public final class WatchText {
    private record Made(WatchEvent.Type type, ResourceType resource, byte[] bytes) {}

    private volatile @Nullable Made made;

    /// @param text must depend on nothing but the change, the type and the resource
    public byte[] of(WatchEvent.Type type, ResourceType resource, Supplier<byte[]> text) {
        Made last = made;
        if (last != null && last.type == type && last.resource.equals(resource)) {
            return last.bytes;
        }
        byte[] bytes = text.get();
        made = new Made(type, resource, bytes);
        return bytes;
    }
}
