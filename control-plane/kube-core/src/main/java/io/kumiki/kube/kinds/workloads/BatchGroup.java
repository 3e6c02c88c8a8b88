package io.kumiki.kube.kinds.workloads;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import java.util.List;

/// `batch`.
public final class BatchGroup {
    private BatchGroup() {}

    public static List<Kind> kinds() {
        return List.of(
                of(ResourceType.CRON_JOBS, "CronJob")
                        .shortNames("cj")
                        .columns(() -> WorkloadColumns.CRON_JOB)
                        .rules(new CronJobRules()),
                of(ResourceType.JOBS, "Job")
                        .columns(() -> WorkloadColumns.JOB)
                        .rules(new JobRules())
                        .selectable("status.successful"));
    }

    private static Kind of(ResourceType type, String kind) {
        return Kind.modelled(type, kind, true, "batch.v1." + kind)
                .categories("all")
                .withStatus()
                .withGeneration();
    }
}
