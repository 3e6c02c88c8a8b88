package io.kumiki.store.s3;

import io.kumiki.store.objects.Attributes;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.StoredObject;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is asked of one key.
final class ObjectRoutes {
    static final List<String> UNSUPPORTED = List.of(
            "acl",
            "tagging",
            "torrent",
            "retention",
            "legal-hold",
            "restore",
            "select",
            "attributes",
            "object-lock",
            "annotation");

    private final ObjectStorage storage;
    private final UploadRoutes uploads;

    ObjectRoutes(ObjectStorage storage) {
        this.storage = storage;
        this.uploads = new UploadRoutes(storage);
    }

    void handle(Exchange exchange) throws IOException {
        Asked asked = exchange.asked;
        Target target = asked.target();
        for (String resource : UNSUPPORTED) {
            if (target.has(resource)) {
                throw S3Fault.notImplemented("the resource ?" + resource);
            }
        }
        String version = target.parameter("versionId");
        if (version != null && !version.equals("null")) {
            throw S3Fault.notImplemented("versioning (versionId " + version + ")");
        }
        if (target.has("uploadId") || target.has("uploads")) {
            uploads.handle(exchange);
            return;
        }
        switch (asked.method()) {
            case "GET" -> get(exchange);
            case "HEAD" -> head(exchange);
            case "PUT" -> {
                if (asked.header("x-amz-copy-source") != null) {
                    copy(exchange);
                } else {
                    put(exchange);
                }
            }
            case "DELETE" -> {
                exchange.noBody();
                storage.delete(target.bucket, target.key);
                exchange.status(204).end();
            }
            default -> throw new S3Fault(405, "MethodNotAllowed", asked.method() + " is not allowed on an object");
        }
    }

    private void put(Exchange exchange) throws IOException {
        Asked asked = exchange.asked;
        for (String name : List.of("If-Match", "If-None-Match")) {
            if (asked.header(name) != null) {
                throw S3Fault.notImplemented("a conditional PUT (" + name + ")");
            }
        }
        if (asked.header("Content-Length") == null && asked.header("x-amz-decoded-content-length") == null) {
            throw new S3Fault(411, "MissingContentLength", "a PUT carries Content-Length");
        }
        ObjectHead head =
                storage.put(asked.target().bucket, asked.target().key, exchange.body(), Stored.attributes(asked));
        exchange.header("ETag", Stored.quoted(head.etag()));
        head.checksums().forEach((name, value) -> exchange.header(CheckedBody.PREFIX + name, value));
        exchange.end();
    }

    private void get(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        exchange.noBody();
        refusePartNumber(target);
        for (int tries = 0; ; tries++) {
            ObjectHead head = need(target.bucket, target.key);
            if (Conditions.notModified(exchange.asked, head)) {
                exchange.header("ETag", Stored.quoted(head.etag())).status(304).end();
                return;
            }
            ByteRange range = range(exchange, head);
            try (StoredObject object = range == null
                    ? storage.get(target.bucket, target.key)
                    : storage.get(target.bucket, target.key, range.from(), range.length())) {
                if (!object.head().equals(head) && tries < 5) {
                    continue;
                }
                show(exchange, object.head(), range);
                exchange.stream(object.body(), object.length());
                return;
            }
        }
    }

    private void head(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        exchange.noBody();
        refusePartNumber(target);
        ObjectHead head = need(target.bucket, target.key);
        if (Conditions.notModified(exchange.asked, head)) {
            exchange.header("ETag", Stored.quoted(head.etag())).status(304).end();
            return;
        }
        ByteRange range = range(exchange, head);
        show(exchange, head, range);
        exchange.header("Content-Length", Long.toString(range == null ? head.size() : range.length()))
                .end();
    }

    private static void refusePartNumber(Target target) throws S3Fault {
        if (target.has("partNumber")) {
            throw S3Fault.notImplemented("reading an object by partNumber");
        }
    }

    private static @Nullable ByteRange range(Exchange exchange, ObjectHead head) throws S3Fault {
        try {
            return ByteRange.of(exchange.asked.header("Range"), head.size());
        } catch (S3Fault fault) {
            exchange.header("Content-Range", "bytes */" + head.size());
            throw fault;
        }
    }

    private static void show(Exchange exchange, ObjectHead head, @Nullable ByteRange range) {
        boolean wanted = "ENABLED".equalsIgnoreCase(exchange.asked.header("x-amz-checksum-mode"));
        Stored.show(exchange, head, wanted && range == null);
        if (range != null) {
            exchange.status(206).header("Content-Range", range.contentRange(head.size()));
        }
    }

    private void copy(Exchange exchange) throws IOException {
        Asked asked = exchange.asked;
        Target target = asked.target();
        exchange.noBody();
        CopySource source = CopySource.of(asked);
        ObjectHead from = need(source.bucket(), source.key());
        Conditions.copySource(asked, from);
        Attributes given = Stored.attributes(asked);
        String directive = asked.header("x-amz-metadata-directive", "COPY");
        boolean replace = directive.equals("REPLACE");
        if (!replace && !directive.equals("COPY")) {
            throw S3Fault.argument("x-amz-metadata-directive is COPY or REPLACE, found '" + directive + "'");
        }
        if (!replace && source.bucket().equals(target.bucket) && source.key().equals(target.key)) {
            throw S3Fault.badRequest("copying an object to itself needs x-amz-metadata-directive: REPLACE");
        }
        ObjectHead head =
                storage.copy(source.bucket(), source.key(), target.bucket, target.key, replace ? given : null);
        exchange.xml(Xml.document("CopyObjectResult")
                .add("LastModified", Stored.iso(head.modified()))
                .add("ETag", Stored.quoted(head.etag()))
                .end("CopyObjectResult"));
    }

    private ObjectHead need(String bucket, String key) {
        ObjectHead head = storage.head(bucket, key);
        if (head != null) {
            return head;
        }
        throw storage.hasBucket(bucket)
                ? new ObjectFault(ObjectFault.Code.NO_SUCH_KEY, "no object '" + key + "' in bucket '" + bucket + "'")
                : new ObjectFault(ObjectFault.Code.NO_SUCH_BUCKET, "no bucket named '" + bucket + "'");
    }
}
