package io.kumiki.runs.pod;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The Kubernetes side of the run loop. Every call may be repeated: names say what a thing is for.
public interface StepPods {
    /// Creates a pod; false when one of that name exists, which means that it has been created before.
    boolean create(Pod pod);

    /// Asks the pod to end and to go; false when there is none.
    boolean delete(String namespace, String name, @Nullable Duration grace);

    /// Whether the node only pretends to run pods.
    boolean simulated(String node);

    /// Tells every step's pod of this installation there is, then every change in order; repeating itself is
    /// allowed. Returns once the first list has been told.
    AutoCloseable follow(String installation, Listener listener);

    /// A container's log from its beginning; null when there is none (any more).
    @Nullable
    InputStream log(String namespace, String pod, String container);

    /// The last lines of a container's log; empty when there is none.
    String tail(String namespace, String pod, String container, int lines);

    /// Creates a volume claim; false when one of that name exists.
    boolean create(PersistentVolumeClaim claim);

    void deleteClaim(String namespace, String name);

    interface Listener {
        void seen(Pod pod);

        void gone(Pod last);
    }

    /// Kubernetes will never accept this object: it is wrong, or the account may not.
    final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Refused(String message) {
            super(message);
        }
    }

    /// Kubernetes did not answer, or asked to come again later.
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
