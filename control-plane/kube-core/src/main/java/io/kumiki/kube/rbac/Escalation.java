package io.kumiki.kube.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Authorizer;
import io.kumiki.kube.Caller;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.model.Violation;
import java.util.List;

/// Nobody writes a role or a binding that gives more than they hold, unless they may `escalate` or `bind`.
public final class Escalation implements Admission.Step {
    private final RoleBasedAccess access;

    public Escalation(RoleBasedAccess access) {
        this.access = access;
    }

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (!request.kind().type().group().equals(RoleBasedAccess.GROUP)
                || request.caller().master()
                || onlyMetadata(request)) {
            return;
        }
        switch (request.kind().storage()) {
            case RoleBasedAccess.ROLES, RoleBasedAccess.CLUSTER_ROLES -> role(request);
            default -> binding(request);
        }
    }

    /// What the garbage collector must be able to change: owners and finalizers.
    private static boolean onlyMetadata(AdmissionRequest request) {
        ObjectNode old = request.old();
        return old != null && plain(old).equals(plain(request.object()));
    }

    private static ObjectNode plain(ObjectNode object) {
        ObjectNode plain = object.deepCopy();
        plain.withObject("/metadata")
                .remove(List.of("ownerReferences", "finalizers", "managedFields", "resourceVersion"));
        return plain;
    }

    private void role(AdmissionRequest request) {
        Caller caller = request.caller();
        String resource = request.kind().type().plural();
        var escalate = new Authorizer.Attributes(
                "escalate", RoleBasedAccess.GROUP, resource, "", request.namespace(), request.name(), "");
        if (!access.allows(caller, escalate)) {
            confirm(request, PolicyRule.readAll(request.object()));
        }
        ObjectNode old = request.old();
        boolean gathers = request.object().path("aggregationRule").isObject()
                || (old != null && old.path("aggregationRule").isObject());
        if (gathers && !missing(request, PolicyRule.EVERYTHING).isEmpty()) {
            throw forbidden(request, "must have cluster-admin privileges to use the aggregationRule");
        }
    }

    private void binding(AdmissionRequest request) {
        JsonNode reference = request.object().path("roleRef");
        String name = reference.path("name").asText();
        boolean cluster = reference.path("kind").asText().equals("ClusterRole");
        String namespace = request.namespace();
        var bind = new Authorizer.Attributes(
                "bind", RoleBasedAccess.GROUP, cluster ? "clusterroles" : "roles", "", namespace, name, "");
        if (access.allows(request.caller(), bind)) {
            return;
        }
        List<PolicyRule> given = access.rulesOf(namespace, request.object());
        if (given == null) {
            throw ApiFault.notFound(request.kind().storage(), name);
        }
        confirm(request, given);
    }

    private List<PolicyRule> missing(AdmissionRequest request, List<PolicyRule> wanted) {
        return Coverage.missing(access.rules(request.caller(), request.namespace()), wanted);
    }

    private void confirm(AdmissionRequest request, List<PolicyRule> wanted) {
        List<PolicyRule> missing = missing(request, wanted);
        if (!missing.isEmpty()) {
            Caller caller = request.caller();
            throw forbidden(
                    request,
                    "user \"" + caller.name() + "\" (groups=" + PolicyRule.quoted(caller.groups())
                            + ") is attempting to grant RBAC permissions not currently held:\n"
                            + Coverage.text(missing));
        }
    }

    private static ApiFault forbidden(AdmissionRequest request, String why) {
        return ApiFault.forbidden(request.kind().storage(), request.name(), why);
    }
}
