package io.kumiki.runtime.work;

/// Carries out one action; throws {@link ApplyFault} when the world does not let it.
@FunctionalInterface
public interface Applier {
    void apply(Action action);

    /// A fault of the world, with a stable code.
    final class ApplyFault extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String code;
        private final boolean retryable;

        public ApplyFault(String code, boolean retryable, String message, Throwable cause) {
            super(message, cause);
            this.code = code;
            this.retryable = retryable;
        }

        public String code() {
            return code;
        }

        public boolean retryable() {
            return retryable;
        }
    }
}
