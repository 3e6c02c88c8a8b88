package io.kumiki.localcluster.node.engine;

import io.kumiki.kube.PodSessions.Session;
import java.io.InputStream;
import java.io.OutputStream;

/// The input of a container's first process. What it writes is read from its log.
final class AttachSession implements Session {
    private final Hijacked connection;

    AttachSession(Hijacked connection) {
        this.connection = connection;
    }

    @Override
    public OutputStream stdin() {
        return connection.output();
    }

    @Override
    public InputStream stdout() {
        return InputStream.nullInputStream();
    }

    @Override
    public int await() {
        return 0;
    }

    @Override
    public void close() {
        connection.close();
    }
}
