package io.kumiki.kube;

/// Names what is served at one path: `pods` of `v1`, `leases` of `coordination.k8s.io/v1`.
///
/// @param group empty for the core group
/// @param plural the word in the path
public record ResourceType(String group, String version, String plural) {
    public static final ResourceType NAMESPACES = core("namespaces");
    public static final ResourceType NODES = core("nodes");
    public static final ResourceType PODS = core("pods");
    public static final ResourceType SERVICES = core("services");
    public static final ResourceType CONFIG_MAPS = core("configmaps");
    public static final ResourceType SECRETS = core("secrets");
    public static final ResourceType SERVICE_ACCOUNTS = core("serviceaccounts");
    public static final ResourceType EVENTS = core("events");
    public static final ResourceType ENDPOINTS = core("endpoints");
    public static final ResourceType REPLICATION_CONTROLLERS = core("replicationcontrollers");
    public static final ResourceType CLAIMS = core("persistentvolumeclaims");
    public static final ResourceType VOLUMES = core("persistentvolumes");
    public static final ResourceType QUOTAS = core("resourcequotas");
    public static final ResourceType LIMIT_RANGES = core("limitranges");
    public static final ResourceType LEASES = new ResourceType("coordination.k8s.io", "v1", "leases");
    public static final ResourceType STORAGE_CLASSES = new ResourceType("storage.k8s.io", "v1", "storageclasses");
    public static final ResourceType DEFINITIONS =
            new ResourceType("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    public static final ResourceType DEPLOYMENTS = apps("deployments");
    public static final ResourceType REPLICA_SETS = apps("replicasets");
    public static final ResourceType STATEFUL_SETS = apps("statefulsets");
    public static final ResourceType DAEMON_SETS = apps("daemonsets");
    public static final ResourceType CONTROLLER_REVISIONS = apps("controllerrevisions");
    public static final ResourceType JOBS = new ResourceType("batch", "v1", "jobs");
    public static final ResourceType CRON_JOBS = new ResourceType("batch", "v1", "cronjobs");
    public static final ResourceType ENDPOINT_SLICES = new ResourceType("discovery.k8s.io", "v1", "endpointslices");
    public static final ResourceType RUNTIME_CLASSES = new ResourceType("node.k8s.io", "v1", "runtimeclasses");
    public static final ResourceType DISRUPTION_BUDGETS = new ResourceType("policy", "v1", "poddisruptionbudgets");

    private static ResourceType apps(String plural) {
        return new ResourceType("apps", "v1", plural);
    }

    private static ResourceType core(String plural) {
        return new ResourceType("", "v1", plural);
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// The name under which every version of it is stored: `pods`, `leases.coordination.k8s.io`.
    public String storage() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    // Both are written out: what a record has of its own is linked at its first use, which each first start would wait
    // for.
    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceType type
                && plural.equals(type.plural)
                && group.equals(type.group)
                && version.equals(type.version);
    }

    @Override
    public int hashCode() {
        return (group.hashCode() * 31 + version.hashCode()) * 31 + plural.hashCode();
    }

    @Override
    public String toString() {
        return storage();
    }
}
