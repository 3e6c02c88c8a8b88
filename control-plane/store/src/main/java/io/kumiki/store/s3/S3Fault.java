package io.kumiki.store.s3;

import io.kumiki.store.objects.ObjectFault;
import java.io.IOException;

/// A refusal with S3's own code, as clients know it. An IOException, so that a body may throw it while it is read.
final class S3Fault extends IOException {
    private static final long serialVersionUID = 1;

    final String code;
    final int status;

    S3Fault(int status, String code, String message) {
        super(message);
        this.code = code;
        this.status = status;
    }

    static S3Fault badRequest(String message) {
        return new S3Fault(400, "InvalidRequest", message);
    }

    static S3Fault argument(String message) {
        return new S3Fault(400, "InvalidArgument", message);
    }

    static S3Fault denied(String message) {
        return new S3Fault(403, "AccessDenied", message);
    }

    static S3Fault notImplemented(String what) {
        return new S3Fault(501, "NotImplemented", what + " is not supported here");
    }

    static S3Fault of(ObjectFault fault) {
        String message = String.valueOf(fault.getMessage());
        return switch (fault.code()) {
            case NO_SUCH_BUCKET -> new S3Fault(404, "NoSuchBucket", message);
            case NO_SUCH_KEY -> new S3Fault(404, "NoSuchKey", message);
            case NO_SUCH_UPLOAD -> new S3Fault(404, "NoSuchUpload", message);
            case BUCKET_EXISTS -> new S3Fault(409, "BucketAlreadyOwnedByYou", message);
            case BUCKET_NOT_EMPTY -> new S3Fault(409, "BucketNotEmpty", message);
            case INVALID_BUCKET_NAME -> new S3Fault(400, "InvalidBucketName", message);
            case KEY_TOO_LONG -> new S3Fault(400, "KeyTooLongError", message);
            case INVALID_PART -> new S3Fault(400, "InvalidPart", message);
            case INVALID_PART_ORDER -> new S3Fault(400, "InvalidPartOrder", message);
            case PART_TOO_SMALL -> new S3Fault(400, "EntityTooSmall", message);
            case TOO_LARGE -> new S3Fault(400, "EntityTooLarge", message);
            case DISK_FULL -> new S3Fault(507, "InsufficientStorage", message);
            case IO -> new S3Fault(500, "InternalError", message);
        };
    }
}
