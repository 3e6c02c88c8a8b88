package io.kumiki.conformance.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A script goes on with the line after `./kumiki up`.
class ReadyIT {
    @Test
    void ourKindsAreThereWhenItSaysThatItIsReady() throws Exception {
        try (var folder = ScratchFolder.create()) {
            // The second time this client is quick.
            define(folder.path().resolve("slow"));
            define(folder.path().resolve("quick"));
        }
    }

    private static void define(Path data) throws Exception {
        try (var kumiki = RunningKumiki.start(data, Map.of());
                KubernetesClient client = client(data)) {
            client.resource("""
                    apiVersion: kumiki.io/v1alpha1
                    kind: TenantQuota
                    metadata: {name: all}
                    spec: {guaranteed: {nvidia.com/gpu: "8"}}
                    """).create();
            assertThat(client.genericKubernetesResources("kumiki.io/v1alpha1", "TenantQuota")
                            .withName("all")
                            .get())
                    .isNotNull();
            assertThat(kumiki.log()).doesNotContain("could not be defined");
        }
    }

    private static KubernetesClient client(Path data) throws Exception {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(data.resolve("kubeconfig"))))
                .build();
    }
}
