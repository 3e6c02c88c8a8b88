package io.kumiki.runtime.work;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;

/// Actions against a Kubernetes API server.
public final class ClusterApplier implements Applier {
    private final KubernetesClient client;
    private final String fieldManager;
    private final InstantSource clock;

    public ClusterApplier(KubernetesClient client, String fieldManager, InstantSource clock) {
        this.client = client;
        this.fieldManager = fieldManager;
        this.clock = clock;
    }

    @Override
    public void apply(Action action) {
        try {
            switch (action) {
                case Action.Apply(HasMetadata desired) ->
                    client.resource(desired)
                            .fieldManager(fieldManager)
                            .forceConflicts()
                            .serverSideApply();
                case Action.Create(HasMetadata desired) -> create(desired);
                case Action.Delete delete -> delete(delete);
                case Action.Emit emit -> emit(emit);
            }
        } catch (KubernetesClientException e) {
            boolean retryable = e.getCode() == 0 || e.getCode() == 409 || e.getCode() == 429 || e.getCode() >= 500;
            throw new ApplyFault("Kubernetes" + e.getCode(), retryable, describe(action) + ": " + e.getMessage(), e);
        }
    }

    private void create(HasMetadata desired) {
        try {
            client.resource(desired).create();
        } catch (KubernetesClientException e) {
            if (!isAlreadyExists(e)) {
                throw e;
            }
        }
    }

    /// 409 is also "conflict"; only AlreadyExists means that it is done.
    private static boolean isAlreadyExists(KubernetesClientException e) {
        return e.getCode() == 409
                && (e.getStatus() == null
                        || "AlreadyExists".equals(e.getStatus().getReason()));
    }

    private void delete(Action.Delete delete) {
        var resource = client.resource(delete.target());
        String revision = delete.target().getMetadata().getResourceVersion();
        try {
            if (revision != null) {
                resource.lockResourceVersion(revision).delete();
            } else if (delete.graceSeconds() != null) {
                resource.withGracePeriod(delete.graceSeconds()).delete();
            } else {
                resource.delete();
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != 404) {
                throw e;
            }
        }
    }

    private void emit(Action.Emit emit) {
        var about = emit.about();
        String now = clock.instant().toString();
        var event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(about.getMetadata().getName() + ".")
                .withNamespace(about.getMetadata().getNamespace())
                .endMetadata()
                .withType(emit.type())
                .withReason(emit.reason())
                .withMessage(emit.message())
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .withReportingComponent(fieldManager)
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .build();
        client.resource(event).create();
    }

    private static String describe(Action action) {
        return switch (action) {
            case Action.Apply(HasMetadata o) -> "cannot apply " + o.getKind() + " " + ObjectKey.of(o);
            case Action.Create(HasMetadata o) -> "cannot create " + o.getKind() + " " + ObjectKey.of(o);
            case Action.Delete d -> "cannot delete " + d.target().getKind() + " " + ObjectKey.of(d.target());
            case Action.Emit e -> "cannot record the event " + e.reason();
        };
    }
}
