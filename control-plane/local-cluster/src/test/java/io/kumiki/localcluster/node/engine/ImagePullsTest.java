package io.kumiki.localcluster.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ImagePullsTest {
    @Test
    void aFailureIsTriedAgainEverLater() {
        assertThat(ImagePulls.pause(1)).isEqualTo(Duration.ofSeconds(10));
        assertThat(ImagePulls.pause(2)).isEqualTo(Duration.ofSeconds(20));
        assertThat(ImagePulls.pause(5)).isEqualTo(Duration.ofSeconds(160));
        assertThat(ImagePulls.pause(6)).isEqualTo(Duration.ofMinutes(5));
        assertThat(ImagePulls.pause(1_000)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void latestMovesAndADigestDoesNot() {
        assertThat(ImageName.of("a").moving()).isTrue();
        assertThat(ImageName.of("r:5000/a:latest").moving()).isTrue();
        assertThat(ImageName.of("a:1").moving()).isFalse();
        assertThat(ImageName.of("a@sha256:" + "0".repeat(64)).moving()).isFalse();
        assertThat(ImageName.of("r:5000/a").exact()).isEqualTo("r:5000/a:latest");
        assertThat(ImageName.of("a:1@sha256:00").exact()).isEqualTo("a@sha256:00");
    }

    @Test
    void theLoginThatFitsBest() {
        String config =
                """
            {"auths":{"https://index.docker.io/v1/":{"auth":"%s"},"r.example":{"username":"u","password":"p"},
             "r.example/team":{"identitytoken":"t"},"*.mirror.example:5000":{"username":"w"}}}""".formatted(Base64.getEncoder().encodeToString("me:secret:x".getBytes(StandardCharsets.UTF_8)));
        var secret = Json.object();
        secret.putObject("data")
                .put(".dockerconfigjson", Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8)));
        assertThat(RegistryLogin.of(secret, "busybox:1"))
                .containsExactly(new RegistryLogin("https://index.docker.io/v1/", "me", "secret:x", ""));
        assertThat(RegistryLogin.of(secret, "docker.io/a/b"))
                .extracting(RegistryLogin::username)
                .containsExactly("me");
        assertThat(RegistryLogin.of(secret, "r.example/a:1"))
                .extracting(RegistryLogin::username)
                .containsExactly("u");
        assertThat(RegistryLogin.of(secret, "r.example/team/a:1"))
                .as("both fit; the one with the longer path is tried first")
                .extracting(RegistryLogin::identityToken)
                .containsExactly("t", "");
        assertThat(RegistryLogin.of(secret, "a.mirror.example:5000/x/y"))
                .extracting(RegistryLogin::username)
                .containsExactly("w");
        assertThat(RegistryLogin.of(secret, "a.b.mirror.example:5000/x")).isEmpty();
        assertThat(RegistryLogin.of(secret, "r.example.org/a:1")).isEmpty();
        assertThat(RegistryLogin.of(secret, "r.example/team/a:1").getFirst().toString())
                .doesNotContain("t]");
    }
}
