package io.kumiki.app;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Gangs and single GPU pods for the start-up cache: an extender plans its first gang of a day when hundreds of pods
/// wait for it, and would spend most of that time on compiling itself.
final class TrainingGangs {
    private static final int MEMBERS = 64;
    private static final int ROUNDS = 3;
    private static final int PATIENCE_SECONDS = 30;

    private TrainingGangs() {}

    static void run(Path kubeconfig) throws IOException, InterruptedException {
        var config = Config.fromKubeconfig(Files.readString(kubeconfig));
        try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
            for (int round = 0; round < ROUNDS; round++) {
                await(client, job("gang-" + round, Map.of("kumiki.io/gang", "gang-" + round)));
                await(client, job("singles-" + round, Map.of()));
            }
        }
    }

    private static void await(KubernetesClient client, Job job) throws IOException, InterruptedException {
        client.resource(job).create();
        String name = job.getMetadata().getName();
        for (int look = 0; look < PATIENCE_SECONDS * 20; look++) {
            Job now = client.resource(job).get();
            Integer succeeded = now.getStatus() == null ? null : now.getStatus().getSucceeded();
            if (succeeded != null && succeeded == MEMBERS) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IOException("job " + name + " has not ended after " + PATIENCE_SECONDS + " s");
    }

    private static Job job(String name, Map<String, String> labels) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withParallelism(MEMBERS)
                .withCompletions(MEMBERS)
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .addToAnnotations("kumiki.io/gang-size", Integer.toString(MEMBERS))
                .addToAnnotations("kumiki.io/simulated-duration", "200ms")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewToleration()
                .withOperator("Exists")
                .endToleration()
                .addNewContainer()
                .withName("worker")
                .withImage("none")
                .withNewResources()
                .addToLimits("nvidia.com/gpu", new Quantity("1"))
                .endResources()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
