package io.kumiki.kube.patch;

/// A patch that cannot be applied to this document.
public final class PatchFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    PatchFault(String message) {
        super(message, null, false, false);
    }
}
