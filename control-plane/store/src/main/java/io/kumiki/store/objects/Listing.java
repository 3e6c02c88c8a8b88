package io.kumiki.store.objects;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param folders common prefixes, when a delimiter was given
/// @param next give it as `after` for the following page; null on the last
public record Listing(
        List<ObjectHead> objects,
        List<String> folders,
        @Nullable String next) {
    public Listing {
        objects = List.copyOf(objects);
        folders = List.copyOf(folders);
    }
}
