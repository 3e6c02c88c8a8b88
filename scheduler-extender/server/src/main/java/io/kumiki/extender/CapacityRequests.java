package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decision;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// ProvisioningRequests of the cluster autoscaler, each with a PodTemplate for every class of its gang, or for
/// pods of one shape.
final class CapacityRequests {
    private static final Logger LOG = LoggerFactory.getLogger(CapacityRequests.class);
    static final String PATH = "/apis/autoscaling.x-k8s.io/v1/provisioningrequests";
    /// All nodes or none.
    private static final String KIND_OF_PROVISIONING = "best-effort-atomic-scale-up.autoscaling.x-k8s.io";
    private static final String ATTEMPT = "kumiki.io/attempt";
    /// Label of those for pods without a gang.
    private static final String FOR = "kumiki.io/capacity-for";

    private static final String PODS = "pods";
    private static final int WORDS = 200;

    private final KubeApi api;

    CapacityRequests(KubeApi api) {
        this.api = api;
    }

    /// Null for somebody else's.
    static @Nullable CapacityFact fact(JsonNode request) {
        JsonNode metadata = request.path("metadata");
        String gang = metadata.path("labels").path(Facts.GANG).asText("");
        String attempt = metadata.path("annotations").path(ATTEMPT).asText("");
        boolean own =
                !gang.isEmpty() || metadata.path("labels").path(FOR).asText("").equals(PODS);
        if (!own || !attempt.matches("[0-9]{1,9}")) {
            return null;
        }
        var stage = CapacityFact.Stage.ASKED;
        String says = "";
        for (JsonNode condition : request.path("status").path("conditions")) {
            CapacityFact.Stage of = switch (condition.path("type").asText()) {
                case "Provisioned" -> CapacityFact.Stage.PROVISIONED;
                case "Failed" -> CapacityFact.Stage.FAILED;
                case "BookingExpired", "CapacityRevoked" -> CapacityFact.Stage.EXPIRED;
                default -> CapacityFact.Stage.ASKED;
            };
            boolean holds = condition.path("status").asText().equals("True");
            // The later stage is the one that counts: nodes are provided first, and expire afterwards.
            if (holds && of.compareTo(stage) >= 0) {
                stage = of;
                says = condition.path("message").asText("");
            }
        }
        return new CapacityFact(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                gang,
                Integer.parseInt(attempt),
                stage,
                says.length() > WORDS ? says.substring(0, WORDS) : says);
    }

    void ask(Decision.AskCapacity ask) {
        for (ObjectNode object : objects(ask)) {
            boolean template = object.path("kind").asText().equals("PodTemplate");
            KubeApi.Result result = api.post(template ? templates(ask.namespace()) : requests(ask.namespace()), object);
            if (!result.done() && result.code() != 409) {
                LOG.warn("nodes cannot be asked for ({}/{}): {}", ask.namespace(), ask.name(), result.message());
                return;
            }
        }
    }

    void leave(Decision.LeaveCapacity leave) {
        String at = requests(leave.namespace()) + "/" + leave.name();
        JsonNode request = api.get(at).body();
        for (JsonNode set : request.path("spec").path("podSets")) {
            String template = set.path("podTemplateRef").path("name").asText("");
            if (template.startsWith(leave.name() + "-")) {
                api.delete(templates(leave.namespace()) + "/" + template, Json.object());
            }
        }
        KubeApi.Result result = api.delete(at, Json.object());
        if (!result.done() && result.code() != 404) {
            LOG.warn("request {}/{} cannot be removed: {}", leave.namespace(), leave.name(), result.message());
        }
    }

    private static String templates(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/podtemplates";
    }

    private static String requests(String namespace) {
        return "/apis/autoscaling.x-k8s.io/v1/namespaces/" + namespace + "/provisioningrequests";
    }

    /// Templates first, the request that names them last. The gang owns all of them, where they are for one.
    static List<ObjectNode> objects(Decision.AskCapacity ask) {
        List<ObjectNode> objects = new ArrayList<>();
        ObjectNode request = object(ask, ask.name(), "autoscaling.x-k8s.io/v1", "ProvisioningRequest");
        ObjectNode spec = request.putObject("spec").put("provisioningClassName", KIND_OF_PROVISIONING);
        ArrayNode sets = spec.putArray("podSets");
        for (Gang.Members members : ask.classes()) {
            if (members.min() > 0) {
                String name = ask.name() + "-" + members.name();
                ObjectNode template = object(ask, name, "v1", "PodTemplate");
                pod(template.putObject("template").putObject("spec"), members);
                objects.add(template);
                sets.addObject()
                        .put("count", members.min())
                        .putObject("podTemplateRef")
                        .put("name", name);
            }
        }
        objects.add(request);
        return objects;
    }

    private static ObjectNode object(Decision.AskCapacity ask, String name, String version, String kind) {
        ObjectNode object = Json.object().put("apiVersion", version).put("kind", kind);
        ObjectNode metadata = object.putObject("metadata").put("name", name).put("namespace", ask.namespace());
        metadata.putObject("annotations").put(ATTEMPT, Integer.toString(ask.attempt()));
        if (ask.gang().isEmpty()) {
            metadata.putObject("labels").put(FOR, PODS);
            return object;
        }
        metadata.putObject("labels").put(Facts.GANG, ask.gang());
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "kumiki.io/v1alpha1")
                .put("kind", "Gang")
                .put("name", ask.gang())
                .put("uid", ask.uid());
        return object;
    }

    /// As much of a member as tells which node it needs; no such pod is ever made.
    private static void pod(ObjectNode spec, Gang.Members members) {
        spec.put("restartPolicy", "Never");
        ObjectNode container = spec.putArray("containers").addObject();
        container.put("name", "member").put("image", "member");
        ObjectNode resources = container.putObject("resources");
        ObjectNode requests = resources.putObject("requests");
        ObjectNode limits = resources.putObject("limits");
        members.requests().forEach((resource, amount) -> {
            if (!Shape.MARKERS.contains(resource)) {
                requests.put(resource, amount);
                limits.put(resource, amount);
            }
        });
        if (members.nodeSelector() != null) {
            spec.set("nodeSelector", Json.mapper().valueToTree(members.nodeSelector()));
        }
        if (members.tolerations() != null) {
            spec.set("tolerations", Json.mapper().valueToTree(members.tolerations()));
        }
        List<Gang.Term> terms = members.nodeTerms();
        if (terms != null && !terms.isEmpty()) {
            ArrayNode given = spec.putObject("affinity")
                    .putObject("nodeAffinity")
                    .putObject("requiredDuringSchedulingIgnoredDuringExecution")
                    .putArray("nodeSelectorTerms");
            for (Gang.Term term : terms) {
                ObjectNode one = given.addObject();
                for (Gang.Requirement requirement : term.expressions()) {
                    one.withArray(requirement.key().equals("metadata.name") ? "/matchFields" : "/matchExpressions")
                            .add(Json.mapper().<JsonNode>valueToTree(requirement));
                }
            }
        }
    }
}
