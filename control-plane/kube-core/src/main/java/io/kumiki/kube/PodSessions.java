package io.kumiki.kube;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Runs commands in containers and reaches their ports: the node agent. Everything blocks; called on virtual threads.
public interface PodSessions {
    /// A process or a connection inside a pod. Closing it ends it.
    interface Session extends AutoCloseable {
        OutputStream stdin();

        InputStream stdout();

        /// Empty where there is no second stream.
        default InputStream stderr() {
            return InputStream.nullInputStream();
        }

        /// Of its terminal; nothing happens where it has none.
        default void resize(int columns, int rows) {}

        /// Waits for its end: the exit code, 0 for what has none.
        int await() throws InterruptedException;

        @Override
        void close();
    }

    /// Whether a connection could be made now; a container that is about to start is waited for a little.
    ///
    /// @throws ApiFault when it could not, with the reason
    void check(PodConnection order);

    /// @throws ApiFault when the container does not run or cannot be entered
    Session exec(PodConnection.Exec order) throws IOException;

    Session attach(PodConnection.Attach order) throws IOException;

    /// @throws IOException when nothing listens there
    Session connect(PodConnection.PortForward order, int port) throws IOException;

    /// For a cluster without a node agent.
    static PodSessions none() {
        return new PodSessions() {
            private ApiFault refusal(PodConnection order) {
                return ApiFault.badRequest(
                        "no node agent runs in this cluster, so pod \"" + order.pod() + "\" cannot be entered");
            }

            @Override
            public void check(PodConnection order) {
                throw refusal(order);
            }

            @Override
            public Session exec(PodConnection.Exec order) {
                throw refusal(order);
            }

            @Override
            public Session attach(PodConnection.Attach order) {
                throw refusal(order);
            }

            @Override
            public Session connect(PodConnection.PortForward order, int port) {
                throw refusal(order);
            }
        };
    }
}
