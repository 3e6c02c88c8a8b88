package io.kumiki.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Accounts, tokens and rights through the unmodified client, over TLS.
class AccessIT {
    @TempDir
    Path folder;

    private Vertx vertx;
    private LocalCluster cluster;
    private KubernetesClient admin;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory());
        admin = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build();
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("team")
                        .endMetadata()
                        .build())
                .create();
    }

    @AfterEach
    void stop() {
        admin.close();
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private String token() {
        return admin.serviceAccounts()
                .inNamespace("team")
                .withName("default")
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(600L)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    private KubernetesClient as(String token, String... impersonated) {
        ConfigBuilder config = new ConfigBuilder(Config.empty())
                .withMasterUrl(cluster.url())
                .withCaCertData(Base64.getEncoder()
                        .encodeToString(cluster.authorityPem().getBytes(StandardCharsets.UTF_8)))
                .withOauthToken(token);
        if (impersonated.length > 0) {
            config.withImpersonateUsername(impersonated[0]).withImpersonateGroups(impersonated[1], impersonated[2]);
        }
        return new KubernetesClientBuilder().withConfig(config.build()).build();
    }

    @Test
    void anAccountGetsWhatABindingGives() {
        try (KubernetesClient robot = as(token())) {
            assertThatThrownBy(() -> robot.configMaps().inNamespace("team").list())
                    .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                        assertThat(e.getCode()).isEqualTo(403);
                        assertThat(e.getStatus().getMessage())
                                .isEqualTo("configmaps is forbidden: User \"system:serviceaccount:team:default\" cannot"
                                        + " list resource \"configmaps\" in API group \"\" in the namespace"
                                        + " \"team\"");
                    });
            admin.resource(new RoleBindingBuilder()
                            .withNewMetadata()
                            .withName("edit")
                            .withNamespace("team")
                            .endMetadata()
                            .withNewRoleRef()
                            .withKind("ClusterRole")
                            .withName("edit")
                            .endRoleRef()
                            .addNewSubject()
                            .withKind("ServiceAccount")
                            .withName("default")
                            .withNamespace("team")
                            .endSubject()
                            .build())
                    .create();
            assertThat(robot.configMaps().inNamespace("team").list().getItems()).isNotEmpty();
            var review = robot.authorization()
                    .v1()
                    .selfSubjectAccessReview()
                    .create(new SelfSubjectAccessReviewBuilder()
                            .withNewSpec()
                            .withNewResourceAttributes()
                            .withVerb("create")
                            .withResource("pods")
                            .withNamespace("kubeflow")
                            .endResourceAttributes()
                            .endSpec()
                            .build());
            assertThat(review.getStatus().getAllowed()).isFalse();
        }
    }

    @Test
    void whoeverMayImpersonateActsAsAnother() {
        try (KubernetesClient bob = as(cluster.adminToken(), "bob", "a,b", "system:authenticated")) {
            assertThatThrownBy(() -> bob.configMaps().inNamespace("team").list())
                    .hasMessageContaining("User \"bob\" cannot list");
        }
    }

    @Test
    void theTokensSignatureCanBeCheckedWithThePublishedKey() throws Exception {
        String token = token();
        JsonNode key = Json.parse(admin.raw("/openid/v1/jwks")).at("/keys/0");
        String[] parts = token.split("\\.");
        JsonNode header = Json.parse(Base64.getUrlDecoder().decode(parts[0]));
        assertThat(header.path("kid")).isEqualTo(key.path("kid"));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(publicKey(key));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
        JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(parts[1]));
        JsonNode discovery = Json.parse(admin.raw("/.well-known/openid-configuration"));
        assertThat(claims.path("iss")).isEqualTo(discovery.path("issuer"));
    }

    private static PublicKey publicKey(JsonNode key) throws Exception {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        ECPoint point = new ECPoint(
                new BigInteger(1, Base64.getUrlDecoder().decode(key.path("x").asText())),
                new BigInteger(1, Base64.getUrlDecoder().decode(key.path("y").asText())));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    @Test
    void aQuotaHolds() {
        admin.resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("maps")
                        .withNamespace("team")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("count/configmaps", new Quantity("2"))
                        .endSpec()
                        .build())
                .create();
        var map = new ConfigMapBuilder()
                .withNewMetadata()
                .withGenerateName("m-")
                .withNamespace("team")
                .endMetadata()
                .build();
        admin.resource(map).create();
        assertThatThrownBy(() -> admin.resource(map).create())
                .hasMessageContaining(
                        "exceeded quota: maps, requested: count/configmaps=1, used: count/configmaps=2, limited:"
                                + " count/configmaps=2");
    }

    @Test
    void rightsAndPrioritiesOutliveARestartOfTheFolder() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (LocalCluster first =
                LocalCluster.start(vertx, LocalClusterSettings.in(other).freeFloor(0))) {
            assertThat(first.port()).isPositive();
        }
        try (LocalCluster second =
                        LocalCluster.start(vertx, LocalClusterSettings.in(other).freeFloor(0));
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(Files.readString(second.kubeconfig())))
                        .build()) {
            assertThat(client.rbac().clusterRoles().withName("edit").get().getRules())
                    .isNotEmpty();
            assertThat(client.scheduling()
                            .v1()
                            .priorityClasses()
                            .withName("system-node-critical")
                            .get()
                            .getValue())
                    .isEqualTo(2_000_001_000);
        }
    }
}
