package io.kumiki.runtime.http;

/// What a route accepts as a body. The limit holds before anything is parsed.
public record Body(Form form, long limit) {
    public enum Form {
        NONE,
        /// Read whole into memory before the handler runs.
        WHOLE,
        /// `multipart/form-data`: fields and files, whole in memory.
        MULTIPART,
        /// The handler reads {@link Request#stream()} itself.
        STREAM
    }

    public static final Body NONE = new Body(Form.NONE, 0);
    /// The default of POST, PUT and PATCH.
    public static final Body MODEST = upTo(1 << 20);

    public static Body upTo(long bytes) {
        return new Body(Form.WHOLE, bytes);
    }

    public static Body multipart(long bytes) {
        return new Body(Form.MULTIPART, bytes);
    }

    public static Body stream(long bytes) {
        return new Body(Form.STREAM, bytes);
    }
}
