package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.model.Json;
import io.kumiki.planner.Event;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/// Objects that come together become one tree.
class QuotasTest {
    private static ObjectNode quota(String name, String parent, int gpus) {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", name);
        ObjectNode spec = quota.putObject("spec");
        if (!parent.isEmpty()) {
            spec.put("parent", parent);
        }
        spec.putObject("guaranteed").put("nvidia.com/gpu", "" + gpus);
        spec.putArray("namespaces").add("ns-" + name);
        return quota;
    }

    @Test
    void aListOfObjectsIsToldOnce() {
        List<Event> told = new ArrayList<>();
        var config = new ConfigBuilder().withMasterUrl("http://127.0.0.1:1").build();
        try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
            var api = new KubeApi(client);
            var clock = InstantSource.system();
            var notes = new QuotaNotes(api, clock, new Leadership(api, "kube-system", "test", true, clock));
            notes.close();
            var quotas = new Quotas(told::add, notes, _ -> {});
            quotas.seen(quota("all", "", 100));
            for (int i = 0; i < 50; i++) {
                quotas.seen(quota("t" + i, "all", 1));
            }
            assertThat(told).isEmpty();
            quotas.settled();
            assertThat(told).singleElement().satisfies(event -> {
                assertThat(((Event.Tenants) event).nodes()).hasSize(51);
                assertThat(((Event.Tenants) event).ofNamespace()).containsEntry("ns-t7", "t7");
            });
            quotas.settled();
            assertThat(told).as("nothing has changed").hasSize(1);
            quotas.seen(quota("t0", "nobody", 1));
            quotas.settled();
            assertThat(told).as("with a mistake the tree before holds").hasSize(1);
            quotas.gone("/t0");
            quotas.settled();
            assertThat(told).hasSize(2);
        }
    }

    @Test
    void anAmountThatIsNoneIsAMistakeOfItsObject() {
        List<Event> told = new ArrayList<>();
        var config = new ConfigBuilder().withMasterUrl("http://127.0.0.1:1").build();
        try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
            var api = new KubeApi(client);
            var clock = InstantSource.system();
            var notes = new QuotaNotes(api, clock, new Leadership(api, "kube-system", "test", true, clock));
            notes.close();
            var quotas = new Quotas(told::add, notes, _ -> {});
            quotas.seen(quota("all", "", 100));
            quotas.settled();
            for (String resource : List.of("cpu", "nvidia.com/gpu")) {
                for (String amount : List.of("5e17", "1e30", "-1", "9999999999999999999Ei", "1e-99999999", "x")) {
                    ObjectNode absurd = quota("absurd", "", 1);
                    absurd.withObject("/spec/limit").put(resource, amount);
                    quotas.seen(absurd);
                    Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), quotas::settled, amount);
                    quotas.gone("/absurd");
                    quotas.settled();
                }
            }
            assertThat(told).as("the tree before holds").hasSize(1);
        }
    }
}
