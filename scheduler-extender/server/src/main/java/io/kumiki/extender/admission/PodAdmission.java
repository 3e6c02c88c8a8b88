package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.foreign.Membership;
import io.kumiki.kube.admission.AdmissionPolicy;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.admission.webhook.PolicyWebhook;
import io.kumiki.model.Violation;
import io.kumiki.planner.Decision;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// What becomes of a new pod. Members of gangs get the gate and the resources by which the scheduler knows that it has
/// to call us. A pod without a gang that asks for devices is pinned to its node at once, or gated until it has one;
/// where only the scheduler can tell which nodes it may use, it gets these resources, too. Everything else passes as it
/// is. Only at creation: none of this can be added later. Looking twice changes nothing
/// more.
public final class PodAdmission {
    /// Pods of the cluster itself are never held up.
    public static final Set<String> SYSTEM = Set.of("kube-system", "kube-public", "kube-node-lease");

    /// @param excluded namespaces whose pods are left alone, beside the system's
    /// @param scheduler name of a scheduler of our own, which then gets every pod that we place; empty where the
    ///     cluster's own scheduler calls us
    /// @param adopted other schedulers whose pods we place: only where those do not run
    public record Rules(Set<String> excluded, String scheduler, Set<String> adopted) {
        private static final String DEFAULT_SCHEDULER = "default-scheduler";
        private static final String TAINT = "kumiki.io/gpu";
        private static final String ORIGINAL_SCHEDULER = "kumiki.io/original-scheduler";

        /// The cluster's own scheduler calls us, and there may be any other beside it.
        public static final Rules PLAIN = new Rules(Set.of(), "", Set.of());
        /// Nobody else schedules here.
        public static final Rules ALONE =
                new Rules(Set.of(), "", Set.of("volcano", "kai-scheduler", "scheduler-plugins-scheduler"));

        public Rules {
            excluded = Set.copyOf(excluded);
            adopted = Set.copyOf(adopted);
        }

        boolean serves(JsonNode pod) {
            String name = pod.path("spec").path("schedulerName").asText(DEFAULT_SCHEDULER);
            return name.equals(DEFAULT_SCHEDULER) || name.equals(scheduler) || adopted.contains(name);
        }

        /// Whoever has GPU nodes of its own lets nobody else onto them: they carry a taint that only we tolerate.
        void schedule(ObjectNode pod) {
            ObjectNode spec = pod.withObject("/spec");
            String given = spec.path("schedulerName").asText(DEFAULT_SCHEDULER);
            String wanted = scheduler.isEmpty() ? DEFAULT_SCHEDULER : scheduler;
            if (!given.equals(wanted)) {
                spec.put("schedulerName", wanted);
                pod.withObject("/metadata").withObject("/annotations").put(ORIGINAL_SCHEDULER, given);
            }
            if (scheduler.isEmpty()) {
                return;
            }
            ArrayNode tolerations = spec.withArray("/tolerations");
            for (JsonNode toleration : tolerations) {
                if (toleration.path("key").asText().equals(TAINT)) {
                    return;
                }
            }
            tolerations.addObject().put("key", TAINT).put("operator", "Exists").put("effect", "NoSchedule");
        }
    }

    private final Planning planning;
    private final Rules rules;
    private final Members members;

    public PodAdmission(Planning planning, Rules rules) {
        this.planning = planning;
        this.rules = rules;
        this.members = new Members(planning, rules);
    }

    /// For an API server in this process. It gives a pod its uid before it asks.
    public AdmissionPolicy policy() {
        return (request, violations) -> {
            if (request.creates("pods")) {
                String uid = request.object().path("metadata").path("uid").asText("");
                violations.addAll(review(request.object(), request.namespace(), uid, request.dryRun()));
            }
        };
    }

    /// For any other API server: answers an AdmissionReview (v1). A pod has no uid then; the review has.
    ///
    /// Throws [IllegalArgumentException] or [Json.Malformed] when the body is none.
    public byte[] answer(JsonNode review) {
        String uid = review.path("request").path("uid").asText("");
        if (uid.isEmpty()) {
            throw new IllegalArgumentException("an AdmissionReview with a request and its uid is wanted");
        }
        PolicyWebhook.Question question = PolicyWebhook.question(review);
        AdmissionRequest request = question.request();
        List<Violation> violations = request.creates("pods")
                ? review(request.object(), request.namespace(), uid, request.dryRun())
                : List.of();
        return answer(question, violations);
    }

    private static byte[] answer(PolicyWebhook.Question question, List<Violation> violations) {
        AdmissionRequest request = question.request();
        return question.answer(violations, request.creates("pods") ? Preempting.warnings(request.object()) : List.of());
    }

    /// The same on an event loop; null where the answer has to be waited for.
    public @Nullable CompletionStage<byte[]> answerSoon(JsonNode review) {
        JsonNode annotations =
                review.path("request").path("object").path("metadata").path("annotations");
        if (annotations.has(Marks.RESERVATION)) {
            return null;
        }
        PolicyWebhook.Question question = PolicyWebhook.question(review);
        AdmissionRequest request = question.request();
        if (question.uid().isEmpty() || !request.creates("pods")) {
            return null;
        }
        List<Violation> violations = new ArrayList<>();
        Question open = begin(request.object(), request.namespace(), question.uid(), request.dryRun(), violations);
        if (open == null) {
            return CompletableFuture.completedStage(answer(question, violations));
        }
        CompletionStage<?> answered = open.askSoon(planning);
        return answered == null ? null : answered.thenApply(_ -> answer(question, violations));
    }

