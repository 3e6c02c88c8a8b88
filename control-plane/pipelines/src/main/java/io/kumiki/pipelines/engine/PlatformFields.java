package io.kumiki.pipelines.engine;

/// The keys of a step's resolved platform settings. Each is absent when nothing asks for it. Values are Kubernetes'
/// own
/// shapes (fragments of a PodSpec, JSON camelCase) so that the shell only puts them in place:
///
/// | key | shape | goes to |
/// |---|---|---|
/// | `env` | EnvVar[] (value or valueFrom secretKeyRef, configMapKeyRef, fieldRef) | main container, after the step's
/// own env |
/// | `volumes` | Volume[] | pod |
/// | `volumeMounts` | VolumeMount[] | main container |
/// | `nodeSelector` | map | pod |
/// | `affinity` | Affinity | pod |
/// | `tolerations` | Toleration[] | pod |
/// | `labels`, `annotations` | map | pod metadata |
/// | `imagePullSecrets` | LocalObjectReference[] | pod |
/// | `imagePullPolicy` | string | main container |
/// | `activeDeadlineSeconds` | number | pod |
/// | `securityContext` | SecurityContext | main container |
public final class PlatformFields {
    public static final String ENV = "env";
    public static final String VOLUMES = "volumes";
    public static final String VOLUME_MOUNTS = "volumeMounts";
    public static final String NODE_SELECTOR = "nodeSelector";
    public static final String AFFINITY = "affinity";
    public static final String TOLERATIONS = "tolerations";
    public static final String LABELS = "labels";
    public static final String ANNOTATIONS = "annotations";
    public static final String IMAGE_PULL_SECRETS = "imagePullSecrets";
    public static final String IMAGE_PULL_POLICY = "imagePullPolicy";
    public static final String ACTIVE_DEADLINE_SECONDS = "activeDeadlineSeconds";
    public static final String SECURITY_CONTEXT = "securityContext";

    private PlatformFields() {}
}
