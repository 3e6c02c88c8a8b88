package io.kumiki.app;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// Turns an exception into one sentence for a person.
final class Failure {
    private Failure() {}

    static Throwable root(Throwable e) {
        Throwable cause = e.getCause();
        boolean wrapper = e instanceof CompletionException || e instanceof ExecutionException;
        return wrapper && cause != null ? root(cause) : e;
    }

    static String sentence(Throwable e) {
        Throwable root = root(e);
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }
}
