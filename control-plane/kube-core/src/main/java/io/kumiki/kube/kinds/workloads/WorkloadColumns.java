package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.table.Age;
import io.kumiki.kube.table.Column;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What `kubectl get` shows of them.
final class WorkloadColumns {
    private static final int SHOWN = 3;

    private WorkloadColumns() {}

    static final List<Column> DEPLOYMENT = with(
            "spec",
            true,
            Column.NAME,
            Column.text("Ready", 0, d -> count(d, "status.readyReplicas") + "/" + count(d, "spec.replicas")),
            told("Up-to-date", "status.updatedReplicas"),
            told("Available", "status.availableReplicas"),
            Column.AGE);

    static final List<Column> REPLICA_SET = with(
            "spec",
            true,
            Column.NAME,
            number("Desired", "spec.replicas"),
            number("Current", "status.replicas"),
            number("Ready", "status.readyReplicas"),
            Column.AGE);

    static final List<Column> STATEFUL_SET = with(
            "spec",
            false,
            Column.NAME,
            Column.text("Ready", 0, s -> count(s, "status.readyReplicas") + "/" + count(s, "spec.replicas")),
            Column.AGE);

    static final List<Column> DAEMON_SET = with(
            "spec",
            true,
            Column.NAME,
            number("Desired", "status.desiredNumberScheduled"),
            number("Current", "status.currentNumberScheduled"),
            number("Ready", "status.numberReady"),
            number("Up-to-date", "status.updatedNumberScheduled"),
            number("Available", "status.numberAvailable"),
            Column.text("Node Selector", 0, d -> pairs(Fields.at(d, "spec.template.spec.nodeSelector"))),
            Column.AGE);

    static final List<Column> REVISION = List.of(
            Column.NAME,
            Column.text("Controller", 0, WorkloadColumns::controller),
            number("Revision", "revision"),
            Column.AGE);

    static final List<Column> JOB = with(
            "spec",
            true,
            Column.NAME,
            Column.text("Status", 0, WorkloadColumns::jobStatus),
            Column.text("Completions", 0, WorkloadColumns::completions),
            Column.timed("Duration", 0, WorkloadColumns::duration),
            Column.AGE);

    static final List<Column> CRON_JOB = with(
            "spec.jobTemplate.spec",
            true,
            Column.NAME,
            Column.plain("Schedule", 0, "spec.schedule"),
            Column.field("Timezone", 0, "spec.timeZone"),
            new Column(
                    "Suspend",
                    "boolean",
                    "",
                    "",
                    0,
                    (c, now) -> TextNode.valueOf(Fields.at(c, "spec.suspend").asBoolean() ? "True" : "False")),
            Column.number("Active", c -> Fields.at(c, "status.active").size()),
            Column.timed("Last Schedule", 0, (c, now) -> {
                String last = Fields.text(c, "status.lastScheduleTime");
                return last.isEmpty() ? "<none>" : Age.since(last, now);
            }),
            Column.AGE);

    static final List<Column> BUDGET = List.of(
            Column.NAME,
            Column.text("Min Available", 0, p -> amount(Fields.at(p, "spec.minAvailable"))),
            Column.text("Max Unavailable", 0, p -> amount(Fields.at(p, "spec.maxUnavailable"))),
            number("Allowed Disruptions", "status.disruptionsAllowed"),
            Column.AGE);

    static final List<Column> ENDPOINT_SLICE = List.of(
            Column.NAME,
            Column.plain("AddressType", 0, "addressType"),
            Column.text("Ports", 0, WorkloadColumns::ports),
            Column.text("Endpoints", 0, WorkloadColumns::addresses),
            Column.AGE);

    private static List<Column> with(String spec, boolean selector, Column... first) {
        List<Column> all = new ArrayList<>(List.of(first));
        String containers = spec + ".template.spec.containers";
        all.add(Column.text("Containers", 1, o -> names(Fields.at(o, containers), "name")));
        all.add(Column.text("Images", 1, o -> names(Fields.at(o, containers), "image")));
        if (selector) {
            all.add(Column.text("Selector", 1, o -> selected(Fields.at(o, spec + ".selector"))));
        }
        return List.copyOf(all);
    }

    private static String selected(JsonNode selector) {
        String text = LabelSelector.of(selector).text();
        return text.isEmpty() ? "<none>" : text;
    }

    private static Column number(String name, String path) {
        return Column.number(name, object -> (int) count(object, path));
    }

    /// A number in a column of text, as the real server has it.
    private static Column told(String name, String path) {
        return new Column(name, "string", "", "", 0, (object, now) -> LongNode.valueOf(count(object, path)));
    }

    private static long count(JsonNode object, String path) {
        return Fields.at(object, path).asLong();
    }

    private static String names(JsonNode containers, String field) {
        List<String> found = new ArrayList<>();
        containers.forEach(c -> found.add(c.path(field).asText()));
        return String.join(",", found);
    }

    private static String pairs(JsonNode map) {
        List<String> found = new ArrayList<>();
        map.properties().forEach(e -> found.add(e.getKey() + "=" + e.getValue().asText()));
        return found.isEmpty()
                ? "<none>"
                : String.join(",", found.stream().sorted().toList());
    }

    private static String amount(JsonNode value) {
        return value.isMissingNode() ? "N/A" : value.asText();
    }

    private static String controller(JsonNode revision) {
        for (JsonNode owner : revision.path("metadata").path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                String group = owner.path("apiVersion").asText();
                int slash = group.indexOf('/');
                return owner.path("kind").asText().toLowerCase(java.util.Locale.ROOT)
                        + (slash < 0 ? "" : "." + group.substring(0, slash)) + "/"
                        + owner.path("name").asText();
            }
        }
        return "<none>";
    }

    private static String jobStatus(JsonNode job) {
        for (String type : List.of("Complete", "Failed")) {
            if (holds(job, type)) {
                return type;
            }
        }
        if (job.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        for (String type : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (holds(job, type)) {
                return type;
            }
        }
        return "Running";
    }

    private static boolean holds(JsonNode job, String type) {
        for (JsonNode condition : Fields.at(job, "status.conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static String completions(JsonNode job) {
        JsonNode wanted = Fields.at(job, "spec.completions");
        long done = count(job, "status.succeeded");
        if (wanted.isNumber()) {
            return done + "/" + wanted.asLong();
        }
        long parallel = count(job, "spec.parallelism");
        return parallel > 1 ? done + "/1 of " + parallel : done + "/1";
    }

    private static String duration(JsonNode job, Instant now) {
        String start = Fields.text(job, "status.startTime");
        String end = Fields.text(job, "status.completionTime");
        if (start.isEmpty()) {
            return "";
        }
        Instant to = end.isEmpty() ? now : Instant.parse(end);
        return Age.of(Duration.between(Instant.parse(start), to));
    }

    private static String ports(JsonNode slice) {
        List<String> all = new ArrayList<>();
        for (JsonNode port : slice.path("ports")) {
            all.add(
                    port.path("port").isNumber()
                            ? port.get("port").asText()
                            : port.path("name").asText("*"));
        }
        return some(all);
    }

    private static String addresses(JsonNode slice) {
        List<String> all = new ArrayList<>();
        slice.path("endpoints").forEach(e -> e.path("addresses").forEach(address -> all.add(address.asText())));
        return some(all);
    }

    private static String some(List<String> all) {
        if (all.isEmpty()) {
            return "<unset>";
        }
        String first = String.join(",", all.subList(0, Math.min(SHOWN, all.size())));
        return all.size() > SHOWN ? first + " + " + (all.size() - SHOWN) + " more..." : first;
    }
}
