package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rules of both forms of events. Whoever writes `events.k8s.io` is held to more; mistakes are told by the names of the
/// core group, as Kubernetes does.
final class EventRules implements KindRules {
    private static final int SHORT = 128;
    private static final int LONG = 1024;
    private static final List<String> DEPRECATED = List.of("firstTimestamp", "lastTimestamp", "count", "source");
    private static final List<String> NEVER_CHANGED = List.of(
            "involvedObject",
            "reason",
            "message",
            "source",
            "firstTimestamp",
            "lastTimestamp",
            "count",
            "type",
            "eventTime",
            "action",
            "related");
    private final @Nullable Form form;

    /// @param form of those written in the newer words; `null` for the core group
    EventRules(@Nullable Form form) {
        this.form = form;
    }

    /// Kubernetes' own types hold it by value, so that it is always there.
    @Override
    public void complete(ObjectNode event, @Nullable ObjectNode old) {
        event.withObject(form == null ? "/source" : "/deprecatedSource");
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        ObjectNode event = form == null ? object : form.kept(object);
        boolean timed = !event.path("eventTime").asText("").isEmpty();
        namespace(event, timed, violations);
        if (timed) {
            timed(event, violations);
        }
        if (form == null) {
            return;
        }
        if (old == null) {
            series(event, violations);
            fresh(event, timed, violations);
        } else {
            changed(event, form.kept(old), violations);
        }
    }

    private static void namespace(ObjectNode event, boolean timed, List<Violation> violations) {
        String about = event.path("involvedObject").path("namespace").asText("");
        String own = event.path("metadata").path("namespace").asText();
        boolean anywhere = about.isEmpty() && (own.equals("default") || timed && own.equals("kube-system"));
        boolean told = timed && !about.isEmpty();
        if (!about.equals(own) && !anywhere && !told) {
            violations.add(Names.invalid("involvedObject.namespace", about, "does not match event.namespace"));
        }
    }

    private void timed(ObjectNode event, List<Violation> violations) {
        String controller = form == null ? "reportingComponent" : "reportingController";
        String name = event.path("reportingComponent").asText("");
        if (name.isEmpty()) {
            violations.add(Names.required(controller, ""));
        }
        if (!LabelText.validKey(name)) {
            violations.add(Names.invalid(
                    controller,
                    name,
                    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with"
                            + " an alphanumeric character"));
        }
        for (String field : List.of("reportingInstance", "action", "reason")) {
            if (event.path(field).asText("").isEmpty()) {
                violations.add(Names.required(field, ""));
            }
            atMost(event, field, SHORT, violations);
        }
        atMost(event, "message", LONG, violations);
    }

    private static void atMost(ObjectNode event, String field, int most, List<Violation> violations) {
        if (event.path(field).asText("").length() > most) {
            violations.add(Names.invalid(field, "", "can have at most " + most + " characters"));
        }
    }

    private static void series(ObjectNode event, List<Violation> violations) {
        JsonNode series = event.path("series");
        if (!series.isObject()) {
            return;
        }
        if (series.path("count").asInt() < 2) {
            violations.add(Names.invalid("series.count", "", "should be at least 2"));
        }
        if (series.path("lastObservedTime").asText("").isEmpty()) {
            violations.add(Names.required("series.lastObservedTime", ""));
        }
    }

    private static void fresh(ObjectNode event, boolean timed, List<Violation> violations) {
        if (!timed) {
            violations.add(Names.required("eventTime", ""));
        }
        String type = event.path("type").asText("");
        if (!Set.of("Normal", "Warning").contains(type)) {
            violations.add(Names.invalid("type", "", "has invalid value: " + type));
        }
        for (String field : DEPRECATED) {
            JsonNode value = event.path(field);
            boolean said = value.isObject()
                    ? !value.path("component").asText("").isEmpty()
                            || !value.path("host").asText("").isEmpty()
                    : !value.asText("").isEmpty() && !value.asText().equals("0");
            if (said && !value.isNull()) {
                violations.add(Names.invalid(field, "", "needs to be unset"));
            }
        }
    }

    private static void changed(ObjectNode event, ObjectNode old, List<Violation> violations) {
        if (!event.path("series").equals(old.path("series"))) {
            series(event, violations);
        }
        for (String field : NEVER_CHANGED) {
            still(field, event.path(field), old.path(field), violations);
        }
        still("reportingController", event.path("reportingComponent"), old.path("reportingComponent"), violations);
        still("reportingInstance", event.path("reportingInstance"), old.path("reportingInstance"), violations);
    }

    private static void still(String field, JsonNode now, JsonNode before, List<Violation> violations) {
        boolean none = now.isEmpty()
                && now.asText("").isEmpty()
                && before.isEmpty()
                && before.asText("").isEmpty();
        if (!none && !now.equals(before)) {
            violations.add(new Violation(
                    field, "FieldValueInvalid", "Invalid value: " + Json.write(now) + ": field is immutable"));
        }
    }
}
