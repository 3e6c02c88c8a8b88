package io.kumiki.agent.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A multipart upload of one large file: parts one after another, aborted when it fails.
final class Upload {
    static final long LARGE = 64L << 20;
    private static final long PART = 16L << 20;
    /// S3 allows 10,000 parts.
    private static final long MOST_PARTS = 9_000;

    private final S3Client s3;
    private final S3Uri to;
    private final Path file;

    Upload(S3Client s3, S3Uri to, Path file) {
        this.s3 = s3;
        this.to = to;
        this.file = file;
    }

    static boolean large(Path file) {
        return size(file) > LARGE;
    }

    void run() throws InterruptedException {
        var answer = s3.retried(() -> s3.call(
                "POST", to, Map.of("uploads", ""), Map.of(), Body.NONE, HttpResponse.BodyHandlers.ofInputStream()));
        var upload = text(answer.body(), "UploadId");
        boolean done = false;
        try {
            send(upload);
            done = true;
        } finally {
            if (!done) {
                abort(upload);
            }
        }
    }

    private void send(String upload) throws InterruptedException {
        long size = size(file);
        long part = Math.max(PART, (size + MOST_PARTS - 1) / MOST_PARTS);
        var parts = new StringBuilder("<CompleteMultipartUpload>");
        int number = 1;
        for (long from = 0; from < size; from += part, number++) {
            long start = from;
            var query = Map.of("partNumber", String.valueOf(number), "uploadId", upload);
            var answer = s3.retried(() -> s3.call(
                    "PUT",
                    to,
                    query,
                    Map.of(),
                    Body.of(file, start, Math.min(part, size - start)),
                    HttpResponse.BodyHandlers.discarding()));
            parts.append("<Part><PartNumber>").append(number).append("</PartNumber><ETag>");
            parts.append(answer.headers().firstValue("etag").orElse("")).append("</ETag></Part>");
        }
        var body = Body.of(parts.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8));
        var answer = s3.retried(() ->
                s3.call("POST", to, Map.of("uploadId", upload), Map.of(), body, HttpResponse.BodyHandlers.ofString()));
        // S3 may answer 200 first and report the failure in the body.
        if (answer.body().contains("<Error>")) {
            throw new S3Failure(500, "completing the upload of " + to + " failed: " + answer.body());
        }
    }

    private void abort(String upload) {
        try {
            s3.call(
                    "DELETE",
                    to,
                    Map.of("uploadId", upload),
                    Map.of(),
                    Body.NONE,
                    HttpResponse.BodyHandlers.discarding());
        } catch (S3Failure e) {
            // the first failure is the one to report; the storage's own lifecycle rule removes the parts
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(InputStream xml, String tag) {
        var found = Listing.texts(xml, tag);
        if (found.isEmpty()) {
            throw new S3Failure(500, "the answer lacks <" + tag + ">");
        }
        return found.getFirst();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new S3Failure("could not read " + file + ": " + e.getMessage(), e);
        }
    }
}
