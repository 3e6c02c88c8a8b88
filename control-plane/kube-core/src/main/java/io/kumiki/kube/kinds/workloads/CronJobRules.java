package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.model.CronSchedule;
import io.kumiki.model.Violation;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What makes a CronJob a good one.
final class CronJobRules implements KindRules {
    /// The controller appends eleven characters.
    private static final int NAME = 52;

    @Override
    public void complete(ObjectNode cron, @Nullable ObjectNode old) {
        ObjectNode spec = cron.withObject("/spec");
        Fields.fill(spec, "concurrencyPolicy", "Allow");
        if (!spec.hasNonNull("suspend")) {
            spec.put("suspend", false);
        }
        AppsRules.number(spec, "successfulJobsHistoryLimit", 3);
        AppsRules.number(spec, "failedJobsHistoryLimit", 1);
        if (spec.path("jobTemplate").path("spec") instanceof ObjectNode job) {
            io.kumiki.kube.kinds.PodTemplates.complete(job.path("template"));
        }
    }

    @Override
    public void validate(ObjectNode cron, @Nullable ObjectNode old, List<Violation> violations) {
        Checks checks = new Checks(cron, violations);
        if (old == null) {
            checks.shortName(NAME, "must be no more than 52 characters");
        }
        String schedule = checks.at("spec.schedule").asText();
        if (schedule.isEmpty()) {
            checks.add(Names.required("spec.schedule", ""));
        } else if (schedule.contains("TZ")) {
            checks.invalid(
                    "spec.schedule",
                    checks.at("spec.schedule"),
                    "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        } else {
            try {
                CronSchedule.parse(schedule);
            } catch (IllegalArgumentException e) {
                checks.invalid("spec.schedule", checks.at("spec.schedule"), String.valueOf(e.getMessage()));
            }
        }
        zone(checks);
        checks.oneOf("spec.concurrencyPolicy", "Allow", "Forbid", "Replace");
        checks.nonNegative(
                "spec.startingDeadlineSeconds", "spec.successfulJobsHistoryLimit", "spec.failedJobsHistoryLimit");
        template(cron, checks);
    }

    private static void zone(Checks checks) {
        JsonNode zone = checks.at("spec.timeZone");
        if (zone.isTextual()) {
            try {
                if (zone.asText().isEmpty() || zone.asText().equals("Local")) {
                    throw new DateTimeException("empty");
                }
                ZoneId.of(zone.asText());
            } catch (DateTimeException e) {
                checks.invalid("spec.timeZone", zone, "unknown time zone " + zone.asText());
            }
        }
    }

    /// Checked as the job that it will be.
    private static void template(ObjectNode cron, Checks checks) {
        String at = "spec.jobTemplate.spec";
        if (!checks.at(at).isObject()) {
            checks.add(Names.required(at, ""));
            return;
        }
        if (checks.at(at + ".manualSelector").asBoolean()) {
            checks.add(Names.unsupported(at + ".manualSelector", "true", List.of("nil", "false")));
        }
        if (checks.at(at + ".selector").isObject()) {
            checks.invalid(at + ".selector", checks.at(at + ".selector"), "`selector` will be auto-generated");
        }
        ObjectNode filled = cron.deepCopy();
        JobRules.defaults(filled.withObject("/spec/jobTemplate/spec"));
        Checks whole = new Checks(filled, checks.violations());
        JobRules.spec(whole, at, filled.withObject("/spec/jobTemplate/spec/template"));
    }

    @Override
    public void initialStatus(ObjectNode cron) {
        cron.putObject("status");
    }
}
