package io.kumiki.kube.controllers.batch;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Controller;
import java.util.List;

/// The controllers of `batch`.
public final class BatchControllers {
    private BatchControllers() {}

    public static List<Controller> all() {
        return List.of(
                Controller.of("job-controller", ResourceType.JOBS, new JobReconciler())
                        .owning(ResourceType.PODS),
                Controller.woken("job-controller", ResourceType.PODS, new LeftoverReconciler())
                        .wokenBy(ResourceType.PODS, (change, owners, wake) -> {
                            var pod = change.after();
                            var before = change.before();
                            boolean orphaned = pod != null
                                    && pod.owners().isEmpty()
                                    && before != null
                                    && !before.owners().isEmpty();
                            if (pod != null && (pod.deleting() || orphaned)) {
                                wake.accept(change.key());
                            }
                        }),
                Controller.of("cronjob-controller", ResourceType.CRON_JOBS, new CronJobReconciler())
                        .owning(ResourceType.JOBS));
    }
}
