package io.kumiki.pipelines.expression;

/// An expression met a value it cannot work with. Caught where the task is started and shown as its failure.
public final class Unresolvable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String sentence;

    public Unresolvable(String message) {
        super(message, null, false, false);
        sentence = message;
    }

    @Override
    public String getMessage() {
        return sentence;
    }
}
