package io.kumiki.kube.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the model classes do not say about built-in types: how lists and maps are merged and which fields must be
/// there.
/// Facts of the Kubernetes API, by simple class name; a list without a line is replaced as a whole.
final class ListRules {
    /// `Class field merge [keys] [patchKey]`: merge is map (server-side apply by keys, strategic merge by
    /// patchKey), set, atomic or struct (atomic object).
    private static final String MERGES = """
        # core
        ObjectMeta ownerReferences map uid uid
        ObjectMeta finalizers set - -
        PodSpec containers map name name
        PodSpec initContainers map name name
        PodSpec ephemeralContainers map name name
        PodSpec volumes map name name
        PodSpec imagePullSecrets map name name
        PodSpec hostAliases map ip ip
        PodSpec topologySpreadConstraints map topologyKey,whenUnsatisfiable topologyKey
        PodSpec resourceClaims map name name
        PodSpec schedulingGates map name name
        PodSpec nodeSelector struct
        Container ports map containerPort,protocol containerPort
        Container env map name name
        Container volumeMounts map mountPath mountPath
        Container volumeDevices map devicePath devicePath
        EphemeralContainer ports map containerPort,protocol containerPort
        EphemeralContainer env map name name
        EphemeralContainer volumeMounts map mountPath mountPath
        EphemeralContainer volumeDevices map devicePath devicePath
        ResourceRequirements claims map name -
        PodStatus conditions map type type
        PodStatus podIPs map ip ip
        PodStatus hostIPs atomic - ip
        PodStatus resourceClaimStatuses map name name
        ContainerStatus volumeMounts map mountPath mountPath
        ContainerStatus allocatedResourcesStatus map name name
        ResourceStatus resources map resourceID -
        ContainerRestartRuleOnExitCodes values set - -
        ServiceSpec ports map port,protocol port
        ServiceSpec selector struct
        ServiceStatus conditions map type type
        NodeSpec podCIDRs set - -
        NodeStatus conditions map type type
        NodeStatus addresses map type type
        NamespaceStatus conditions map type type
        ServiceAccount secrets map name name
        PersistentVolumeClaimStatus conditions map type type
        # admissionregistration
        MutatingWebhookConfiguration webhooks map name name
        ValidatingWebhookConfiguration webhooks map name name
        MutatingWebhook matchConditions map name name
        ValidatingWebhook matchConditions map name name
        # apiextensions
        CustomResourceDefinitionStatus conditions map type -
        # apps
        DaemonSetStatus conditions map type type
        DeploymentStatus conditions map type type
        ReplicaSetStatus conditions map type type
        ReplicationControllerStatus conditions map type type
        ReplicationControllerSpec selector struct
        StatefulSetStatus conditions map type type
        # autoscaling
        # batch
        JobStatus conditions atomic - type
        PodFailurePolicyOnExitCodesRequirement values set - -
        UncountedTerminatedPods failed set - -
        UncountedTerminatedPods succeeded set - -
        # discovery
        Endpoint addresses set - -
        # networking
        # node
        Scheduling nodeSelector struct
        # policy
        PodDisruptionBudgetStatus conditions map type type
        # rbac
        # scheduling
        """;

    private static final List<String> ATOMIC = List.of(
            "LabelSelector",
            "NodeSelector",
            "NodeSelectorTerm",
            "ObjectReference",
            "LocalObjectReference",
            "SecretKeySelector",
            "ConfigMapKeySelector",
            "ObjectFieldSelector",
            "ResourceFieldSelector",
            "TypedLocalObjectReference",
            "SecretReference",
            "OwnerReference",
            "RoleRef",
            "Subject",
            "TopologySelectorTerm",
            "FileKeySelector",
            "ScopeSelector",
            "EndpointAddress",
            "EndpointPort");

