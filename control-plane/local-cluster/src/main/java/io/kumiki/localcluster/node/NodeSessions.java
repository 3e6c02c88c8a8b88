package io.kumiki.localcluster.node;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.PodSessions;
import io.kumiki.localcluster.node.process.Entrance;
import io.kumiki.localcluster.node.process.RunningContainer;
import io.kumiki.localcluster.node.session.LogSession;
import io.kumiki.localcluster.node.session.SocketSession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Ways into this node's pods.
final class NodeSessions implements PodSessions {
    /// For a container that is about to start.
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Function<String, @Nullable PodWorker> workers;

    /// @param workers from a pod's uid to who works on it
    NodeSessions(Function<String, @Nullable PodWorker> workers) {
        this.workers = workers;
    }

    @Override
    public void check(PodConnection order) {
        switch (order) {
            case PodConnection.Exec exec -> entrance(exec);
            case PodConnection.Attach attach -> running(attach, attach.container());
            case PodConnection.PortForward forward -> worker(forward);
        }
    }

    @Override
    public Session exec(PodConnection.Exec order) throws IOException {
        return entrance(order).enter(order.command(), order.channels().tty());
    }

    private Entrance entrance(PodConnection.Exec order) {
        Entrance entrance = running(order, order.container()).entrance();
        if (entrance == null) {
            throw ApiFault.badRequest("container \"" + order.container() + "\" of pod \"" + order.pod()
                    + "\" runs inside Kumiki itself and has no process that could be entered");
        }
        return entrance;
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
        PodNetwork.Joined network = worker(order).network();
        Path namespace = network.namespace();
        return namespace == null ? SocketSession.to(network.address(), port) : SocketSession.inside(namespace, port);
    }

    private PodWorker worker(PodConnection order) {
        PodWorker worker = awaited(() -> workers.apply(order.podUid()), () -> true);
        if (worker == null) {
            throw ApiFault.badRequest("pod \"" + order.pod() + "\" does not run on this machine: it has not started, "
                    + "has ended, or its node is a simulated one");
        }
        return worker;
    }

    /// As a node agent of Kubernetes says it of a container that is not there yet, or no longer.
    private RunningContainer running(PodConnection order, String container) {
        PodWorker worker = worker(order);
        RunningContainer running = awaited(() -> worker.running(container), () -> starting(worker));
        if (running == null) {
            throw notRunning(order, container);
        }
        return running;
    }

    private static boolean starting(PodWorker worker) {
        return worker.pod().path("status").path("phase").asText("Pending").equals("Pending");
    }

    /// A client that has just made the pod is a little ahead of its start.
    private static <T> @Nullable T awaited(Supplier<@Nullable T> look, BooleanSupplier worthWaiting) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        T found = look.get();
        while (found == null && worthWaiting.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE.toNanos());
            found = look.get();
        }
        return found;
    }

    private static ApiFault notRunning(PodConnection order, String container) {
        return ApiFault.badRequest("unable to upgrade connection: container not found (\"" + container + "\"): pod \""
                + order.pod() + "\" has not started it yet, or it has ended");
    }
}
