package io.kumiki.kube;

import java.util.List;

/// A request for a connection into a pod; authorized, and its pod runs on some node.
public sealed interface PodConnection {
    String namespace();

    String pod();

    String podUid();

    /// Which of a process's streams are wanted; a terminal joins output and errors.
    record Channels(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

    record Exec(String namespace, String pod, String podUid, String container, List<String> command, Channels channels)
            implements PodConnection {}

    /// To the main process of a container that is there already.
    record Attach(String namespace, String pod, String podUid, String container, Channels channels)
            implements PodConnection {}

    /// `ports` as the URL names them; empty when the client names each connection's port later.
    record PortForward(String namespace, String pod, String podUid, List<Integer> ports) implements PodConnection {}
}
