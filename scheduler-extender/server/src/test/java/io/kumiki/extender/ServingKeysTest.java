package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.runtime.tls.Pem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServingKeysTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final List<String> NAMES = List.of("kumiki-extender.kumiki-system.svc", "127.0.0.1");

    @Test
    void whatIsGoodIsKept() throws Exception {
        ServingKeys keys = ServingKeys.fresh(NAMES, NOW);
        assertThat(keys.renewed(NAMES, NOW.plus(Duration.ofDays(300)))).isEqualTo(keys);
        assertThat(ServingKeys.read(keys.data())).isEqualTo(keys);
        assertThat(keys.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void aCertificateThatEndsSoonOrIsForOtherNamesIsMadeAnewUnderTheSameAuthority() throws Exception {
        ServingKeys keys = ServingKeys.fresh(NAMES, NOW);
        for (ServingKeys renewed : List.of(
                keys.renewed(NAMES, NOW.plus(Duration.ofDays(350))), keys.renewed(List.of("another.host"), NOW))) {
            assertThat(renewed.authority()).isEqualTo(keys.authority());
            assertThat(renewed.certificate()).isNotEqualTo(keys.certificate());
            Pem.certificate(renewed.certificate())
                    .verify(Pem.certificate(keys.authority()).getPublicKey());
        }
    }

    @Test
    void anAuthorityThatEndsSoonIsTrustedBesideTheNewOne() throws Exception {
        ServingKeys keys = ServingKeys.fresh(NAMES, NOW);
        ServingKeys renewed = keys.renewed(NAMES, NOW.plus(Duration.ofDays(3300)));
        assertThat(renewed.authority()).isNotEqualTo(keys.authority());
        assertThat(renewed.bundle()).contains(keys.authority()).contains(renewed.authority());
    }

    @Test
    void whatIsSpoiledIsMadeAnew() throws Exception {
        ServingKeys keys = ServingKeys.fresh(NAMES, NOW);
        Map<String, String> data = new TreeMap<>(keys.data());
        data.put("tls.crt", "nonsense");
        ServingKeys spoiled = ServingKeys.read(data);
        assertThat(spoiled).isNotNull();
        assertThat(spoiled.renewed(NAMES, NOW).authority()).isNotEqualTo(keys.authority());
        data.remove("ca.key");
        assertThat(ServingKeys.read(data)).isNull();
    }
}
