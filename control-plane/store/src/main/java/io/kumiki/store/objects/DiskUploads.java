package io.kumiki.store.objects;

import io.kumiki.store.objects.BlobStream.Segment;
import io.kumiki.store.objects.ObjectFault.Code;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Database;
import io.kumiki.store.sql.Micros;
import io.kumiki.store.sql.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Parts are files as they come; completing an upload only names them in order.
final class DiskUploads implements Uploads {
    static final long SMALLEST_PART = 5L << 20;
    private static final String PART = "SELECT n, size, etag, modified, blob FROM parts WHERE upload = ?";

    private record StoredPart(Part part, String blob) {}

    private final Database database;
    private final Blobs blobs;
    private final Supplier<Instant> now;

    DiskUploads(Database database, Blobs blobs, Supplier<Instant> now) {
        this.database = database;
        this.blobs = blobs;
        this.now = now;
    }

    @Override
    public Upload create(String bucket, String key, Attributes attributes) {
        Names.checkKey(key);
        var upload = new Upload(blobs.newId(), bucket, key, now.get(), attributes);
        database.write(sql -> {
            ObjectRows.needBucket(sql, bucket);
            return sql.update(
                    "INSERT INTO uploads (id, bucket, name, created_at, headers, metadata) VALUES (?, ?, ?, ?, ?, ?)",
                    upload.id(),
                    bucket,
                    key,
                    Micros.of(upload.createdAt()),
                    ObjectRows.text(attributes.headers()),
                    ObjectRows.text(attributes.metadata()));
        });
        return upload;
    }

    @Override
    public Upload get(String id, String bucket, String key) {
        Upload upload = database.read(sql -> {
            ObjectRows.needBucket(sql, bucket);
            return find(sql, id);
        });
        if (upload == null || !upload.bucket().equals(bucket) || !upload.key().equals(key)) {
            throw unknown(id);
        }
        return upload;
    }

    @Override
    public Part put(Upload upload, int number, InputStream body) throws IOException {
        if (number < 1 || number > LARGEST_PART_NUMBER) {
            throw new ObjectFault(
                    Code.INVALID_PART, "a part's number is between 1 and " + LARGEST_PART_NUMBER + ", found " + number);
        }
        Blobs.Blob blob = blobs.write(body, DiskObjects.LARGEST_PUT);
        var part = new Part(number, blob.size(), HexFormat.of().formatHex(blob.md5()), now.get());
        List<String> old;
        try {
            old = database.write(sql -> register(sql, upload, part, blob.id()));
        } catch (RuntimeException e) {
            blobs.delete(List.of(blob.id()));
            throw e;
        }
        blobs.delete(old);
        return part;
    }

    private static List<String> register(Sql sql, Upload upload, Part part, String blob) {
        if (find(sql, upload.id()) == null) {
            throw unknown(upload.id());
        }
        List<String> old = sql.list(
                "SELECT blob FROM parts WHERE upload = ? AND n = ?", row -> row.text(1), upload.id(), part.number());
        sql.update("DELETE FROM parts WHERE upload = ? AND n = ?", upload.id(), part.number());
        sql.update(
                "INSERT INTO parts (upload, n, blob, size, etag, modified) VALUES (?, ?, ?, ?, ?, ?)",
                upload.id(),
                part.number(),
                blob,
                part.size(),
                part.etag(),
                Micros.of(part.modified()));
        return old;
    }

    @Override
    public List<Part> parts(Upload upload, int afterNumber, int limit) {
        return database.read(sql -> sql.list(
                PART + " AND n > ? ORDER BY n LIMIT ?", row -> part(row).part, upload.id(), afterNumber, limit));
    }

    @Override
    public ObjectHead complete(Upload upload, List<PartRef> wanted) {
        var forgotten = new ArrayList<String>();
        String id = blobs.newId();
        ObjectHead head = database.write(sql -> {
            forgotten.clear();
            if (find(sql, upload.id()) == null) {
                throw unknown(upload.id());
            }
            Map<Integer, StoredPart> stored = new HashMap<>();
            sql.list(PART, DiskUploads::part, upload.id()).forEach(p -> stored.put(p.part.number(), p));
            List<StoredPart> chosen = chosen(wanted, stored);
            ObjectHead made = assembled(upload, chosen);
            forgotten.addAll(ObjectRows.replace(
                    sql,
                    made,
                    id,
                    chosen.stream().map(p -> new Segment(p.blob, p.part.size())).toList()));
            Set<String> used = chosen.stream().map(StoredPart::blob).collect(Collectors.toCollection(HashSet::new));
            forget(sql, List.of(upload.id())).stream()
                    .filter(blob -> !used.contains(blob))
                    .forEach(forgotten::add);
            return made;
        });
        blobs.delete(forgotten);
        return head;
    }

