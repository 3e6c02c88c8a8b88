package io.kumiki.kube.rbac;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The roles and bindings that every cluster has and that people's own bindings name. Facts of Kubernetes 1.34; the
/// roles of its control plane's own parts are left out, because those parts are masters here, except for a
/// scheduler that is run from outside.
final class BootstrapRoles {
    static final String LABEL = "kubernetes.io/bootstrapping";
    static final String AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";
    private static final String AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";

    private static final Map<String, String> SHORT = Map.of(
            "READ", "get,list,watch",
            "WRITE", "create,delete,deletecollection,patch,update",
            "FULL", "create,delete,deletecollection,get,list,patch,update,watch");

    /// A role begins with `= name [aggregated-into]`, or `+ name [aggregated-into]` when it gathers others; a line
    /// `groups | resources | verbs` is a rule, `core` being the group without a name;
    /// `url | … | verbs` is one for paths.
    private static final String ROLES = """
        = cluster-admin
        * | * | *
        url | * | *
        = system:discovery
        url | /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/ | get
        = system:public-info-viewer
        url | /healthz,/livez,/readyz,/version,/version/ | get
        = system:basic-user
        authorization.k8s.io | selfsubjectaccessreviews,selfsubjectrulesreviews | create
        authentication.k8s.io | selfsubjectreviews | create
        = system:service-account-issuer-discovery
        url | /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/ | get
        = system:monitoring
        url | /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/* | get
        = system:auth-delegator
        authentication.k8s.io | tokenreviews | create
        authorization.k8s.io | subjectaccessreviews | create
        + admin
        + edit admin
        + view edit
        = system:aggregate-to-admin admin
        authorization.k8s.io | localsubjectaccessreviews | create
        rbac.authorization.k8s.io | rolebindings,roles | FULL
        = system:aggregate-to-edit edit
        core | pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy | READ
        core | serviceaccounts | impersonate
        core | pods,pods/attach,pods/exec,pods/portforward,pods/proxy | WRITE
        core | pods/eviction | create
        core | configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy | WRITE
        core | serviceaccounts/token | create
        apps | daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale | WRITE
        autoscaling | horizontalpodautoscalers | WRITE
        batch | cronjobs,jobs | WRITE
        extensions | daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale | WRITE
        policy | poddisruptionbudgets | WRITE
        networking.k8s.io | ingresses,networkpolicies | WRITE
        coordination.k8s.io | leases | FULL
        = system:aggregate-to-view view
        core | configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status | READ
        core | bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status | READ
        core | namespaces | READ
        discovery.k8s.io | endpointslices | READ
        apps | controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status | READ
        autoscaling | horizontalpodautoscalers,horizontalpodautoscalers/status | READ
        batch | cronjobs,cronjobs/status,jobs,jobs/status | READ
        extensions | daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale | READ
        policy | poddisruptionbudgets,poddisruptionbudgets/status | READ
        networking.k8s.io | ingresses,ingresses/status,networkpolicies | READ
        = system:kube-scheduler
        core,events.k8s.io | events | create,patch,update
        coordination.k8s.io | leases | create,get,list,update,watch
        core | nodes | READ
        core | pods | delete,get,list,watch
        core | bindings,pods/binding | create
        core | pods/status | patch,update
        core | replicationcontrollers,services | READ
        apps,extensions | replicasets | READ
        apps | statefulsets | READ
        policy | poddisruptionbudgets | READ
        core | persistentvolumeclaims,persistentvolumes | READ
        authentication.k8s.io | tokenreviews | create
        authorization.k8s.io | subjectaccessreviews | create
        storage.k8s.io | csinodes,csidrivers,csistoragecapacities,volumeattachments | READ
        core | namespaces | READ
        = system:volume-scheduler
        core | persistentvolumes | get,list,patch,update,watch
        storage.k8s.io | storageclasses | READ
        core | persistentvolumeclaims | get,list,patch,update,watch
        = system:persistent-volume-provisioner
        core | persistentvolumes | create,delete,get,list,watch
        core | persistentvolumeclaims | get,list,update,watch
        storage.k8s.io | storageclasses | READ
        core | events | watch
        core | events | create,patch,update
        """;

    /// `role | subjects`
    private static final String BINDINGS = """
        cluster-admin | Group system:masters
        system:discovery | Group system:authenticated
        system:basic-user | Group system:authenticated
        system:public-info-viewer | Group system:authenticated, Group system:unauthenticated
        system:monitoring | Group system:monitoring
        system:service-account-issuer-discovery | Group system:serviceaccounts
        system:kube-scheduler | User system:kube-scheduler
        system:volume-scheduler | User system:kube-scheduler
        """;

    private BootstrapRoles() {}

    static List<ObjectNode> roles() {
        List<ObjectNode> all = new ArrayList<>();
        ObjectNode role = Json.object();
        for (String line : ROLES.lines().toList()) {
            if (line.startsWith("= ") || line.startsWith("+ ")) {
                role = role(line);
                all.add(role);
            } else {
                role.withArray("/rules").add(rule(line).json());
            }
        }
        return all;
    }

    private static ObjectNode role(String line) {
        String[] words = line.split(" ");
        ObjectNode role = named(words[1]);
        if (words.length > 2) {
            role.withObject("/metadata/labels").put(AGGREGATE + words[2], "true");
        }
        if (words[0].equals("+")) {
            role.putObject("aggregationRule")
                    .putArray("clusterRoleSelectors")
                    .addObject()
                    .putObject("matchLabels")
                    .put(AGGREGATE + words[1], "true");
        }
        return role;
    }

    private static PolicyRule rule(String line) {
        String[] parts = line.split(" \\| ");
        List<String> verbs = words(SHORT.getOrDefault(parts[2], parts[2]));
        if (parts[0].equals("url")) {
            return new PolicyRule(verbs, List.of(), List.of(), List.of(), words(parts[1]));
        }
        List<String> groups = words(parts[0]).stream()
                .map(group -> group.equals("core") ? "" : group)
                .toList();
        return new PolicyRule(verbs, groups, words(parts[1]), List.of(), List.of());
    }

    private static List<String> words(String text) {
        return List.of(text.split(","));
    }

    static List<ObjectNode> bindings() {
        return BINDINGS.lines().map(BootstrapRoles::binding).toList();
    }

    private static ObjectNode binding(String line) {
        String[] parts = line.split(" \\| ");
        ObjectNode binding = named(parts[0]);
        binding.putObject("roleRef")
                .put("apiGroup", RoleBasedAccess.GROUP)
                .put("kind", "ClusterRole")
                .put("name", parts[0]);
        for (String subject : parts[1].split(", ")) {
            String[] words = subject.split(" ");
            binding.withArray("/subjects")
                    .addObject()
                    .put("kind", words[0])
                    .put("apiGroup", RoleBasedAccess.GROUP)
                    .put("name", words[1]);
        }
        return binding;
    }

    private static ObjectNode named(String name) {
        ObjectNode object = Json.object();
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        metadata.putObject("labels").put(LABEL, "rbac-defaults");
        metadata.putObject("annotations").put(AUTO_UPDATE, "true");
        return object;
    }
}
