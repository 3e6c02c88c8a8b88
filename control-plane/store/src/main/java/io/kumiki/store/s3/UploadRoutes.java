package io.kumiki.store.s3;

import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.StoredObject;
import io.kumiki.store.objects.Uploads;
import io.kumiki.store.objects.Uploads.Part;
import io.kumiki.store.objects.Uploads.PartRef;
import io.kumiki.store.objects.Uploads.Upload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Uploads in parts.
final class UploadRoutes {
    private static final int LARGEST_PAGE = 1000;

    private final ObjectStorage storage;
    private final Uploads uploads;

    UploadRoutes(ObjectStorage storage) {
        this.storage = storage;
        this.uploads = storage.uploads();
    }

    void handle(Exchange exchange) throws IOException {
        Asked asked = exchange.asked;
        Target target = asked.target();
        if (target.has("uploads")) {
            if (!asked.method().equals("POST")) {
                throw new S3Fault(405, "MethodNotAllowed", asked.method() + " is not allowed on ?uploads of an object");
            }
            create(exchange);
            return;
        }
        Upload upload = uploads.get(String.valueOf(target.parameter("uploadId")), target.bucket, target.key);
        switch (asked.method()) {
            case "PUT" -> put(exchange, upload);
            case "POST" -> complete(exchange, upload);
            case "GET" -> parts(exchange, upload);
            case "DELETE" -> {
                exchange.noBody();
                uploads.abort(upload);
                exchange.status(204).end();
            }
            default -> throw new S3Fault(405, "MethodNotAllowed", asked.method() + " is not allowed on an upload");
        }
    }

    private void create(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        exchange.noBody();
        Upload upload = uploads.create(target.bucket, target.key, Stored.attributes(exchange.asked));
        exchange.header("x-amz-checksum-algorithm", exchange.asked.header("x-amz-checksum-algorithm"))
                .header("x-amz-checksum-type", exchange.asked.header("x-amz-checksum-type"))
                .xml(Xml.document("InitiateMultipartUploadResult")
                        .add("Bucket", target.bucket)
                        .add("Key", target.key)
                        .add("UploadId", upload.id())
                        .end("InitiateMultipartUploadResult"));
    }

    private void put(Exchange exchange, Upload upload) throws IOException {
        Asked asked = exchange.asked;
        int number = Parameters.number(asked.target(), "partNumber", 0, Integer.MAX_VALUE);
        if (asked.header("x-amz-copy-source") != null) {
            copyPart(exchange, upload, number);
            return;
        }
        CheckedBody body = (CheckedBody) exchange.body();
        Part part = uploads.put(upload, number, body);
        exchange.header("ETag", Stored.quoted(part.etag()));
        body.checksums().forEach((name, value) -> exchange.header(CheckedBody.PREFIX + name, value));
        exchange.end();
    }

    private void copyPart(Exchange exchange, Upload upload, int number) throws IOException {
        exchange.noBody();
        CopySource source = CopySource.of(exchange.asked);
        String text = exchange.asked.header("x-amz-copy-source-range");
        try (StoredObject whole = storage.get(source.bucket(), source.key())) {
            Conditions.copySource(exchange.asked, whole.head());
            ByteRange range = ByteRange.of(text, whole.head().size());
            if (text != null && range == null) {
                throw S3Fault.argument("x-amz-copy-source-range is bytes=first-last, found '" + text + "'");
            }
            Part part;
            if (range == null) {
                part = uploads.put(upload, number, whole.body());
            } else {
                try (StoredObject some = storage.get(source.bucket(), source.key(), range.from(), range.length())) {
                    part = uploads.put(upload, number, some.body());
                }
            }
            exchange.xml(Xml.document("CopyPartResult")
                    .add("LastModified", Stored.iso(part.modified()))
                    .add("ETag", Stored.quoted(part.etag()))
                    .end("CopyPartResult"));
        }
    }

    private void complete(Exchange exchange, Upload upload) throws IOException {
        XmlBody document =
                XmlBody.read(exchange.body(), "CompleteMultipartUpload", "Part", Uploads.LARGEST_PART_NUMBER);
        var parts = new ArrayList<PartRef>();
        for (Map<String, String> part : document.records()) {
            try {
                parts.add(new PartRef(
                        Integer.parseInt(part.getOrDefault("PartNumber", "").strip()),
                        Stored.unquoted(part.getOrDefault("ETag", ""))));
            } catch (NumberFormatException e) {
                throw new S3Fault(
                        400, "MalformedXML", "every Part has a PartNumber, found '" + part.get("PartNumber") + "'");
            }
        }
        if (parts.isEmpty()) {
            throw new S3Fault(400, "MalformedXML", "the document names no Part");
        }
        ObjectHead head = uploads.complete(upload, parts);
        exchange.xml(Xml.document("CompleteMultipartUploadResult")
                .add("Location", "/" + Target.encode(head.bucket() + "/" + head.key(), true))
                .add("Bucket", head.bucket())
                .add("Key", head.key())
                .add("ETag", Stored.quoted(head.etag()))
                .end("CompleteMultipartUploadResult"));
    }

    private void parts(Exchange exchange, Upload upload) throws IOException {
        exchange.noBody();
        Target target = exchange.asked.target();
        int most = Parameters.number(target, "max-parts", LARGEST_PAGE, LARGEST_PAGE);
        int after = Parameters.number(target, "part-number-marker", 0, Integer.MAX_VALUE);
        List<Part> found = uploads.parts(upload, after, most + 1);
        boolean more = found.size() > most;
        List<Part> shown = more ? found.subList(0, most) : found;
        Xml xml = Xml.document("ListPartsResult")
                .add("Bucket", upload.bucket())
                .add("Key", upload.key())
                .add("UploadId", upload.id())
                .add("StorageClass", "STANDARD")
                .add("PartNumberMarker", after)
                .add(
                        "NextPartNumberMarker",
                        shown.isEmpty() ? after : shown.getLast().number())
                .add("MaxParts", most)
                .add("IsTruncated", more);
        for (Part part : shown) {
            xml.open("Part")
                    .add("PartNumber", part.number())
                    .add("LastModified", Stored.iso(part.modified()))
                    .add("ETag", Stored.quoted(part.etag()))
                    .add("Size", part.size())
                    .close("Part");
        }
        exchange.xml(xml.end("ListPartsResult"));
    }
}
