package io.kumiki.pipelines.expression;

/// Text that is no expression of its language. Caught by the reader and shown as a violation.
public final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String sentence;

    public Malformed(String message) {
        super(message, null, false, false);
        sentence = message;
    }

    @Override
    public String getMessage() {
        return sentence;
    }
}
