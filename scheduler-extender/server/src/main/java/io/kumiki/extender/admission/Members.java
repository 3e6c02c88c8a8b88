package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.foreign.Membership;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.planner.Decision;
import io.kumiki.planner.fact.Shape;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Members of gangs: gated until their gang has slots, or pinned to their slot where it has them already.
final class Members {
    private final Planning planning;
    private final PodAdmission.Rules rules;

    Members(Planning planning, PodAdmission.Rules rules) {
        this.planning = planning;
        this.rules = rules;
    }

    /// A member of another system's group becomes one of a Gang with the same name. The scheduler's own gangs are
    /// taken over only where their objects can be read: else two would judge one pod. Its own object may come
    /// later than the pod.
    void join(ObjectNode pod, String namespace, Membership foreign, List<Violation> violations) {
        if (!rules.serves(pod) || (foreign.format().isNative() && !planning.reads(foreign.format()))) {
            return;
        }
        Marking.takeOff(pod);
        String role = foreign.role().matches("[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?") ? foreign.role() : "m";
        pod.withObject("/metadata")
                .withObject("/labels")
                .put(Marks.GANG, foreign.gang())
                .put(
                        Marks.CLASS,
                        role + "-"
                                + Integer.toHexString(
                                        PodShape.uncharged(unmarked(pod)).hashCode()));
        ObjectNode annotations = pod.withObject("/metadata").withObject("/annotations");
        annotations.put(Marks.GROUP, foreign.key());
        annotations.remove(List.of(Marks.RESERVATION, Marks.PINNED, Marks.SIZES, Marks.SIZE));
        if (foreign.size() > 0) {
            annotations.put(Marks.SIZE, Integer.toString(foreign.size()));
        }
        ObjectNode spec = pod.withObject("/spec");
        for (String field : List.of("schedulingGroup", "workloadRef")) {
            JsonNode given = spec.remove(field);
            if (given != null) {
                annotations.put(Marks.NATIVE, Json.write(given));
            }
        }
        member(pod, namespace, false, "", violations);
    }

    /// As it was before admission looked at it for the first time.
    private static ObjectNode unmarked(ObjectNode pod) {
        ObjectNode copy = pod.deepCopy();
        for (JsonNode container : copy.path("spec").path("containers")) {
            for (String list : List.of("requests", "limits")) {
                if (container.path("resources").path(list) instanceof ObjectNode amounts) {
                    amounts.remove(Shape.MARKERS);
                }
            }
        }
        return copy;
    }

    /// @param own its gang is one of ours, which says its size
    /// @param claim by which it may be given a slot, empty where it may not
    @Nullable
    Question member(ObjectNode pod, String namespace, boolean own, String claim, List<Violation> violations) {
        if (!rules.serves(pod)) {
            return null;
        }
        rules.schedule(pod);
        JsonNode annotations = pod.path("metadata").path("annotations");
        ObjectNode spec = pod.withObject("/spec");
        String reservation = annotations.path(Marks.RESERVATION).asText("");
        boolean planned = !reservation.isEmpty();
        Question seating = null;
        if (planned) {
            String refusal = planning.refusal(new Planning.Member(
                    namespace,
                    pod.path("metadata").path("labels").path(Marks.GANG).asText(),
                    pod.path("metadata").path("labels").path(Marks.CLASS).asText(Marks.ONLY_CLASS),
                    PodAdmission.controller(pod).path("uid").asText(""),
                    reservation,
                    annotations.path(Marks.SLOT).asInt(-1),
                    annotations.path(Marks.DEVICES).asText("")));
            if (!refusal.isEmpty()) {
                violations.add(PodAdmission.invalid("metadata.annotations[" + Marks.RESERVATION + "]", refusal));
            }
        } else {
            AnnotationForms.check(annotations, violations);
            AnnotationForms.checkAlternatives(annotations, violations);
            if (own) {
                Marking.takeOff(pod);
                GangSize.check(annotations, violations);
            } else {
                AnnotationForms.checkNotThere(
                        annotations,
                        Marks.MINIMUM,
                        "the minimum of this group is what its own system says",
                        violations);
            }
            seating = claim.isEmpty() || !violations.isEmpty() ? null : seating(pod, namespace, claim);
            if (seating == null) {
                Marking.gate(spec, Marks.GANG);
            }
        }
        boolean modelled = PodShape.unmodelled(pod) == null;
        String pin = planned && !modelled ? PodShape.pin(pod) : "";
        if (!pin.isEmpty()) {
            ObjectNode loose = Pin.off(pin, spec.path("affinity"));
            if (loose == null) {
                spec.remove("affinity");
            } else {
                spec.set("affinity", loose);
            }
        }
        Marking.keep(pod);
        Marking.showDevices(pod);
        boolean pinned = modelled
                && (planned || annotations.path(Marks.PINNED).asText("").equals("true"));
        Marking.mark(pod, !pinned);
        return seating;
    }

    /// Asks for its slot, where its gang may hold one for it already: no gate, and no write that would remove it.
    private static @Nullable Question seating(ObjectNode pod, String namespace, String claim) {
        JsonNode metadata = pod.path("metadata");
        if (!PodShape.pinnable(pod) || !pod.path("spec").path("schedulingGates").isEmpty()) {
            return null;
        }
        return new Question.Member(
                new Planning.Arrival(
                        claim,
                        namespace,
                        metadata.path("labels").path(Marks.GANG).asText(),
                        metadata.path("labels").path(Marks.CLASS).asText(Marks.ONLY_CLASS),
                        PodAdmission.controller(pod).path("uid").asText("")),
                seat -> take(pod, seat));
    }

    private static void take(ObjectNode pod, Optional<Decision.Seat> seat) {
        ObjectNode spec = pod.withObject("/spec");
        if (seat.isEmpty()) {
            Marking.gate(spec, Marks.GANG);
            return;
        }
        ObjectNode noted = pod.withObject("/metadata").withObject("/annotations");
        seat.get().annotations().forEach(noted::put);
        spec.set("affinity", Pin.to(seat.get().node(), spec.path("affinity")));
    }
}
