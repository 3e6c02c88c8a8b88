package io.kumiki.store.objects;

import io.kumiki.store.objects.BlobStream.Segment;
import io.kumiki.store.objects.ObjectFault.Code;
import io.kumiki.store.objects.ObjectRows.Row;
import io.kumiki.store.sql.Database;
import io.kumiki.store.sql.Micros;
import io.kumiki.store.sql.Schema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Object storage in a folder: index.db and, for what is not small, bytes/.
public final class DiskObjects implements ObjectStorage {
    /// As S3: a single put; larger ones come in parts.
    public static final long LARGEST_PUT = 5L << 30;

    private static final Schema SCHEMA =
            new Schema("objects", DiskObjects.class, List.of("0001_objects.sql", "0002_small.sql"));
    /// Up to here bytes stand in the index: outcomes of steps, metrics, small logs.
    static final int SMALL = 32 * 1024;

    private static final int TRIES = 5;
    private static final int MOST_LISTED = 1000;

    private final Database database;
    private final Blobs blobs;
    private final InstantSource clock;
    private final DiskUploads uploads;
    private final Sweep sweep;

    private DiskObjects(Database database, Blobs blobs, InstantSource clock) {
        this.database = database;
        this.blobs = blobs;
        this.clock = clock;
        this.uploads = new DiskUploads(database, blobs, this::now);
        this.sweep = new Sweep(database, blobs);
    }

    /// Keeps 1 GiB of the disk free.
    public static ObjectStorage open(Path folder) {
        return open(folder, DiskSettings.DEFAULT);
    }

