package io.kumiki.store.s3;

import io.kumiki.store.objects.Listing;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.Uploads.Upload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is asked of the service and of a bucket.
final class BucketRoutes {
    static final String REGION = "us-east-1";
    private static final int LARGEST_PAGE = 1000;
    private static final int SMALL = 64 * 1024;
    private static final List<String> UNSUPPORTED = List.of(
            "accelerate",
            "acl",
            "analytics",
            "cors",
            "encryption",
            "intelligent-tiering",
            "inventory",
            "lifecycle",
            "logging",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "replication",
            "requestPayment",
            "tagging",
            "versions",
            "website");

    private final ObjectStorage storage;

    BucketRoutes(ObjectStorage storage) {
        this.storage = storage;
    }

    void service(Exchange exchange) throws IOException {
        if (!exchange.asked.method().equals("GET")) {
            throw new S3Fault(405, "MethodNotAllowed", exchange.asked.method() + " is not allowed on the service");
        }
        exchange.noBody();
        Xml xml = Xml.document("ListAllMyBucketsResult")
                .open("Owner")
                .add("ID", "kumiki")
                .add("DisplayName", "kumiki")
                .close("Owner");
        xml.open("Buckets");
        for (var bucket : storage.buckets()) {
            xml.open("Bucket")
                    .add("Name", bucket.name())
                    .add("CreationDate", Stored.iso(bucket.createdAt()))
                    .close("Bucket");
        }
        exchange.xml(xml.close("Buckets").end("ListAllMyBucketsResult"));
    }

    void handle(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        for (String resource : UNSUPPORTED) {
            if (target.has(resource)) {
                throw S3Fault.notImplemented("the resource ?" + resource + " of a bucket");
            }
        }
        switch (exchange.asked.method()) {
            case "GET" -> get(exchange);
            case "HEAD" -> {
                exchange.noBody();
                need(target.bucket);
                exchange.header("x-amz-bucket-region", REGION).end();
            }
            case "PUT" -> create(exchange);
            case "DELETE" -> {
                exchange.noBody();
                storage.deleteBucket(target.bucket);
                exchange.status(204).end();
            }
            case "POST" -> {
                if (!target.has("delete")) {
                    throw S3Fault.notImplemented("POST to a bucket, other than ?delete,");
                }
                deleteMany(exchange);
            }
            default ->
                throw new S3Fault(405, "MethodNotAllowed", exchange.asked.method() + " is not allowed on a bucket");
        }
    }

    private void get(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        exchange.noBody();
        need(target.bucket);
        if (target.has("location")) {
            exchange.xml(Xml.document("LocationConstraint").end("LocationConstraint"));
        } else if (target.has("versioning")) {
            exchange.xml(Xml.document("VersioningConfiguration").end("VersioningConfiguration"));
        } else if (target.has("uploads")) {
            uploads(exchange);
        } else {
            list(exchange);
        }
    }

    private void create(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        if (target.has("versioning")) {
            throw S3Fault.notImplemented("versioning");
        }
        Stored.attributes(exchange.asked);
        // The document names a region; there is one.
        if (exchange.body().readNBytes(SMALL).length == SMALL) {
            throw new S3Fault(400, "EntityTooLarge", "the document has more than " + SMALL + " bytes");
        }
        storage.createBucket(target.bucket);
        exchange.header("Location", "/" + target.bucket).end();
    }

    private void deleteMany(Exchange exchange) throws IOException {
        String bucket = exchange.asked.target().bucket;
        XmlBody document = XmlBody.read(exchange.body(), "Delete", "Object", LARGEST_PAGE);
        need(bucket);
        boolean quiet =
                "true".equals(document.fields().getOrDefault("Quiet", "").strip());
        Xml xml = Xml.document("DeleteResult");
        for (Map<String, String> object : document.records()) {
            String key = object.getOrDefault("Key", "");
            String version = object.getOrDefault("VersionId", "null");
            if (!version.equals("null")) {
                xml.open("Error")
                        .add("Key", key)
                        .add("Code", "NotImplemented")
                        .add("Message", "versioning is not supported here")
                        .close("Error");
                continue;
            }
            try {
                storage.delete(bucket, key);
                if (!quiet) {
                    xml.open("Deleted").add("Key", key).close("Deleted");
                }
            } catch (ObjectFault e) {
                S3Fault fault = S3Fault.of(e);
                xml.open("Error")
                        .add("Key", key)
                        .add("Code", fault.code)
                        .add("Message", fault.getMessage())
                        .close("Error");
            }
        }
        exchange.xml(xml.end("DeleteResult"));
    }

