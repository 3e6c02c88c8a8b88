package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.QuotaScope;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// ResourceQuotas as Kubernetes counts pods by them.
class NamespaceRoomTest {
    private static final Map<String, String> REQUESTS = Map.of(
            "cpu", "1500m", "memory", "2Gi", "nvidia.com/gpu", "1", "ephemeral-storage", "1Gi", "hugepages-2Mi", "4Mi");

    private final State state = new State(PlannerOptions.DEFAULT);

    private static Gang.Members pod(Gang.@Nullable Charged charged) {
        return new Gang.Members("pod", 1, 1, 0, REQUESTS, null, null, null, null, charged);
    }

    private static Gang.Charged limited(String cpu) {
        return new Gang.Charged(Map.of("cpu", cpu, "memory", "4Gi", "nvidia.com/gpu", "1"), null, null);
    }

    private static Gang.Charged of(@Nullable String priorityClass, String... scopes) {
        return new Gang.Charged(null, priorityClass, List.of(scopes));
    }

    private @Nullable String refusal(Gang.Members pod, String resource, long hard, QuotaScope... scopes) {
        state.limits.put(
                "n",
                new TreeMap<>(Map.of(
                        "rq",
                        new Event.NamespaceLimit(
                                "n", "rq", Map.of(resource, hard), Map.of(resource, 0L), List.of(scopes)))));
        Clause clause = new NamespaceRoom(state).refusal("n", pod, "");
        return clause == null ? null : English.of(clause);
    }

    @Test
    void eachNameIsCountedAsKubernetesDoes() {
        Map<String, Long> takes = Map.ofEntries(
                Map.entry("pods", 1L),
                Map.entry("count/pods", 1L),
                Map.entry("cpu", 1500L),
                Map.entry("requests.cpu", 1500L),
                Map.entry("limits.cpu", 2000L),
                Map.entry("memory", 2L << 30),
                Map.entry("requests.memory", 2L << 30),
                Map.entry("limits.memory", 4L << 30),
                Map.entry("requests.nvidia.com/gpu", 1L),
                Map.entry("requests.ephemeral-storage", 1L << 30),
                Map.entry("ephemeral-storage", 1L << 30),
                Map.entry("hugepages-2Mi", 4L << 20));
        takes.forEach((resource, amount) -> {
            assertThat(refusal(pod(limited("2")), resource, amount))
                    .as(resource)
                    .isNull();
            assertThat(refusal(pod(limited("2")), resource, amount - 1))
                    .as(resource)
                    .isNotNull();
        });
        for (String other : List.of("count/jobs.batch", "services", "requests.storage", "limits.ephemeral-storage")) {
            assertThat(refusal(pod(limited("2")), other, 0)).as(other).isNull();
        }
        assertThat(refusal(pod(null), "limits.cpu", 1499))
                .as("limits are at least the requests")
                .isEqualTo("ResourceQuota rq allows 1499m more limits.cpu of 1499m, its pods that do not exist yet"
                        + " need 1500m");
        assertThat(refusal(pod(limited("2")), "limits.memory", 3L << 30))
                .isEqualTo("ResourceQuota rq allows 3Gi more limits.memory of 3Gi, its pods that do not exist yet"
                        + " need 4Gi");
    }

    private void counts(QuotaScope scope, Gang.Members... counted) {
        List<Gang.Members> all = List.of(
                pod(null), pod(of("high")), pod(of("low")), pod(of(null, "Terminating")), pod(of(null, "BestEffort")));
        for (Gang.Members pod : all) {
            assertThat(refusal(pod, "pods", 0, scope) != null)
                    .as("%s %s", scope, pod.charged())
                    .isEqualTo(List.of(counted).contains(pod));
        }
    }

    private static QuotaScope scope(String name, String operator, String... values) {
        return new QuotaScope(name, operator, List.of(values));
    }

    @Test
    void aScopedQuotaCountsItsPodsOnly() {
        Gang.Members plain = pod(null);
        Gang.Members high = pod(of("high"));
        Gang.Members low = pod(of("low"));
        Gang.Members ends = pod(of(null, "Terminating"));
        Gang.Members free = pod(of(null, "BestEffort"));
        counts(scope("PriorityClass", "In", "high", "other"), high);
        counts(scope("PriorityClass", "NotIn", "high"), plain, low, ends, free);
        counts(scope("PriorityClass", "Exists"), high, low);
        counts(scope("PriorityClass", "DoesNotExist"), plain, ends, free);
        counts(scope("Terminating", "Exists"), ends);
        counts(scope("NotTerminating", "Exists"), plain, high, low, free);
        counts(scope("BestEffort", "Exists"), free);
        counts(scope("NotBestEffort", "Exists"), plain, high, low, ends);
        counts(scope("CrossNamespacePodAffinity", "Exists"));
        counts(scope("VolumeAttributesClass", "Exists"));
        assertThat(refusal(high, "pods", 0, scope("NotBestEffort", "Exists"), scope("PriorityClass", "In", "low")))
                .as("all scopes must hold")
                .isNull();
    }

    private static GangFact gang(int members, Gang.Charged charged) {
        var of = new Gang.Members("w", members, members, 0, REQUESTS, null, null, null, null, charged);
        var spec = new Gang.Spec(0, true, List.of(of), null, null, null, 0, null, null, null);
        return new GangFact("n", "g", "uid", "1", 1, "", spec, null);
    }

    @Test
    void limitsThatAreAbsurdAreRefusedWithWords() {
        refusal(pod(null), "limits.memory", 1L << 40);
        assertThat(new NamespaceRoom(state)
                        .refusal(
                                gang(5000, new Gang.Charged(Map.of("memory", "999999999999999999"), null, null)),
                                new int[] {5000}))
                .isInstanceOf(Clause.NamespaceShort.class);
        assertThat(new Readiness(state).wrong(gang(2, new Gang.Charged(Map.of("memory", "much"), null, null))))
                .isInstanceOf(Clause.Quoted.class);
        assertThat(new Readiness(state).wrong(gang(2, limited("2")))).isNull();
    }
}
