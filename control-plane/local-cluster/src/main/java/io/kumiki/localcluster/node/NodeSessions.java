package io.kumiki.localcluster.node;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.PodSessions;
import io.kumiki.localcluster.node.process.Entrance;
import io.kumiki.localcluster.node.process.RunningContainer;
import io.kumiki.localcluster.node.session.LogSession;
import io.kumiki.localcluster.node.session.ProcessSession;
import io.kumiki.localcluster.node.session.SocketSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Ways into this node's pods.
final class NodeSessions implements PodSessions {
    private final Function<String, @Nullable PodWorker> workers;

    /// @param workers from a pod's uid to who works on it
    NodeSessions(Function<String, @Nullable PodWorker> workers) {
        this.workers = workers;
    }

    @Override
    public Session exec(PodConnection.Exec order) throws IOException {
        RunningContainer running = running(order, order.container());
        Entrance entrance = running.entrance();
        if (entrance == null) {
            throw ApiFault.badRequest("container \"" + order.container() + "\" of pod \"" + order.pod()
                    + "\" runs inside Kumiki itself and has no process that could be entered");
        }
        return ProcessSession.start(entrance, order.command(), order.channels().tty());
    }

    @Override
    public Session attach(PodConnection.Attach order) throws IOException {
        RunningContainer running = running(order, order.container());
        PodWorker worker = worker(order);
        Path log = worker.log(order.container());
        if (log == null) {
            throw notRunning(order, order.container());
        }
        return new LogSession(
                log,
                () -> worker.running(order.container()) != running,
                order.channels().stdin() ? running.console() : null);
    }

    @Override
    public Session connect(PodConnection.PortForward order, int port) throws IOException {
        return new SocketSession(worker(order).address(), port);
    }

    private PodWorker worker(PodConnection order) {
        PodWorker worker = workers.apply(order.podUid());
        if (worker == null) {
            throw ApiFault.badRequest("pod \"" + order.pod() + "\" does not run on this machine: it has not started, "
                    + "has ended, or its node is a simulated one");
        }
        return worker;
    }

    private RunningContainer running(PodConnection order, String container) {
        RunningContainer running = worker(order).running(container);
        if (running == null) {
            throw notRunning(order, container);
        }
        return running;
    }

    private static ApiFault notRunning(PodConnection order, String container) {
        return ApiFault.badRequest("unable to upgrade connection: container \"" + container + "\" of pod \""
                + order.pod() + "\" is not running");
    }
}
