package io.kumiki.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.runs.pod.StepPods;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The embedded cluster without its listener: what a test of the run loop needs, minus TLS and HTTP.
final class InProcessPods implements StepPods {
    private final LocalApi api;
    private final PodLogs logs;

    InProcessPods(LocalApi api, PodLogs logs) {
        this.api = api;
        this.logs = logs;
    }

    @Override
    public boolean create(Pod pod) {
        return create(ResourceType.PODS, pod);
    }

    @Override
    public boolean create(PersistentVolumeClaim claim) {
        return create(ResourceType.CLAIMS, claim);
    }

    private boolean create(ResourceType type, HasMetadata object) {
        try {
            var json = (ObjectNode) Json.parse(Serialization.asJson(object));
            api.cluster().create(type, object.getMetadata().getNamespace(), json, WriteOptions.by("runs"));
            return true;
        } catch (ApiFault e) {
            if (e.code() == 409) {
                return false;
            }
            throw new Refused(e.getMessage());
        }
    }

    @Override
    public boolean delete(String namespace, String name, @Nullable Duration grace) {
        return delete(ResourceType.PODS, namespace, name, grace == null ? Deletion.DEFAULT : new Deletion(grace.toSeconds(), null, null, null, false));
    }

    @Override
    public void deleteClaim(String namespace, String name) {
        delete(ResourceType.CLAIMS, namespace, name, Deletion.DEFAULT);
    }

    private boolean delete(ResourceType type, String namespace, String name, Deletion how) {
        try {
            api.cluster().delete(type, namespace, name, how);
            return true;
        } catch (ApiFault e) {
            if (e.code() == 404) {
                return false;
            }
            throw new Refused(e.getMessage());
        }
    }

    @Override
    public boolean simulated(String node) {
        var found = api.get(ResourceType.NODES, "", node);
        return found != null && found.path("metadata").path("labels").path(StepLabels.SIMULATED).asText().equals("true");
    }

    @Override
    public AutoCloseable follow(String installation, Listener listener) {
        return api.follow(ResourceType.PODS, Selection.labels(StepLabels.RUN + "," + StepLabels.INSTALLATION + "=" + installation), (type, object) -> {
            var pod = Serialization.unmarshal(Json.write(object), Pod.class);
            if (type == WatchEvent.Type.DELETED) {
                listener.gone(pod);
            } else {
                listener.seen(pod);
            }
        });
    }

    @Override
    public @Nullable InputStream log(String namespace, String pod, String container) {
        return new ByteArrayInputStream(read(namespace, pod, container, -1));
    }

    @Override
    public String tail(String namespace, String pod, String container, int lines) {
        return new String(read(namespace, pod, container, lines), StandardCharsets.UTF_8);
    }

    private byte[] read(String namespace, String pod, String container, int lines) {
        var found = api.get(ResourceType.PODS, namespace, pod);
        var out = new ByteArrayOutputStream();
        if (found != null) {
            try {
                logs.stream(
                        new PodLogs.Order(namespace, pod, found.path("metadata").path("uid").asText(), container,
                                new PodLogs.Options(false, false, false, lines, -1, null)),
                        bytes -> {
                            out.write(bytes);
                            return true;
                        });
            } catch (IOException | InterruptedException | ApiFault e) {
                return new byte[0];
            }
        }
        return out.toByteArray();
    }
}
