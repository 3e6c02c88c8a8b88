package io.kumiki.store.objects;

import io.kumiki.store.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks keys in order; a folder is stepped over by one seek, however much it holds.
final class KeyWalk {
    private final Sql sql;
    private final String bucket;
    private final String prefix;
    private final String delimiter;
    private final @Nullable String end;
    private final List<ObjectHead> objects = new ArrayList<>();
    private final List<String> folders = new ArrayList<>();

    KeyWalk(Sql sql, String bucket, String prefix, String delimiter) {
        this.sql = sql;
        this.bucket = bucket;
        this.prefix = prefix;
        this.delimiter = delimiter;
        this.end = prefix.isEmpty() ? null : Names.afterAll(prefix);
    }

    Listing page(String after, int limit) {
        String last = null;
        String from = start(after);
        while (from != null) {
            int room = limit - objects.size() - folders.size();
            if (room == 0) {
                boolean more = !ObjectRows.from(sql, bucket, from, end, 1).isEmpty();
                return new Listing(objects, folders, more ? last : null);
            }
            List<ObjectHead> batch = ObjectRows.from(sql, bucket, from, end, room);
            String folder = null;
            for (ObjectHead object : batch) {
                folder = folderOf(object.key());
                if (folder != null) {
                    folders.add(folder);
                    last = folder;
                    break;
                }
                objects.add(object);
                last = object.key();
            }
            if (folder != null) {
                from = Names.afterAll(folder);
            } else {
                from = batch.size() < room || last == null ? null : justAfter(last);
            }
        }
        return new Listing(objects, folders, null);
    }

    /// Inclusive. A folder given as `after` means behind everything in it.
    private @Nullable String start(String after) {
        if (after.isEmpty() || Names.compare(after, prefix) < 0) {
            return prefix;
        }
        return after.equals(folderOf(after)) ? Names.afterAll(after) : justAfter(after);
    }

    /// Keys hold no NUL, so nothing lies between.
    private static String justAfter(String key) {
        return key + "\u0001";
    }

    private @Nullable String folderOf(String key) {
        if (delimiter.isEmpty() || !key.startsWith(prefix)) {
            return null;
        }
        int at = key.indexOf(delimiter, prefix.length());
        return at < 0 ? null : key.substring(0, at + delimiter.length());
    }
}
