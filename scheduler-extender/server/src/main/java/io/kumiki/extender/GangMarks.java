package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;

/// What admission adds to a new pod that is a gang's member: the gate, and the resources by which the scheduler
/// knows that it has to call us. Only at creation: neither can be added later.
public final class GangMarks {
    private static final String BIND = "kumiki.io/bind";
    private static final String SIZE = "kumiki.io/gang-size";
    private static final String SIZES = "kumiki.io/gang-class-sizes";
    /// Set by whoever can make its pods anew: they are pinned by affinity instead of being led by the filter verb.
    private static final String PINNED = "kumiki.io/pinned";

    private static final int MOST = 5000;

    private GangMarks() {}

    /// Pods without the gang label are left as they are, and so is one that the scheduler's own gangs place.
    public static List<Violation> mark(ObjectNode pod) {
        JsonNode metadata = pod.path("metadata");
        List<Violation> violations = new ArrayList<>();
        if (!metadata.path("labels").has(Facts.GANG) || pod.path("spec").has("schedulingGroup")) {
            return violations;
        }
        JsonNode annotations = metadata.path("annotations");
        boolean planned = !annotations.path(Facts.RESERVATION).asText("").isEmpty();
        ObjectNode spec = pod.withObject("/spec");
        if (!planned) {
            checkSize(annotations, violations);
            gate(spec);
        }
        boolean pinned = planned || annotations.path(PINNED).asText("").equals("true");
        for (JsonNode container : spec.path("containers")) {
            ObjectNode resources = ((ObjectNode) container).withObject("/resources");
            for (String list : List.of("requests", "limits")) {
                ObjectNode amounts = resources.withObject("/" + list);
                amounts.put(BIND, "1");
                if (!pinned) {
                    amounts.put(Facts.PLAN, "1");
                }
            }
            break;
        }
        return violations;
    }

    private static void checkSize(JsonNode annotations, List<Violation> violations) {
        if (annotations.has(SIZES)) {
            if (DerivedGangs.sizes(annotations.path(SIZES).asText()).isEmpty()) {
                violations.add(new Violation(
                        "metadata.annotations[" + SIZES + "]",
                        "FieldValueInvalid",
                        "must be like launcher=1,worker=4, found \""
                                + annotations.path(SIZES).asText() + "\""));
            }
            return;
        }
        String size = annotations.path(SIZE).asText("");
        if (!size.matches("[1-9][0-9]{0,3}") || Integer.parseInt(size) > MOST) {
            violations.add(new Violation(
                    "metadata.annotations[" + SIZE + "]",
                    "FieldValueInvalid",
                    "a pod with the label " + Facts.GANG + " says how many members its gang has, 1 to " + MOST
                            + "; found \"" + size + "\""));
        }
    }

    private static void gate(ObjectNode spec) {
        ArrayNode gates = spec.withArray("/schedulingGates");
        for (JsonNode gate : gates) {
            if (gate.path("name").asText().equals(Facts.GANG)) {
                return;
            }
        }
        gates.addObject().put("name", Facts.GANG);
    }
}
