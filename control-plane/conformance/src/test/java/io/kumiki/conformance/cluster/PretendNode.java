package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A node and its agent in one, for clusters that have neither: takes every pod of one namespace, says that it runs and
/// is ready, and lets it go when it is deleted. Annotations of a pod say what becomes of it: `pretend/exit` the code it
/// ends with at once, `pretend/unready` that it is never ready. Nothing is really run.
public final class PretendNode implements AutoCloseable {
    private static final String NAME = "pretend";

    private final Api api;
    private final String pods;
    private final Thread agent = Thread.ofVirtual().unstarted(this::run);
    private volatile boolean ended;

    private PretendNode(Api api, String namespace) {
        this.api = api.with("User-Agent", "pretend/1.0");
        this.pods = "/api/v1/namespaces/" + namespace + "/pods";
    }

    public static PretendNode in(TestCluster cluster, String namespace) {
        PretendNode node = new PretendNode(cluster.api(), namespace);
        node.register();
        node.agent.start();
        return node;
    }

    private void register() {
        api.post("/api/v1/nodes", """
            {"metadata":{"name":"pretend","labels":{"kubernetes.io/hostname":"pretend"}},
             "status":{"capacity":{"cpu":"8","memory":"16Gi","pods":"110"},
              "nodeInfo":{"machineID":"","systemUUID":"","bootID":"","kernelVersion":"","osImage":"","containerRuntimeVersion":"",
               "kubeletVersion":"v1.34.4","kubeProxyVersion":"","operatingSystem":"linux","architecture":"amd64"},
              "conditions":[{"type":"Ready","status":"True","reason":"Pretending","message":"it says so",
               "lastHeartbeatTime":"2026-01-01T00:00:00Z","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
            """);
        api.patch("/api/v1/nodes/" + NAME, Api.MERGE, "{\"spec\":{\"taints\":null}}");
    }

    private void run() {
        while (!ended) {
            for (JsonNode pod : api.get(pods).json().path("items")) {
                tend(pod);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
        }
    }

    private void tend(JsonNode pod) {
        String name = pod.at("/metadata/name").asText();
        if (pod.path("metadata").has("deletionTimestamp")) {
            api.delete(pods + "/" + name + "?gracePeriodSeconds=0");
        } else if (pod.at("/spec/nodeName").asText("").isEmpty()) {
            api.post(
                    pods + "/" + name + "/binding",
                    "{\"metadata\":{\"name\":\"" + name + "\"},\"target\":{\"kind\":\"Node\",\"name\":\"" + NAME
                            + "\"}}");
        } else if (pod.at("/status/phase").asText().equals("Pending")) {
            api.patch(pods + "/" + name + "/status", Api.MERGE, Json.write(told(pod)));
        }
    }

    private static ObjectNode told(JsonNode pod) {
        JsonNode wishes = pod.at("/metadata/annotations");
        String since = pod.at("/metadata/creationTimestamp").asText();
        String exit = wishes.path("pretend/exit").asText("");
        boolean over = !exit.isEmpty();
        boolean ready = !over && !wishes.has("pretend/unready");
        ObjectNode patch = Json.object();
        ObjectNode status = patch.putObject("status");
        status.put("phase", !over ? "Running" : exit.equals("0") ? "Succeeded" : "Failed")
                .put("startTime", since)
                .put("podIP", "10.0.0.9");
        status.putArray("podIPs").addObject().put("ip", "10.0.0.9");
        for (String type : new String[] {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
            boolean holds = ready || !type.endsWith("Ready") && !over;
            status.withArray("/conditions")
                    .addObject()
                    .put("type", type)
                    .put("status", holds ? "True" : "False")
                    .put("lastTransitionTime", type.equals("PodScheduled") ? bound(pod, since) : since);
        }
        for (JsonNode container : pod.at("/spec/containers")) {
            ObjectNode one = status.withArray("/containerStatuses").addObject();
            one.put("name", container.path("name").asText())
                    .put("image", container.path("image").asText())
                    .put("imageID", "")
                    .put("ready", ready)
                    .put("started", !over)
                    .put("restartCount", 0);
            one.putObject("lastState");
            ObjectNode state = one.putObject("state");
            if (over) {
                state.putObject("terminated")
                        .put("exitCode", Integer.parseInt(exit))
                        .put("startedAt", since)
                        .put("finishedAt", since);
            } else {
                state.putObject("running").put("startedAt", since);
            }
        }
        return patch;
    }

    /// When it was given its node is the binder's to say.
    private static String bound(JsonNode pod, String otherwise) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")) {
                return condition.path("lastTransitionTime").asText(otherwise);
            }
        }
        return otherwise;
    }

    @Override
    public void close() {
        ended = true;
        try {
            agent.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
