package io.kumiki.app;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What exists in a laptop's Kubernetes: `manifests/laptop`, applied server-side at each start, and this folder's
/// own S3 keys as a Secret.
final class LaptopManifests {
    private static final List<String> FILES = List.of("namespaces", "accounts", "access", "pipelines", "storage");
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("kumiki-laptop")
            .withForce(true)
            .build();

    private static final List<String> DEFINITIONS = List.of("gangs", "tenantquotas", "topologies");

    private LaptopManifests() {}

    /// Kumiki's own kinds; needed by whoever plans, on any cluster.
    static void applyDefinitions(KubernetesClient kubernetes) throws IOException {
        for (String file : DEFINITIONS) {
            apply(kubernetes, "crds/" + file);
        }
    }

    private static void apply(KubernetesClient kubernetes, String file) throws IOException {
        try (InputStream in = LaptopManifests.class.getResourceAsStream("/manifests/" + file + ".yaml")) {
            if (in == null) {
                throw new IOException("this build lacks manifests/" + file + ".yaml");
            }
            kubernetes.load(in).resources().forEach(resource -> resource.patch(APPLY, resource.item()));
        }
    }

    static void apply(KubernetesClient kubernetes, Map<String, String> s3Keys) throws IOException {
        for (String file : FILES) {
            apply(kubernetes, "laptop/" + file);
        }
        for (String namespace : List.of("kubeflow", "default")) {
            var encoded = new TreeMap<String, String>();
            s3Keys.forEach((name, key) ->
                    encoded.put(name, Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8))));
            var secret = new SecretBuilder()
                    .withNewMetadata()
                    .withName("mlpipeline-minio-artifact")
                    .withNamespace(namespace)
                    .endMetadata()
                    .withType("Opaque")
                    .withData(encoded)
                    .build();
            kubernetes.resource(secret).patch(APPLY, secret);
        }
    }
}