    private ObjectHead assembled(Upload upload, List<StoredPart> chosen) {
        var md5 = Blobs.md5();
        long size = 0;
        for (StoredPart part : chosen) {
            md5.update(HexFormat.of().parseHex(part.part.etag()));
            size += part.part.size();
        }
        return new ObjectHead(
                upload.bucket(),
                upload.key(),
                size,
                HexFormat.of().formatHex(md5.digest()) + "-" + chosen.size(),
                now.get(),
                upload.attributes().headers(),
                upload.attributes().metadata(),
                Map.of());
    }

    private static List<StoredPart> chosen(List<PartRef> wanted, Map<Integer, StoredPart> stored) {
        if (wanted.isEmpty()) {
            throw new ObjectFault(Code.INVALID_PART, "an upload is completed with at least one part");
        }
        var chosen = new ArrayList<StoredPart>();
        int before = 0;
        for (PartRef ref : wanted) {
            StoredPart part = stored.get(ref.number());
            if (ref.number() <= before) {
                throw new ObjectFault(
                        Code.INVALID_PART_ORDER,
                        "parts are named in rising order, found " + ref.number() + " after " + before);
            }
            if (part == null || !part.part.etag().equals(ref.etag())) {
                throw new ObjectFault(
                        Code.INVALID_PART,
                        "part " + ref.number()
                                + (part == null
                                        ? " was never uploaded"
                                        : " has ETag " + part.part.etag() + ", not " + ref.etag()));
            }
            if (before > 0 && chosen.getLast().part.size() < SMALLEST_PART) {
                throw new ObjectFault(
                        Code.PART_TOO_SMALL,
                        "every part but the last has at least " + SMALLEST_PART + " bytes, part " + before + " has "
                                + chosen.getLast().part.size());
            }
            before = ref.number();
            chosen.add(part);
        }
        return chosen;
    }

    @Override
    public void abort(Upload upload) {
        List<String> forgotten = database.write(sql -> {
            if (find(sql, upload.id()) == null) {
                throw unknown(upload.id());
            }
            return forget(sql, List.of(upload.id()));
        });
        blobs.delete(forgotten);
    }

    @Override
    public List<Upload> list(String bucket, String prefix, int limit) {
        return database.read(sql -> {
            ObjectRows.needBucket(sql, bucket);
            String end = Names.afterAll(prefix);
            return sql.list(
                    "SELECT id, bucket, name, created_at, headers, metadata FROM uploads WHERE bucket = ? AND name >= ?"
                            + (end == null ? " AND ? = ''" : " AND name < ?") + " ORDER BY name, id LIMIT ?",
                    DiskUploads::upload,
                    bucket,
                    prefix,
                    end == null ? "" : end,
                    limit);
        });
    }

    /// Their blobs.
    static List<String> forget(Sql sql, List<String> uploads) {
        var forgotten = new ArrayList<String>();
        for (String id : uploads) {
            forgotten.addAll(sql.list("SELECT blob FROM parts WHERE upload = ?", row -> row.text(1), id));
            sql.update("DELETE FROM parts WHERE upload = ?", id);
            sql.update("DELETE FROM uploads WHERE id = ?", id);
        }
        return forgotten;
    }

    private static @Nullable Upload find(Sql sql, String id) {
        return sql.one(
                "SELECT id, bucket, name, created_at, headers, metadata FROM uploads WHERE id = ?",
                DiskUploads::upload,
                id);
    }

    private static Upload upload(Cursor row) {
        return new Upload(
                row.text(1),
                row.text(2),
                row.text(3),
                row.time(4),
                new Attributes(ObjectRows.map(row.text(5)), ObjectRows.map(row.text(6))));
    }

    private static StoredPart part(Cursor row) {
        return new StoredPart(new Part((int) row.number(1), row.number(2), row.text(3), row.time(4)), row.text(5));
    }

    private static ObjectFault unknown(String id) {
        return new ObjectFault(Code.NO_SUCH_UPLOAD, "no upload " + id + "; it was completed, aborted or never begun");
    }
}