    /// @param claim of this pod alone, and the same however often it is looked at
    /// @param dry nothing will be made
    public List<Violation> review(ObjectNode pod, String namespace, String claim, boolean dry) {
        List<Violation> violations = new ArrayList<>();
        Question open = begin(pod, namespace, claim, dry, violations);
        if (open != null) {
            open.ask(planning);
        }
        return violations;
    }

    private @Nullable Question begin(
            ObjectNode pod, String namespace, String claim, boolean dry, List<Violation> violations) {
        JsonNode metadata = pod.path("metadata");
        boolean decided =
                metadata.path("annotations").path(Marks.CLAIM).asText().equals(claim)
                        && metadata.path("annotations").has(Marks.CLAIM);
        if (SYSTEM.contains(namespace)
                || rules.excluded().contains(namespace)
                || decided
                || !pod.path("spec").path("nodeName").asText("").isEmpty()) {
            return null;
        }
        Membership foreign = Membership.of(pod);
        boolean labelled = metadata.path("labels").has(Marks.GANG);
        boolean joined = metadata.path("annotations").has(Marks.GROUP);
        if (foreign != null && (!labelled || joined)) {
            members.join(pod, namespace, foreign, violations);
        } else if (!labelled) {
            Marking.takeOff(pod);
            return single(pod, namespace, claim, dry, violations);
        } else if (foreign == null || !foreign.format().isNative()) {
            if (joined) {
                Marking.takeOff(pod);
            }
            return members.member(pod, namespace, true, dry ? "" : claim, violations);
        }
        return null;
    }

    private @Nullable Question single(
            ObjectNode pod, String namespace, String claim, boolean dry, List<Violation> violations) {
        Map<String, Long> requests = PodShape.requests(pod);
        for (String marker : Shape.MARKERS) {
            if (requests.containsKey(marker)) {
                violations.add(invalid(
                        "spec.containers[0].resources",
                        marker + " is no resource to ask for: members of a gang (label " + Marks.GANG
                                + ") are given it"));
            }
        }
        if (!violations.isEmpty()
                || !Shape.asksForDevices(requests)
                || !rules.serves(pod)
                || controller(pod).path("kind").asText().equals("DaemonSet")) {
            return null;
        }
        rules.schedule(pod);
        JsonNode annotations = pod.path("metadata").path("annotations");
        AnnotationForms.check(annotations, violations);
        AnnotationForms.checkNotThere(
                annotations, Marks.MINIMUM, "only a gang has members (label " + Marks.GANG + ")", violations);
        AnnotationForms.checkNotThere(
                annotations,
                Marks.ALTERNATIVES,
                "is of gangs (label " + Marks.GANG + "); a pod alone names its types by node affinity",
                violations);
        try {
            Shape.check(requests);
        } catch (IllegalArgumentException e) {
            violations.add(invalid("spec.containers[0].resources", String.valueOf(e.getMessage())));
        }
        if (!violations.isEmpty()) {
            return null;
        }
        Marking.showDevices(pod);
        if (PodShape.unmodelled(pod) != null) {
            // Where it may be the scheduler knows better than we do, and asks us which of these nodes.
            Marking.mark(pod, true);
            pod.withObject("/metadata").withObject("/annotations").put(Marks.CLAIM, claim);
            return null;
        }
        ObjectNode spec = pod.withObject("/spec");
        if (!spec.path("schedulingGates").isEmpty()) {
            // Whoever else holds it decides when it may go; it holds no place until then.
            Marking.gate(spec, Marks.QUEUE);
            return null;
        }
        var newcomer = new Planning.Newcomer(
                claim,
                namespace,
                controller(pod).path("uid").asText(""),
                PodShape.single(pod, requests),
                spec.path("priority").asInt(0),
                AnnotationForms.expected(annotations),
                dry);
        return new Question.Single(newcomer, entry -> enter(pod, claim, entry));
    }

    private static void enter(ObjectNode pod, String claim, Decision.Entry entry) {
        ObjectNode spec = pod.withObject("/spec");
        ObjectNode annotations = pod.withObject("/metadata").withObject("/annotations");
        switch (entry) {
            case Decision.Entry.Pinned(String node, String devices) -> {
                spec.set("affinity", Pin.to(node, spec.path("affinity")));
                annotations.put(Marks.CLAIM, claim);
                if (!devices.isEmpty()) {
                    annotations.put(Marks.DEVICES, devices);
                }
            }
            case Decision.Entry.Queued(var why, String message) -> {
                Marking.gate(spec, Marks.QUEUE);
                annotations.put(Marks.WHY, why.name() + ": " + message);
            }
        }
    }

    /// The owner that controls it.
    public static JsonNode controller(JsonNode pod) {
        for (JsonNode owner : pod.path("metadata").path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                return owner;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    static Violation invalid(String path, String message) {
        return new Violation(path, "FieldValueInvalid", message);
    }
}
