package io.kumiki.store.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.store.objects.BlobStream.Segment;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import io.kumiki.store.sql.Sql;
import io.kumiki.store.sql.SqlFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The index: SQL over buckets, objects and their segments.
final class ObjectRows {
    private static final String COLUMNS =
            "bucket, name, size, etag, modified, headers, metadata, checksums, id, segments";

    /// @param segments 0 when the bytes are one file named id, or stand in the index under it
    record Row(ObjectHead head, String id, int segments) {}

    private ObjectRows() {}

    static boolean hasBucket(Sql sql, String bucket) {
        return sql.number("SELECT COUNT(*) FROM buckets WHERE name = ?", bucket) > 0;
    }

    static void needBucket(Sql sql, String bucket) {
        if (!hasBucket(sql, bucket)) {
            throw new ObjectFault(ObjectFault.Code.NO_SUCH_BUCKET, "no bucket named '" + bucket + "'");
        }
    }

    static @Nullable Row find(Sql sql, String bucket, String key) {
        return sql.one(
                "SELECT " + COLUMNS + " FROM objects WHERE bucket = ? AND name = ?", ObjectRows::row, bucket, key);
    }

    static Row need(Sql sql, String bucket, String key) {
        Row row = find(sql, bucket, key);
        if (row == null) {
            needBucket(sql, bucket);
            throw new ObjectFault(ObjectFault.Code.NO_SUCH_KEY, "no object '" + key + "' in bucket '" + bucket + "'");
        }
        return row;
    }

    static List<Segment> segments(Sql sql, Row row) {
        return row.segments == 0
                ? List.of(new Segment(row.id, row.head.size()))
                : sql.list(
                        "SELECT blob, size FROM segments WHERE object = ? ORDER BY n",
                        cursor -> new Segment(cursor.text(1), cursor.number(2)),
                        row.id);
    }

    /// The bytes of an object that is small enough to stand in the index; null when they are a file.
    static byte @Nullable [] small(Sql sql, Row row) {
        return row.segments > 0
                ? null
                : sql.one("SELECT bytes FROM small WHERE id = ?", cursor -> cursor.bytes(1), row.id);
    }

    static List<String> replace(Sql sql, ObjectHead head, String id, byte[] small) {
        List<String> old = replace(sql, head, id, List.of());
        sql.update("INSERT INTO small (id, bytes) VALUES (?, ?)", id, small);
        return old;
    }

    /// Puts the row in place of what was there; the blobs that nobody names any more are returned.
    static List<String> replace(Sql sql, ObjectHead head, String id, List<Segment> segments) {
        needBucket(sql, head.bucket());
        List<String> old = remove(sql, head.bucket(), head.key());
        sql.update(
                "INSERT INTO objects (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                head.bucket(),
                head.key(),
                head.size(),
                head.etag(),
                Micros.of(head.modified()),
                text(head.headers()),
                text(head.metadata()),
                text(head.checksums()),
                id,
                segments.size());
        for (int n = 0; n < segments.size(); n++) {
            sql.update(
                    "INSERT INTO segments (object, n, blob, size) VALUES (?, ?, ?, ?)",
                    id,
                    n,
                    segments.get(n).blob(),
                    segments.get(n).size());
        }
        return old;
    }

    /// The blobs that nobody names any more.
    static List<String> remove(Sql sql, String bucket, String key) {
        Row row = find(sql, bucket, key);
        if (row == null) {
            return List.of();
        }
        List<String> blobs = segments(sql, row).stream().map(Segment::blob).toList();
        sql.update("DELETE FROM objects WHERE bucket = ? AND name = ?", bucket, key);
        if (row.segments > 0) {
            sql.update("DELETE FROM segments WHERE object = ?", row.id);
        } else {
            sql.update("DELETE FROM small WHERE id = ?", row.id);
        }
        return blobs;
    }

    /// @param from inclusive
    static List<ObjectHead> from(Sql sql, String bucket, String from, @Nullable String before, int limit) {
        var values = new ArrayList<Object>(List.of(bucket, from));
        if (before != null) {
            values.add(before);
        }
        values.add(limit);
        return sql.list(
                "SELECT " + COLUMNS + " FROM objects WHERE bucket = ? AND name >= ?"
                        + (before == null ? "" : " AND name < ?") + " ORDER BY name LIMIT ?",
                cursor -> row(cursor).head,
                values.toArray());
    }

    /// Whether any row names the blob.
    static boolean named(Sql sql, String blob) {
        return sql.number("SELECT COUNT(*) FROM objects WHERE id = ?", blob) > 0
                || sql.number("SELECT COUNT(*) FROM segments WHERE blob = ?", blob) > 0
                || sql.number("SELECT COUNT(*) FROM parts WHERE blob = ?", blob) > 0;
    }

    static String text(Map<String, String> map) {
        if (map.isEmpty()) {
            return "{}";
        }
        ObjectNode node = Json.object();
        map.forEach(node::put);
        return Json.write(node);
    }

    static Map<String, String> map(String text) {
        var all = new LinkedHashMap<String, String>();
        if (!text.equals("{}")) {
            try {
                Json.mapper()
                        .readTree(text)
                        .properties()
                        .forEach(e -> all.put(e.getKey(), e.getValue().asText()));
            } catch (JsonProcessingException e) {
                throw new SqlFault("an object's row holds damaged JSON");
            }
        }
        return all;
    }

    private static Row row(Cursor c) {
        var head = new ObjectHead(
                c.text(1),
                c.text(2),
                c.number(3),
                c.text(4),
                c.time(5),
                map(c.text(6)),
                map(c.text(7)),
                map(c.text(8)));
        return new Row(head, c.text(9), (int) c.number(10));
    }
}
