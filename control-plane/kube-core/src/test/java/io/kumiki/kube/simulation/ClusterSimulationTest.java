package io.kumiki.kube.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Garbage collection, ends of namespaces and definitions under crashes, lost replies and broken watches: whatever
/// happens on the way, the end is the same as without any fault. One seed is one script; `replay` runs it alone.
class ClusterSimulationTest {
    private static final int SEEDS = 1_000;
    private static final int STEPS = 30;
    private static final String DEFINITION = """
        {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
         "names":{"kind":"Widget","plural":"widgets"},"versions":[{"name":"v1","served":true,"storage":true,
          "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}\
        """;
    private static final List<ResourceType> WATCHED = List.of(ResourceType.NAMESPACES, ResourceType.CONFIG_MAPS);

    /// One request of the script. An owner is named; its uid is looked up when the step runs.
    private record Step(String method, String path, String owner, String body) {}

    private record End(Map<String, String> state, long hash, int lives, int relists) {}

    @Test
    void faultsDoNotChangeTheEnd() throws Exception {
        int lives = 0;
        int relists = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            End faulty = replay(seed);
            lives += faulty.lives;
            relists += faulty.relists;
        }
        System.out.printf("%d seeds: %d crashes, %d lists after 410%n", SEEDS, lives - SEEDS, relists);
        assertThat(lives - SEEDS).as("crashes").isGreaterThan(SEEDS);
        assertThat(relists).as("lists beyond the first ones").isGreaterThan(SEEDS);
    }

    @Test
    void oneSeedIsOneStory() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(run(seed, true).hash).isEqualTo(run(seed, true).hash);
        }
    }

    private static End replay(long seed) throws Exception {
        try {
            End faulty = run(seed, true);
            assertThat(faulty.state).isEqualTo(run(seed, false).state);
            return faulty;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("replay(" + seed + "L): " + e.getMessage(), e);
        }
    }

    private static End run(long seed, boolean faults) throws Exception {
        SplittableRandom luck = new SplittableRandom(seed);
        // Each seed has its own mix of faults.
        double crashes = faults && luck.nextBoolean() ? 0.08 : faults ? 0.01 : 0;
        double losses = faults && luck.nextBoolean() ? 0.1 : 0;
        FaultyJournal journal = new FaultyJournal(seed + 1, crashes, losses);
        SimulatedClient client = new SimulatedClient(seed, journal, faults, WATCHED);
        for (Step step : script(new SplittableRandom(~seed))) {
            carryOut(client, step);
            client.advance(1);
        }
        journal.heal();
        client.cluster().follow();
        release(client);
        client.checkAtRest();
        Map<String, String> before = client.state();
        client.restart();
        assertThat(client.state()).as("a restart changes nothing").isEqualTo(before);
        client.checkAtRest();
        long hash = before.hashCode() * 31L + journal.revision();
        for (var each : journal.durable().values()) {
            hash = hash * 31 + java.util.Arrays.hashCode(each.json());
        }
        return new End(before, hash, client.lives(), client.relists());
    }

    private static List<Step> script(SplittableRandom random) {
        List<Step> steps = new ArrayList<>();
        for (String space : new String[] {"a", "b"}) {
            steps.add(new Step("POST", "/api/v1/namespaces", "", named(space)));
        }
        steps.add(new Step("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "", DEFINITION));
        for (int i = 0; i < STEPS; i++) {
            steps.add(step(random));
        }
        return steps;
    }

    private static Step step(SplittableRandom random) {
        String space = random.nextInt(3) == 0 ? "b" : "a";
        String folder = random.nextInt(3) == 0 ? widgets(space) : maps(space);
        String name = "x" + random.nextInt(6);
        String owner = random.nextInt(3) == 0 ? "" : maps(space) + "/x" + random.nextInt(6);
        String policy = List.of("Foreground", "Background", "Orphan").get(random.nextInt(3));
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6 -> new Step("POST", folder, owner, named(name));
            case 7, 8, 9 -> new Step("PATCH", folder + "/" + name, owner, "{}");
            case 10 ->
                new Step("PATCH", folder + "/" + name, "", "{\"metadata\":{\"finalizers\":[\"example.com/held\"]}}");
            case 11 -> new Step("PATCH", folder + "/" + name, "", "{\"metadata\":{\"finalizers\":null}}");
            case 12, 13, 14, 15 -> new Step("DELETE", folder + "/" + name + "?propagationPolicy=" + policy, "", "");
            case 16 -> new Step("DELETE", folder, "", "");
            case 17 -> new Step("DELETE", "/api/v1/namespaces/" + space, "", "");
            case 18 -> new Step("POST", "/api/v1/namespaces", "", named(space));
            default ->
                random.nextInt(3) == 0
                        ? new Step(
                                "DELETE",
                                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com",
                                "",
                                "")
                        : new Step("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "", DEFINITION);
        };
    }

    private static String maps(String space) {
        return "/api/v1/namespaces/" + space + "/configmaps";
    }

    private static String widgets(String space) {
        return "/apis/example.com/v1/namespaces/" + space + "/widgets";
    }

    private static String named(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"}}";
    }

    private static void carryOut(SimulatedClient client, Step step) throws Exception {
        String body = step.body;
        if (!step.owner.isEmpty()) {
            JsonNode owner = client.request("GET", step.owner, "application/json", "");
            String name = step.owner.substring(step.owner.lastIndexOf('/') + 1);
            String uid = owner.at("/metadata/uid").asText("never");
            String reference = "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"" + name
                    + "\",\"uid\":\"" + uid + "\",\"blockOwnerDeletion\":true}]";
            body = step.method.equals("POST")
                    ? body.replace("{\"metadata\":{", "{\"metadata\":{" + reference + ",")
                    : "{\"metadata\":{" + reference + "}}";
        }
        String type = step.method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
        JsonNode answer = client.request(step.method, step.path, type, body);
        assertThat(answer.path("code").asInt(200))
                .as("%s answers %s", step, answer)
                .isIn(200, 403, 404, 405, 409);
    }

    /// Lets go of everything that is held, until nothing changes.
    private static void release(SimulatedClient client) throws Exception {
        for (int i = 0; i < 3; i++) {
            for (String space : new String[] {"a", "b"}) {
                for (String folder : new String[] {maps(space), widgets(space)}) {
                    for (JsonNode item : client.request("GET", folder, "application/json", "")
                            .path("items")) {
                        if (item.at("/metadata/finalizers").toString().contains("held")) {
                            client.request(
                                    "PATCH",
                                    folder + "/" + item.at("/metadata/name").asText(),
                                    "application/merge-patch+json",
                                    "{\"metadata\":{\"finalizers\":null}}");
                        }
                    }
                }
            }
        }
    }
}