    public static ObjectStorage open(Path folder, DiskSettings settings) {
        try {
            Files.createDirectories(folder);
            Database database =
                    Database.open(folder.resolve("index.db"), SCHEMA, settings.durable(), Database.Commits.NONE);
            var objects = new DiskObjects(
                    database, new Blobs(folder, settings.freeSpace(folder), settings.keepFree()), settings.clock());
            objects.sweep.start();
            return objects;
        } catch (IOException e) {
            throw new ObjectFault(Code.IO, "cannot use " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean createBucket(String bucket) {
        Names.checkBucket(bucket);
        return database.<Boolean>write(sql -> sql.update(
                        "INSERT INTO buckets (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                        bucket,
                        Micros.of(now()))
                > 0);
    }

    @Override
    public boolean hasBucket(String bucket) {
        return database.<Boolean>read(sql -> ObjectRows.hasBucket(sql, bucket));
    }

    @Override
    public List<Bucket> buckets() {
        return database.read(sql -> sql.list(
                "SELECT name, created_at FROM buckets ORDER BY name", row -> new Bucket(row.text(1), row.time(2))));
    }

    @Override
    public void deleteBucket(String bucket) {
        List<String> forgotten = database.write(sql -> {
            ObjectRows.needBucket(sql, bucket);
            if (!ObjectRows.from(sql, bucket, "", null, 1).isEmpty()) {
                throw new ObjectFault(
                        Code.BUCKET_NOT_EMPTY, "bucket '" + bucket + "' holds objects; delete them first");
            }
            sql.update("DELETE FROM buckets WHERE name = ?", bucket);
            return DiskUploads.forget(
                    sql, sql.list("SELECT id FROM uploads WHERE bucket = ?", row -> row.text(1), bucket));
        });
        blobs.delete(forgotten);
    }

    @Override
    public ObjectHead put(String bucket, String key, InputStream body, Attributes attributes) throws IOException {
        Names.checkKey(key);
        database.read(sql -> {
            ObjectRows.needBucket(sql, bucket);
            return null;
        });
        blobs.refuseWhenFull();
        byte[] start = body.readNBytes(SMALL + 1);
        if (start.length <= SMALL) {
            byte[] md5 = Blobs.md5().digest(start);
            ObjectHead head = head(bucket, key, start.length, md5, checksums(body), attributes);
            blobs.delete(database.write(sql -> ObjectRows.replace(sql, head, blobs.newId(), start)));
            return head;
        }
        Blobs.Blob blob = blobs.write(new SequenceInputStream(new ByteArrayInputStream(start), body), LARGEST_PUT);
        ObjectHead head = head(bucket, key, blob.size(), blob.md5(), checksums(body), attributes);
        store(head, blob.id(), List.of());
        return head;
    }

    /// Known when the body has been read to its end.
    private static Map<String, String> checksums(InputStream body) {
        return body instanceof VerifiedBody verified ? verified.checksums() : Map.of();
    }

    private ObjectHead head(
            String bucket, String key, long size, byte[] md5, Map<String, String> checksums, Attributes attributes) {
        return new ObjectHead(
                bucket,
                key,
                size,
                HexFormat.of().formatHex(md5),
                now(),
                attributes.headers(),
                attributes.metadata(),
                checksums);
    }

    @Override
    public StoredObject get(String bucket, String key) {
        return get(bucket, key, 0, Long.MAX_VALUE);
    }

    @Override
    public StoredObject get(String bucket, String key, long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset and length count from 0, found " + offset + ", " + length);
        }
        for (int n = 0; n < TRIES; n++) {
            StoredObject opened = tryOpen(bucket, key, offset, length);
            if (opened != null) {
                return opened;
            }
        }
        throw new ObjectFault(
                Code.IO, "the bytes of '" + key + "' in bucket '" + bucket + "' are missing on disk; restore a backup");
    }

    @Override
    public @Nullable ObjectHead head(String bucket, String key) {
        Row row = database.read(sql -> ObjectRows.find(sql, bucket, key));
        return row == null ? null : row.head();
    }

    @Override
    public Listing list(String bucket, String prefix, String after, int limit) {
        return list(bucket, prefix, "", after, limit);
    }

    @Override
    public Listing list(String bucket, String prefix, String delimiter, String after, int limit) {
        int most = Math.clamp(limit, 1, MOST_LISTED);
        return database.read(sql -> {
            ObjectRows.needBucket(sql, bucket);
            return new KeyWalk(sql, bucket, prefix, delimiter).page(after, most);
        });
    }

    @Override
    public boolean delete(String bucket, String key) {
        List<String> forgotten = database.write(sql -> {
            ObjectRows.needBucket(sql, bucket);
            return ObjectRows.remove(sql, bucket, key);
        });
        blobs.delete(forgotten);
        return !forgotten.isEmpty();
    }

    @Override
    public ObjectHead copy(String bucket, String key, String toBucket, String toKey, @Nullable Attributes attributes) {
        Names.checkKey(toKey);
        for (int n = 0; n < TRIES; n++) {
            Row row = database.read(sql -> {
                ObjectRows.needBucket(sql, toBucket);
                return ObjectRows.need(sql, bucket, key);
            });
            byte[] small = database.read(sql -> ObjectRows.small(sql, row));
            if (small != null) {
                ObjectHead head = copied(row.head(), toBucket, toKey, attributes);
                blobs.delete(database.write(sql -> ObjectRows.replace(sql, head, blobs.newId(), small)));
                return head;
            }
            List<Segment> source = database.read(sql -> ObjectRows.segments(sql, row));
            var copied = new ArrayList<Segment>();
            try {
                for (Segment segment : source) {
                    copied.add(new Segment(blobs.link(segment.blob()), segment.size()));
                }
            } catch (NoSuchFileException e) {
                // Overwritten or deleted meanwhile: look again.
                blobs.delete(copied.stream().map(Segment::blob).toList());
                continue;
            } catch (IOException e) {
                throw new ObjectFault(Code.IO, "could not copy '" + key + "': " + e.getMessage(), e);
            }
            ObjectHead head = copied(row.head(), toBucket, toKey, attributes);
            if (row.segments() == 0) {
                store(head, copied.getFirst().blob(), List.of());
            } else {
                store(head, blobs.newId(), copied);
            }
            return head;
        }
        throw new ObjectFault(
                Code.IO, "the bytes of '" + key + "' in bucket '" + bucket + "' are missing on disk; restore a backup");
    }

    private ObjectHead copied(ObjectHead from, String toBucket, String toKey, @Nullable Attributes attributes) {
        return new ObjectHead(
                toBucket,
                toKey,
                from.size(),
                from.etag(),
                now(),
                attributes == null ? from.headers() : attributes.headers(),
                attributes == null ? from.metadata() : attributes.metadata(),
                from.checksums());
    }

    @Override
    public Uploads uploads() {
        return uploads;
    }

    @Override
    public void close() {
        sweep.close();
        database.close();
    }

    private void store(ObjectHead head, String id, List<Segment> segments) {
        List<String> old;
        try {
            old = database.write(sql -> ObjectRows.replace(sql, head, id, segments));
        } catch (RuntimeException e) {
            blobs.delete(
                    segments.isEmpty()
                            ? List.of(id)
                            : segments.stream().map(Segment::blob).toList());
            throw e;
        }
        blobs.delete(old);
    }

    /// Null when the object was replaced between the look at its row and the opening of its files.
    private @Nullable StoredObject tryOpen(String bucket, String key, long offset, long length) {
        Row row = database.read(sql -> ObjectRows.need(sql, bucket, key));
        long size = row.head().size();
        long from = Math.min(offset, size);
        long count = Math.min(length, size - from);
        byte[] small = size <= SMALL ? database.read(sql -> ObjectRows.small(sql, row)) : null;
        if (small != null) {
            return new StoredObject(
                    row.head(),
                    from,
                    count,
                    new ByteArrayInputStream(small, Math.toIntExact(from), Math.toIntExact(count)));
        }
        List<Segment> segments = row.segments() == 0
                ? List.of(new Segment(row.id(), size))
                : database.read(sql -> ObjectRows.segments(sql, row));
        List<String> pinned =
                segments.size() > 1 ? segments.stream().map(Segment::blob).toList() : List.of();
        if (!pinned.isEmpty()) {
            blobs.pin(pinned);
            Row again = database.read(sql -> ObjectRows.find(sql, bucket, key));
            if (again == null || !again.id().equals(row.id())) {
                blobs.unpin(pinned);
                return null;
            }
        }
        try {
            int first = 0;
            long skip = from;
            while (first < segments.size() - 1 && skip >= segments.get(first).size()) {
                skip -= segments.get(first++).size();
            }
            FileChannel channel = blobs.open(segments.get(first).blob());
            channel.position(skip);
            var body = new BlobStream(
                    blobs, channel, segments.subList(first + 1, segments.size()), count, () -> blobs.unpin(pinned));
            return new StoredObject(row.head(), from, count, body);
        } catch (IOException e) {
            blobs.unpin(pinned);
            if (e instanceof NoSuchFileException) {
                return null;
            }
            throw new ObjectFault(Code.IO, "could not read '" + key + "': " + e.getMessage(), e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