    private void list(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        String type = target.parameter("list-type");
        if (type != null && !type.equals("2")) {
            throw S3Fault.argument("list-type is 2, found '" + type + "'");
        }
        boolean two = type != null;
        String encoding = target.parameter("encoding-type");
        if (encoding != null && !encoding.equals("url")) {
            throw S3Fault.argument("encoding-type is url, found '" + encoding + "'");
        }
        boolean url = encoding != null;
        String prefix = orEmpty(target.parameter("prefix"));
        String delimiter = orEmpty(target.parameter("delimiter"));
        int most = Parameters.number(target, "max-keys", LARGEST_PAGE, LARGEST_PAGE);
        String after = after(target, two);
        Listing listing = most == 0
                ? new Listing(List.of(), List.of(), null)
                : storage.list(target.bucket, prefix, delimiter, after, most);
        Xml xml = Xml.document("ListBucketResult")
                .add("Name", target.bucket)
                .add("Prefix", shown(prefix, url))
                .add("MaxKeys", most)
                .add("Delimiter", delimiter.isEmpty() ? null : shown(delimiter, url))
                .add("EncodingType", encoding)
                .add("IsTruncated", listing.next() != null);
        if (two) {
            xml.add("KeyCount", listing.objects().size() + listing.folders().size())
                    .add("ContinuationToken", target.parameter("continuation-token"))
                    .add(
                            "StartAfter",
                            target.has("start-after") ? shown(orEmpty(target.parameter("start-after")), url) : null)
                    .add("NextContinuationToken", listing.next() == null ? null : token(listing.next()));
        } else {
            xml.add("Marker", shown(after, url))
                    .add("NextMarker", listing.next() == null ? null : shown(listing.next(), url));
        }
        contents(xml, listing, url, !two || "true".equals(target.parameter("fetch-owner")));
        exchange.xml(xml.end("ListBucketResult"));
    }

    private static void contents(Xml xml, Listing listing, boolean url, boolean owner) {
        for (ObjectHead object : listing.objects()) {
            xml.open("Contents")
                    .add("Key", shown(object.key(), url))
                    .add("LastModified", Stored.iso(object.modified()))
                    .add("ETag", Stored.quoted(object.etag()))
                    .add("Size", object.size())
                    .add("StorageClass", "STANDARD");
            if (owner) {
                xml.open("Owner")
                        .add("ID", "kumiki")
                        .add("DisplayName", "kumiki")
                        .close("Owner");
            }
            xml.close("Contents");
        }
        for (String folder : listing.folders()) {
            xml.open("CommonPrefixes").add("Prefix", shown(folder, url)).close("CommonPrefixes");
        }
    }

    private static String after(Target target, boolean two) throws S3Fault {
        if (!two) {
            return orEmpty(target.parameter("marker"));
        }
        String token = orEmpty(target.parameter("continuation-token"));
        if (token.isEmpty()) {
            return orEmpty(target.parameter("start-after"));
        }
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw S3Fault.argument("the continuation token is not one that was given out here");
        }
    }

    private static String token(String next) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(next.getBytes(StandardCharsets.UTF_8));
    }

    private void uploads(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        String prefix = orEmpty(target.parameter("prefix"));
        boolean url = "url".equals(target.parameter("encoding-type"));
        if (!orEmpty(target.parameter("delimiter")).isEmpty()
                || !orEmpty(target.parameter("key-marker")).isEmpty()) {
            throw S3Fault.notImplemented("delimiter or key-marker in the list of uploads");
        }
        int most = Parameters.number(target, "max-uploads", LARGEST_PAGE, LARGEST_PAGE);
        List<Upload> found = storage.uploads().list(target.bucket, prefix, most + 1);
        Xml xml = Xml.document("ListMultipartUploadsResult")
                .add("Bucket", target.bucket)
                .add("Prefix", shown(prefix, url))
                .add("EncodingType", url ? "url" : null)
                .add("MaxUploads", most)
                .add("IsTruncated", found.size() > most);
        for (Upload upload : found.subList(0, Math.min(most, found.size()))) {
            xml.open("Upload")
                    .add("Key", shown(upload.key(), url))
                    .add("UploadId", upload.id())
                    .add("StorageClass", "STANDARD")
                    .add("Initiated", Stored.iso(upload.createdAt()))
                    .close("Upload");
        }
        exchange.xml(xml.end("ListMultipartUploadsResult"));
    }

    private void need(String bucket) {
        if (!storage.hasBucket(bucket)) {
            throw new ObjectFault(ObjectFault.Code.NO_SUCH_BUCKET, "no bucket named '" + bucket + "'");
        }
    }

    private static String shown(String text, boolean url) {
        return url ? Target.encode(text, true) : text;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
