package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The scheduler's verbs, `k8s.io/kube-scheduler/extender/v1`: Go field names, any capitalisation coming in; every
/// answer is 200, mistakes and refusals are in its `Error`.
final class Verbs {
    private static final long BODY = 1 << 20;
    private static final Duration FILTER = Duration.ofMillis(300);
    private static final Duration PASSED_FILTER = Duration.ofMillis(600);
    /// A held call's pod is worth waiting for.
    private static final Duration FOUND = Duration.ofSeconds(10);
    private static final Duration BIND = Duration.ofSeconds(595);
    private static final Duration BEHIND = Duration.ofSeconds(2);
    private static final int SENTENCE = 1000;

    /// Finds a pod by its uid, namespace and name, as long as patience lasts.
    @FunctionalInterface
    interface Search {
        void find(JsonNode metadata, Duration patience) throws InterruptedException;
    }

    private final PlannerLoop planner;
    private final Calls calls;
    /// Looks once at the API for a pod that is not known: watches are later than calls.
    private final Search lookFor;

    private final Standby standby;

    Verbs(PlannerLoop planner, Calls calls, Search lookFor, Standby standby) {
        this.standby = standby;
        this.planner = planner;
        this.calls = calls;
        this.lookFor = lookFor;
    }

    Routes routes() {
        return new Routes("/scheduler", new ProblemRenderer())
                .post("/filter", Permission.may("create", "pods/binding"), Body.upTo(BODY), this::led, this::filter)
                .post("/bind", Permission.may("create", "pods/binding"), Body.upTo(BODY), this::bind);
    }

    /// A member whose slot is known and offered: the scheduler's one thread waits for this answer, and nobody else has
    /// to be woken for it.
    private @Nullable CompletionStage<Answer> led(byte[] body) {
        if (standby.isStandby()) {
            return null;
        }
        FilterQuestion question = FilterQuestion.read(body);
        if (question == null) {
            return null;
        }
        String slot = planner.slotOf(question.uid());
        return slot != null && question.nodes().contains(slot)
                ? CompletableFuture.completedStage(filtered(List.of(slot), Map.of()))
                : null;
    }

    private Answer filter(Request request) throws InterruptedException {
        JsonNode arguments = request.json();
        List<String> nodes = new ArrayList<>();
        field(arguments, "NodeNames").forEach(name -> nodes.add(name.asText()));
        JsonNode pod = field(arguments, "Pod");
        String uid = pod.path("metadata").path("uid").asText("");
        if (uid.isEmpty() || !field(arguments, "NodeNames").isArray()) {
            return failed("Pod with a uid and NodeNames are wanted; set nodeCacheCapable: true for this extender");
        }
        if (pod.path("spec").has("schedulingGroup")) {
            return filtered(nodes, Map.of());
        }
        if (standby.isStandby()) {
            return standby.pass(request, "filter", PASSED_FILTER);
        }
        String slot = planner.slotOf(uid);
        if (slot != null && nodes.contains(slot)) {
            return filtered(List.of(slot), Map.of());
        }
        if (planner.behind().compareTo(BEHIND) > 0) {
            return failed("the planner is " + planner.behind().toMillis() + " ms behind");
        }
        lookFor.find(pod.path("metadata"), FILTER);
        long call = calls.next();
        CompletableFuture<Decision.AnswerFilter> waiting = calls.filter(call);
        planner.tell(new Event.FilterAsked(
                call, uid, nodes, pod.path("status").path("nominatedNodeName").asText("")));
        try {
            Decision.AnswerFilter answer = waiting.get(FILTER.toMillis(), TimeUnit.MILLISECONDS);
            return answer.node().isEmpty()
                    ? filtered(List.of(), refusals(nodes, answer.unresolvable()))
                    : filtered(List.of(answer.node()), Map.of());
        } catch (TimeoutException e) {
            return failed("the planner did not answer within " + FILTER.toMillis() + " ms");
        } catch (ExecutionException e) {
            return failed(String.valueOf(e.getCause()));
        } finally {
            calls.forget(call);
        }
    }

    private static Map<String, String> refusals(List<String> nodes, String why) {
        Map<String, String> refusals = new LinkedHashMap<>();
        String text = why.length() > SENTENCE ? why.substring(0, SENTENCE) : why;
        // One node says it; the same sentence on thousands would only be counted together again.
        nodes.stream().limit(1).forEach(node -> refusals.put(node, text));
        return refusals;
    }

    private static Answer filtered(List<String> nodes, Map<String, String> refusals) {
        ObjectNode answer = Json.object();
        ArrayNode names = answer.putArray("NodeNames");
        nodes.forEach(names::add);
        if (!refusals.isEmpty()) {
            ObjectNode failed = answer.putObject("FailedAndUnresolvableNodes");
            refusals.forEach(failed::put);
        }
        return Answer.json(answer);
    }

    private Answer bind(Request request) throws InterruptedException {
        JsonNode arguments = request.json();
        String uid = field(arguments, "PodUID").asText("");
        String node = field(arguments, "Node").asText("");
        ObjectNode metadata = Json.object()
                .put("uid", uid)
                .put("name", field(arguments, "PodName").asText(""))
                .put("namespace", field(arguments, "PodNamespace").asText(""));
        if (uid.isEmpty() || node.isEmpty()) {
            return failed("PodUID and Node are wanted");
        }
        if (standby.isStandby()) {
            return standby.pass(request, "bind", BIND);
        }
        lookFor.find(metadata, FOUND);
        long call = calls.next();
        CompletableFuture<String> waiting = calls.bind(call);
        request.onDisconnect(() -> {
            if (!waiting.isDone()) {
                planner.tell(new Event.BindLeft(call));
                calls.answerBind(call, "the scheduler no longer waits");
            }
        });
        planner.tell(new Event.BindAsked(call, uid, node));
        try {
            return failed(waiting.get(BIND.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            planner.tell(new Event.BindLeft(call));
            return failed("the gang was not complete within " + BIND.toSeconds() + " s");
        } catch (ExecutionException e) {
            return failed(String.valueOf(e.getCause()));
        } finally {
            calls.forget(call);
        }
    }

    /// An empty text is success.
    private static Answer failed(String error) {
        return Answer.json(Json.object().put("Error", error));
    }

    /// Go's decoder takes names in any capitalisation.
    private static JsonNode field(JsonNode object, String name) {
        JsonNode exact = object.path(name);
        if (!exact.isMissingNode()) {
            return exact;
        }
        for (var entry : object.properties()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return MissingNode.getInstance();
    }
}
