package io.kumiki.conformance.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.conformance.cluster.Api;
import io.kumiki.conformance.cluster.Reply;
import io.kumiki.conformance.cluster.TestCluster;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;

/// Cases on one cluster, one after the other:
///
/// - `node NAME words`, `pod NAME words {spec}`: makes it, see [PlacementObjects]
/// - `make PATH {object}`, `patch PATH {merge patch}`, `delete PATH`; paths may begin below `/api/v1`
/// - `until PATH /pointer=text`: waits for it
/// - `running POD`: what the node's agent would say
/// - `--> POD on a|b`: gets one of these nodes
/// - `--> POD waits MESSAGE`: its condition says this (`Unschedulable`), and no node is being cleared for it
/// - `--> POD clears NODE MESSAGE`: the same, and that node is being cleared for it
/// - `--> POD gated MESSAGE`, `--> POD untold`: nobody says anything of it; `--> POD leaving`, `--> POD stays`
///
/// `real: ` or `embedded: ` before a command keeps it from the other cluster.
final class PlacementRun {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(15);
    private static final List<String> LEFT_OVERS = List.of(
            "namespaces/default/pods?gracePeriodSeconds=0",
            "namespaces/other/pods?gracePeriodSeconds=0",
            "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
            "namespaces/default/persistentvolumeclaims",
            "persistentvolumes",
            "/apis/storage.k8s.io/v1/storageclasses",
            "nodes");

    private final String cluster;
    private final Api api;
    private final List<String> nodes = new ArrayList<>();
    private boolean settled = true;
    private int probes;

    PlacementRun(TestCluster cluster) {
        this.cluster = cluster.name();
        this.api = cluster.api().with("User-Agent", "placement/1.0");
    }

    String cluster() {
        return cluster;
    }

    /// What all cases stand on.
    void begin() {
        post("namespaces", "{\"metadata\":{\"name\":\"other\",\"labels\":{\"team\":\"other\"}}}");
        for (String level : List.of("low 10", "high 100", "top 1000")) {
            String[] both = level.split(" ");
            post(
                    "/apis/scheduling.k8s.io/v1/priorityclasses",
                    "{\"metadata\":{\"name\":\"" + both[0] + "\"},\"value\":" + both[1] + "}");
        }
        post(
                "/apis/scheduling.k8s.io/v1/priorityclasses",
                "{\"metadata\":{\"name\":\"patient\"},\"value\":100,\"preemptionPolicy\":\"Never\"}");
        for (String namespace : List.of("default", "other")) {
            repeat(
                    () -> api.get(path("namespaces/" + namespace + "/serviceaccounts/default")),
                    reply -> reply.code() == 200,
                    reply -> "no service account in " + namespace);
        }
    }

    void run(PlacementCase one) {
        try {
            for (String line : one.lines()) {
                String command = line.replaceFirst("^(real|embedded): ", "");
                if (command.equals(line) || line.startsWith(cluster)) {
                    step(command);
                }
            }
        } finally {
            LEFT_OVERS.forEach(path -> api.delete(path(path)));
            nodes.clear();
            settled = true;
            repeat(
                    () -> api.get(path("pods")),
                    reply -> reply.json().path("items").isEmpty(),
                    reply -> "pods that do not go");
        }
    }

    private void step(String line) {
        String[] words = line.split(" ", 3);
        String rest = words.length > 2 ? words[2] : "";
        switch (words[0]) {
            case "node" -> {
                post("nodes", Json.write(PlacementObjects.node(words[1], rest)));
                nodes.add(words[1]);
                settled = false;
            }
            case "pod" -> pod(words[1], rest);
            case "make" -> {
                post(words[1], rest);
                settled = false;
            }
            case "patch" -> {
                api.patch(path(words[1]), Api.MERGE, rest).expect(200);
                settled = false;
            }
            case "delete" -> {
                api.delete(path(words[1])).expect(200);
                nodes.remove(words[1].replaceFirst("^nodes/", ""));
                settled = false;
            }
            case "until" -> {
                String[] wanted = rest.split("=", 2);
                repeat(
                        () -> api.get(path(words[1])),
                        reply -> reply.at(wanted[0]).equals(wanted[1]),
                        reply -> words[1] + ": " + reply.text());
                settled = false;
            }
            case "running" -> {
                api.patch(podPath(words[1]) + "/status", Api.MERGE, Json.write(PlacementObjects.running()))
                        .expect(200);
                settled = false;
            }
            case "-->" -> {
                String[] what = rest.split(" ", 2);
                expect(words[1], what[0], what.length > 1 ? what[1] : "");
            }
            default -> throw new IllegalArgumentException(line);
        }
    }

