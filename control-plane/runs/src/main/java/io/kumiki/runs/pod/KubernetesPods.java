package io.kumiki.runs.pod;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// StepPods over a real API server: the embedded one or a cluster's. The client should not retry by itself
/// (`requestRetryBackoffLimit` 0):
/// the run loop does, without holding up the run meanwhile.
public final class KubernetesPods implements StepPods {
    /// By default the client watches the pod, on a connection of its own, until it is ready before it asks for a log.
    private static final int NO_WAIT = 0;

    private final KubernetesClient client;
    private final Map<String, Boolean> simulated = new ConcurrentHashMap<>();

    public KubernetesPods(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public boolean create(Pod pod) {
        return created(pod);
    }

    @Override
    public boolean create(PersistentVolumeClaim claim) {
        return created(claim);
    }

    private boolean created(HasMetadata object) {
        try {
            client.resource(object).create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == 409 && !isQuota(e)) {
                return false;
            }
            throw sorted(e);
        }
    }

    /// A conflict inside quota admission is a 409 too, and nothing was created.
    private static boolean isQuota(KubernetesClientException e) {
        var reason = e.getStatus() == null ? null : e.getStatus().getReason();
        return reason != null && !reason.equals("AlreadyExists");
    }

    @Override
    public boolean delete(String namespace, String name, @Nullable Duration grace) {
        try {
            var pod = client.pods().inNamespace(namespace).withName(name);
            var told = grace == null
                    ? pod.delete()
                    : pod.withGracePeriod(grace.toSeconds()).delete();
            return !told.isEmpty();
        } catch (KubernetesClientException e) {
            if (e.getCode() == 404) {
                return false;
            }
            throw sorted(e);
        }
    }

    @Override
    public boolean simulated(String node) {
        return simulated.computeIfAbsent(node, name -> {
            try {
                var found = client.nodes().withName(name).get();
                var labels = found == null ? null : found.getMetadata().getLabels();
                return labels != null && "true".equals(labels.get(StepLabels.SIMULATED));
            } catch (KubernetesClientException e) {
                throw sorted(e);
            }
        });
    }

    @Override
    public void deleteClaim(String namespace, String name) {
        try {
            client.persistentVolumeClaims()
                    .inNamespace(namespace)
                    .withName(name)
                    .delete();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 404) {
                throw sorted(e);
            }
        }
    }

    @Override
    public AutoCloseable follow(String installation, Listener listener) {
        var handler = new ResourceEventHandler<Pod>() {
            @Override
            public void onAdd(Pod pod) {
                listener.seen(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                listener.seen(pod);
            }

            @Override
            public void onDelete(Pod last, boolean unknown) {
                listener.gone(last);
            }
        };
        var informer = client.pods()
                .inAnyNamespace()
                .withLabel(StepLabels.RUN)
                .withLabel(StepLabels.INSTALLATION, installation)
                .runnableInformer(0);
        informer.addEventHandler(handler);
        // Keep trying for ever: an API server that restarts must not end the loop.
        informer.exceptionHandler((started, problem) -> true);
        informer.start().toCompletableFuture().join();
        // Handlers are called by another thread and may be late; who starts now must not take a listed pod for a
        // missing one.
        informer.getStore().list().forEach(listener::seen);
        return informer::close;
    }

    @Override
    public @Nullable InputStream log(String namespace, String pod, String container) {
        try {
            return client.pods()
                    .inNamespace(namespace)
                    .withName(pod)
                    .inContainer(container)
                    .withReadyWaitTimeout(NO_WAIT)
                    .getLogInputStream();
        } catch (KubernetesClientException e) {
            if (e.getCode() == 404 || e.getCode() == 400) {
                return null;
            }
            throw sorted(e);
        }
    }

    @Override
    public String tail(String namespace, String pod, String container, int lines) {
        try {
            var text = client.pods()
                    .inNamespace(namespace)
                    .withName(pod)
                    .inContainer(container)
                    .withReadyWaitTimeout(NO_WAIT)
                    .tailingLines(lines)
                    .getLog();
            return text == null ? "" : text;
        } catch (KubernetesClientException e) {
            return "";
        }
    }

    private static RuntimeException sorted(KubernetesClientException e) {
        int code = e.getCode();
        // fabric8 says -1 or 0 when there was no answer at all.
        boolean later = code <= 0 || code == 401 || code == 409 || code == 429 || code >= 500;
        var status = e.getStatus();
        var message =
                status != null && status.getMessage() != null ? status.getMessage() : String.valueOf(e.getMessage());
        return later ? new Unavailable(message, e) : new Refused(message);
    }
}
