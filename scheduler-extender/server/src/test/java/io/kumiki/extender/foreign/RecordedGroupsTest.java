package io.kumiki.extender.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Kubernetes' own groups as a kube-apiserver 1.37.2 (gates GenericWorkload, TopologyAwareWorkloadScheduling and
/// CompositePodGroup) served them.
class RecordedGroupsTest {
    private static final String SINGLE = "disruption of single pods (a gang is preempted whole)";

    private static Map<String, Terms> declared(String name) throws IOException {
        try (InputStream file = RecordedGroupsTest.class.getResourceAsStream("/kubernetes-1.37.2/" + name + ".json")) {
            JsonNode object =
                    Json.parse(new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8));
            return new NativePodGroups().declared(object);
        }
    }

    @Test
    void aGangAndWhatTheServerWritesByItself() throws IOException {
        Terms terms = Objects.requireNonNull(declared("podgroup-gang").get("pg"));
        assertThat(terms.minimum()).isEqualTo(3);
        assertThat(terms.priority()).isNull();
        assertThat(terms.required()).isNull();
        assertThat(terms.others()).containsExactly(SINGLE);
    }

    @Test
    void onePlaceForAllWhoLeaveTogether() throws IOException {
        Terms terms = Objects.requireNonNull(declared("podgroup-topology").get("full"));
        assertThat(terms.required()).isEqualTo(new Terms.Place("topology.kubernetes.io/rack", 0));
        assertThat(terms.others()).isEmpty();
    }

    @Test
    void ofAWorkloadAndOfACompositeGroup() throws IOException {
        assertThat(Objects.requireNonNull(declared("podgroup-of-workload").get("wl-workers"))
                        .minimum())
                .isEqualTo(2);
        Terms child = Objects.requireNonNull(declared("podgroup-of-composite").get("child"));
        assertThat(child.minimum()).isEqualTo(2);
        assertThat(child.others()).containsExactly(SINGLE, "composite group cpg (each of its groups starts by itself)");
    }

    @Test
    void podsOfABasicGroupStartOneByOne() throws IOException {
        Terms terms = Objects.requireNonNull(declared("podgroup-basic").get("basic"));
        assertThat(terms.minimum()).isEqualTo(1);
        assertThat(terms.others()).isEmpty();
    }
}