    private void pod(String name, String rest) {
        settle();
        int json = rest.indexOf('{');
        String words = json < 0 ? rest : rest.substring(0, json);
        var pod = PlacementObjects.pod(bare(name), words, json < 0 ? "" : rest.substring(json));
        post("namespaces/" + namespace(name) + "/pods", Json.write(pod));
        settled = !pod.path("spec").has("nodeName");
    }

    /// A scheduler hears of nodes and of pods by different ways: once it has bound a probe to the node that was made
    /// last, it knows all that were made before.
    private void settle() {
        if (settled || nodes.isEmpty()) {
            return;
        }
        String name = "probe-" + ++probes;
        post("namespaces/default/pods", Json.write(PlacementObjects.probe(name, nodes.getLast())));
        repeat(
                () -> api.get(podPath(name)),
                reply -> !reply.at("/spec/nodeName").isEmpty(),
                reply -> "the probe waits: " + condition(reply.json()));
        api.delete(podPath(name) + "?gracePeriodSeconds=0").expect(200);
        settled = true;
    }

    private void expect(String name, String how, String detail) {
        Predicate<JsonNode> wanted = switch (how) {
            case "on" -> pod -> List.of(detail.split("\\|")).contains(text(pod, "/spec/nodeName"));
            case "waits" -> pod -> told(pod).equals("Unschedulable | | " + detail);
            case "gated" -> pod -> told(pod).equals("SchedulingGated | | " + detail);
            case "clears" -> {
                String[] both = detail.split(" ", 2);
                yield pod -> told(pod).equals("Unschedulable | " + both[0] + " | " + both[1]);
            }
            case "untold" -> pod -> condition(pod).isMissingNode();
            case "leaving" -> pod -> pod.path("metadata").has("deletionTimestamp");
            case "stays" ->
                pod -> !pod.path("metadata").has("deletionTimestamp")
                        && !pod.path("metadata").isMissingNode();
            default -> throw new IllegalArgumentException(how);
        };
        boolean atOnce = how.equals("on");
        Reply last = repeat(
                () -> api.get(podPath(name)),
                // A node once given is not taken back: no other will come.
                reply -> wanted.test(reply.json())
                        || (atOnce && !reply.at("/spec/nodeName").isEmpty()),
                reply -> name + " " + found(reply));
        if (!wanted.test(last.json())) {
            throw new AssertionError(name + " " + found(last));
        }
    }

    private static String found(Reply reply) {
        JsonNode pod = reply.json();
        String node = text(pod, "/spec/nodeName");
        return node.isEmpty() ? told(pod) : "on " + node;
    }

    private static String told(JsonNode pod) {
        JsonNode condition = condition(pod);
        String cleared = text(pod, "/status/nominatedNodeName");
        return condition.path("reason").asText("") + " | " + cleared + (cleared.isEmpty() ? "" : " ") + "| "
                + condition.path("message").asText("");
    }

    private static JsonNode condition(JsonNode pod) {
        for (JsonNode each : pod.at("/status/conditions")) {
            if (each.path("type").asText().equals("PodScheduled")) {
                return each;
            }
        }
        return pod.path("none");
    }

    private static String text(JsonNode json, String pointer) {
        return json.at(pointer).asText("");
    }

    /// An admission plugin of the real server may not have heard yet of what was just made (403 then).
    private void post(String path, String body) {
        repeat(() -> api.post(path(path), body), reply -> reply.code() != 403, Reply::text)
                .expect(201);
    }

    private static String path(String path) {
        return path.startsWith("/") ? path : "/api/v1/" + path;
    }

    private static String namespace(String pod) {
        return pod.contains("/") ? pod.substring(0, pod.indexOf('/')) : "default";
    }

    private static String bare(String pod) {
        return pod.substring(pod.indexOf('/') + 1);
    }

    private static String podPath(String pod) {
        return "/api/v1/namespaces/" + namespace(pod) + "/pods/" + bare(pod);
    }

    private interface Asking {
        Reply ask();
    }

    private static Reply repeat(Asking asking, Predicate<Reply> enough, Function<Reply, String> otherwise) {
        long deadline = System.nanoTime() + PATIENCE;
        Reply reply = asking.ask();
        while (!enough.test(reply)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.apply(reply));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            reply = asking.ask();
        }
        return reply;
    }
}
