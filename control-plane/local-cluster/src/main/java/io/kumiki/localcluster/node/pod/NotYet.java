package io.kumiki.localcluster.node.pod;

/// A container cannot start yet (kubelet's CreateContainerConfigError): the message names what is missing; it is
/// tried again.
public final class NotYet extends Exception {
    private static final long serialVersionUID = 1;

    public NotYet(String message) {
        super(message);
    }
}