    private static final String REQUIRED = """
        # core
        PodSpec containers
        Container name
        EphemeralContainer name
        EnvVar name
        ContainerPort containerPort
        VolumeMount name mountPath
        VolumeDevice name devicePath
        Volume name
        KeyToPath key path
        HTTPGetAction port
        TCPSocketAction port
        HTTPHeader name value
        HostPathVolumeSource path
        NFSVolumeSource server path
        PersistentVolumeClaimVolumeSource claimName
        CSIVolumeSource driver
        SecretKeySelector key
        ConfigMapKeySelector key
        ObjectFieldSelector fieldPath
        ResourceFieldSelector resource
        ServiceAccountTokenProjection path
        DownwardAPIVolumeFile path
        ContainerResizePolicy resourceName restartPolicy
        NodeSelector nodeSelectorTerms
        NodeSelectorRequirement key operator
        LabelSelectorRequirement key operator
        PreferredSchedulingTerm weight preference
        WeightedPodAffinityTerm weight podAffinityTerm
        PodAffinityTerm topologyKey
        TopologySpreadConstraint maxSkew topologyKey whenUnsatisfiable
        PodSchedulingGate name
        PodReadinessGate conditionType
        ResourceClaim name
        Taint key effect
        OwnerReference apiVersion kind name uid
        ServicePort port
        PodCondition type status
        NodeCondition type status
        NodeAddress type address
        LocalVolumeSource path
        Event metadata involvedObject
        EndpointAddress ip
        ReplicationControllerCondition type status
        ReplicationControllerStatus replicas
        LimitRangeSpec limits
        LimitRangeItem type
        ScopedResourceSelectorRequirement scopeName operator
        # admissionregistration
        MutatingWebhook name clientConfig sideEffects admissionReviewVersions
        ValidatingWebhook name clientConfig sideEffects admissionReviewVersions
        ServiceReference name namespace
        MatchCondition name expression
        # apiextensions
        CustomResourceDefinition spec
        CustomResourceDefinitionSpec group names scope versions
        CustomResourceDefinitionNames plural kind
        CustomResourceDefinitionVersion name served storage
        CustomResourceColumnDefinition name type jsonPath
        # apps
        ControllerRevision revision
        DaemonSetCondition type status
        DaemonSetSpec selector template
        DaemonSetStatus currentNumberScheduled numberMisscheduled desiredNumberScheduled numberReady
        DeploymentCondition type status
        DeploymentSpec selector template
        ReplicaSetCondition type status
        ReplicaSetSpec selector
        ReplicaSetStatus replicas
        StatefulSetCondition type status
        StatefulSetSpec selector template
        StatefulSetStatus replicas
        # autoscaling
        ScaleStatus replicas
        # batch
        CronJobSpec schedule jobTemplate
        JobCondition type status
        JobSpec template
        PodFailurePolicy rules
        PodFailurePolicyOnExitCodesRequirement operator values
        PodFailurePolicyOnPodConditionsPattern type
        PodFailurePolicyRule action
        SuccessPolicy rules
        # discovery
        Endpoint addresses
        EndpointSlice addressType endpoints
        ForNode name
        ForZone name
        # networking
        # policy
        PodDisruptionBudgetStatus disruptionsAllowed currentHealthy desiredHealthy expectedPods
        # rbac
        ClusterRoleBinding roleRef
        RoleBinding roleRef
        PolicyRule verbs
        RoleRef kind name
        Subject kind name
        # scheduling
        PriorityClass value
        # storage
        StorageClass provisioner
        """;

    /// Members that Kubernetes' own types hold by value, so that they are there even when nobody wrote them.
    private static final String ALWAYS = """
        PodTemplateSpec metadata spec
        JobTemplateSpec metadata spec
        PodSpec containers
        DeploymentSpec selector strategy template
        ReplicaSetSpec template
        StatefulSetSpec selector template updateStrategy
        DaemonSetSpec selector template updateStrategy
        JobSpec template
        CronJobSpec jobTemplate
        PersistentVolumeClaimSpec resources
        NodeStatus daemonEndpoints nodeInfo
        ServiceStatus loadBalancer
        IngressStatus loadBalancer
        Event involvedObject source regarding deprecatedSource
        Role rules
        ClusterRole rules
        RoleBinding roleRef
        ClusterRoleBinding roleRef
        NetworkPolicySpec podSelector
        HorizontalPodAutoscalerSpec scaleTargetRef
        CustomResourceDefinitionSpec names versions
        CustomResourceDefinitionStatus acceptedNames conditions storedVersions
        """;

    private static final Map<String, Rule> BY_FIELD = merges();
    private static final Map<String, List<String>> BY_CLASS = byClass(REQUIRED);
    private static final Map<String, List<String>> THERE = byClass(ALWAYS);

    /// How one list or map is merged.
    record Rule(Schema.Merge merge, List<String> keys, String patchKey, boolean strategic) {}

    private ListRules() {}

    static @Nullable Rule of(String type, String field) {
        return BY_FIELD.get(type + " " + field);
    }

    static boolean atomic(String type) {
        return ATOMIC.contains(type);
    }

    static List<String> requiredOf(String type) {
        return BY_CLASS.getOrDefault(type, List.of());
    }

    private static Map<String, Rule> merges() {
        Map<String, Rule> rules = new HashMap<>();
        lines(MERGES).forEach(line -> {
            String[] words = line.split(" ");
            List<String> keys = words.length < 4 || words[3].equals("-") ? List.of() : List.of(words[3].split(","));
            String patchKey = words.length < 5 || words[4].equals("-") ? "" : words[4];
            Schema.Merge merge = switch (words[2]) {
                case "map" -> Schema.Merge.MAP;
                case "set" -> Schema.Merge.SET;
                default -> Schema.Merge.ATOMIC;
            };
            boolean strategic = !patchKey.isEmpty() || words[1].equals("finalizers") || words[1].equals("podCIDRs");
            rules.put(words[0] + " " + words[1], new Rule(merge, keys, patchKey, strategic));
        });
        return rules;
    }

    static List<String> alwaysOf(String type) {
        return THERE.getOrDefault(type, List.of());
    }

    private static Map<String, List<String>> byClass(String text) {
        Map<String, List<String>> rules = new HashMap<>();
        lines(text).forEach(line -> {
            List<String> words = List.of(line.split(" "));
            rules.put(words.getFirst(), words.subList(1, words.size()));
        });
        return rules;
    }

    private static Stream<String> lines(String text) {
        return text.lines().filter(line -> !line.startsWith("#"));
    }
}
