package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.table.Column;
import io.kumiki.kube.table.CoreColumns;
import java.util.List;
import java.util.Map;

/// `events.k8s.io`: the events of the core group in other words.
final class EventsGroup {
    private static final Map<String, String> NAMES = Map.of(
            "involvedObject", "regarding",
            "message", "note",
            "reportingComponent", "reportingController",
            "source", "deprecatedSource",
            "firstTimestamp", "deprecatedFirstTimestamp",
            "lastTimestamp", "deprecatedLastTimestamp",
            "count", "deprecatedCount");
    private static final Map<String, String> FIELDS = Map.of(
            "regarding.kind", "involvedObject.kind",
            "regarding.namespace", "involvedObject.namespace",
            "regarding.name", "involvedObject.name",
            "regarding.uid", "involvedObject.uid",
            "regarding.apiVersion", "involvedObject.apiVersion",
            "regarding.resourceVersion", "involvedObject.resourceVersion",
            "regarding.fieldPath", "involvedObject.fieldPath",
            "reportingController", "reportingComponent");

    private EventsGroup() {}

    /// @param core the kind that keeps them
    static List<Kind> kinds(Kind core) {
        Form form = new Form(core, NAMES, FIELDS);
        return List.of(Kind.modelled(
                        new ResourceType("events.k8s.io", "v1", "events"), "Event", true, "events.v1.Event")
                .shortNames("ev")
                .selectable(
                        "regarding.kind",
                        "regarding.namespace",
                        "regarding.name",
                        "regarding.uid",
                        "regarding.apiVersion",
                        "regarding.resourceVersion",
                        "regarding.fieldPath",
                        "reason",
                        "reportingController",
                        "type")
                .columns(() -> CoreColumns.of("Event").stream()
                        .map(column -> asKept(column, form))
                        .toList())
                .rules(new EventRules(form))
                .form(form));
    }

    private static Column asKept(Column column, Form form) {
        return new Column(
                column.name(),
                column.type(),
                column.format(),
                column.description(),
                column.priority(),
                (event, now) -> column.cell().of(event instanceof ObjectNode object ? form.kept(object) : event, now));
    }
}
