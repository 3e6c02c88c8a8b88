package io.kumiki.store.objects;

/// Object storage could not do what was asked.
public final class ObjectFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Code {
        NO_SUCH_BUCKET,
        NO_SUCH_KEY,
        NO_SUCH_UPLOAD,
        BUCKET_EXISTS,
        BUCKET_NOT_EMPTY,
        INVALID_BUCKET_NAME,
        KEY_TOO_LONG,
        INVALID_PART,
        INVALID_PART_ORDER,
        PART_TOO_SMALL,
        TOO_LARGE,
        DISK_FULL,
        IO
    }

    private final Code code;

    public ObjectFault(Code code, String message) {
        super(message);
        this.code = code;
    }

    public ObjectFault(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
