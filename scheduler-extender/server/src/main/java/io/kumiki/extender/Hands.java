package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.Marks;
import io.kumiki.extender.admission.Pin;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Said;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries decisions out: writes to the API server on few connections at once, answers to the scheduler's calls.
final class Hands implements Consumer<Decision>, AutoCloseable {
    /// Too large, or against the rules of its kind.
    private static final Set<Integer> INVALID = Set.of(400, 413, 422);
    private static final Logger LOG = LoggerFactory.getLogger(Hands.class);
    /// More writers at once only queue inside the API server.
    private static final int WRITERS = 16;
    private static final int TOO_MANY = 429;

    private static final Set<String> OURS = Set.of(Marks.GANG, Marks.QUEUE);

    private final KubeApi api;
    private final Consumer<Event> planner;
    private final Calls calls;
    private final Leadership leadership;
    private final DerivedGangs gangs;
    private final Consumer<JsonNode> changed;
    private final Consumer<Decision.Publish> sums;
    private final CapacityRequests capacity;
    private final KubeEvents events;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore writers = new Semaphore(WRITERS);

    /// @param leadership whether our lease is surely ours at this moment
    /// @param gangs knows gated pods as they are
    /// @param changed told of pods as our own writes left them
    /// @param sums is told what is used of quota; must return at once
    Hands(
            KubeApi api,
            Consumer<Event> planner,
            Calls calls,
            Leadership leadership,
            DerivedGangs gangs,
            Consumer<JsonNode> changed,
            Consumer<Decision.Publish> sums,
            KubeEvents events) {
        this.events = events;
        this.sums = sums;
        this.api = api;
        this.capacity = new CapacityRequests(api);
        this.planner = planner;
        this.calls = calls;
        this.leadership = leadership;
        this.gangs = gangs;
        this.changed = changed;
    }

    @Override
    public void accept(Decision decision) {
        switch (decision) {
            case Decision.AnswerBind(long call, String error) -> calls.answerBind(call, error);
            case Decision.Outdone(long by) -> leadership.outdone(by);
            case Decision.Publish publish -> sums.accept(publish);
            case Decision.AnswerFilter answer -> calls.answerFilter(answer);
            case Decision.AnswerEntry(long call, Decision.Entry entry) ->
                calls.answerEntry(call, leadership.current() ? entry : Decision.Entry.NOBODY_PLANS);
            case Decision.AnswerSeat(long call, Decision.Seat seat) ->
                calls.answerSeat(call, leadership.current() ? seat : null);
            case Decision.AnswerMember(long call, String refusal) -> calls.answerMember(call, refusal);
            case Decision.WriteStatus write -> soon(() -> write(write));
            case Decision.Bind bind -> soon(() -> bind(bind));
            case Decision.Ungate ungate -> whileLeading(() -> ungate(ungate));
            case Decision.EvictPod(PodFact pod, String why) -> whileLeading(() -> evict(pod, why));
            case Decision.Nominate(PodFact pod, String node) -> whileLeading(() -> nominate(pod, node));
            case Decision.AskCapacity ask -> whileLeading(() -> capacity.ask(ask));
            case Decision.LeaveCapacity leave -> whileLeading(() -> capacity.leave(leave));
            case Decision.DeletePod(PodFact pod, String why) -> whileLeading(() -> delete(pod, why));
            case Decision.Touch touch -> whileLeading(() -> touch(touch));
        }
    }

    /// What a leader that was paused decided before is not done when it wakes up.
    private void whileLeading(Runnable write) {
        soon(() -> {
            if (leadership.current()) {
                write.run();
            }
        });
    }

    private void soon(Runnable write) {
        threads.execute(() -> {
            try {
                writers.acquire();
            } catch (InterruptedException e) {
                return;
            }
            try {
                write.run();
            } finally {
                writers.release();
            }
        });
    }

    private void write(Decision.WriteStatus write) {
        if (!leadership.current()) {
            planner.accept(new Event.Written(write.namespace(), write.name(), write.number(), ""));
            return;
        }
        ObjectNode gang = Json.object().put("apiVersion", "kumiki.io/v1alpha1").put("kind", "Gang");
        gang.putObject("metadata").put("resourceVersion", write.version());
        gang.set("status", whole(write.status()));
        KubeApi.Result result = api.merge(
                "/apis/kumiki.io/v1alpha1/namespaces/" + write.namespace() + "/gangs/" + write.name() + "/status",
                gang);
        boolean invalid = INVALID.contains(result.code());
        if (invalid) {
            LOG.warn(
                    "gang {}/{} is not placed as long as its status is refused: {}",
                    write.namespace(),
                    write.name(),
                    result.message());
        } else if (!result.done()) {
            LOG.info("status of gang {}/{}: {}", write.namespace(), write.name(), result.message());
        }
        planner.accept(new Event.Written(
                write.namespace(),
                write.name(),
                write.number(),
                result.done()
                        ? result.body().path("metadata").path("resourceVersion").asText()
                        : "",
                invalid));
        if (write.status().phase() == Gang.Phase.Releasing && (result.done() || result.code() == 404)) {
            ended(write, result.body().path("metadata").path("uid").asText(""));
        }
    }

    /// A merge patch that names every field it may have had replaces the status and checks the version.
    static ObjectNode whole(Gang.Status status) {
        ObjectNode whole = Json.mapper().valueToTree(status);
        for (RecordComponent field : Gang.Status.class.getRecordComponents()) {
            if (!whole.has(field.getName())) {
                whole.putNull(field.getName());
            }
        }
        return whole;
    }

    /// Its pods go, and a derived Gang with the last of them: an event stays.
    private void ended(Decision.WriteStatus write, String uid) {
        Gang.Status status = write.status();
        events.warn(
                "Gang",
                write.namespace(),
                write.name(),
                uid,
                String.valueOf(status.reason()),
                "attempt " + status.attempt() + " ends: " + status.message(),
                status.attempt() + " " + status.since());
    }

    private void bind(Decision.Bind bind) {
        PodFact pod = bind.pod();
        if (!leadership.current()) {
            planner.accept(new Event.Bound(bind.call(), pod.uid(), "our lease may have passed to another leader"));
            return;
        }
        ObjectNode binding = Json.object().put("apiVersion", "v1").put("kind", "Binding");
        ObjectNode metadata = binding.putObject("metadata");
        metadata.put("name", pod.name()).put("namespace", pod.namespace());
        metadata.put("uid", pod.uid()).put("resourceVersion", pod.version());
        ObjectNode annotations = metadata.putObject("annotations");
        bind.annotations().forEach(annotations::put);
        binding.putObject("target").put("apiVersion", "v1").put("kind", "Node").put("name", bind.node());
        KubeApi.Result result = api.post(path(pod) + "/binding", binding);
        planner.accept(new Event.Bound(bind.call(), pod.uid(), result.done() ? "" : result.message()));
    }

    private void ungate(Decision.Ungate ungate) {
        PodFact pod = ungate.pod();
        String pin = ungate.pin();
        PodFact.Member member = pod.member();
        JsonNode found = member == null ? null : gangs.gated(pod.namespace(), member.gang(), pod.name());
        if (found == null || !version(found).equals(pod.version())) {
            found = api.get(path(pod)).body();
        }
        JsonNode metadata = found.path("metadata");
        if (!metadata.path("uid").asText().equals(pod.uid()) || !version(found).equals(pod.version())) {
            return;
        }
        ObjectNode patch = precondition(pod, ungate.annotations());
        // It waits no more.
        ObjectNode noted = (ObjectNode) patch.at("/metadata/annotations");
        Said.NOTES.stream().filter(metadata.path("annotations")::has).forEach(noted::putNull);
        ObjectNode spec = patch.putObject("spec");
        ArrayNode gates = spec.putArray("schedulingGates");
        for (JsonNode gate : found.path("spec").path("schedulingGates")) {
            if (!OURS.contains(gate.path("name").asText())) {
                gates.add(gate);
            }
        }
        if (gates.isEmpty()) {
            spec.putNull("schedulingGates");
        }
        if (pin != null) {
            spec.set("affinity", Pin.to(pin, found.path("spec").path("affinity")));
        }
        KubeApi.Result result = api.merge(path(pod), patch);
        if (result.done()) {
            // The scheduler may ask for its binding before the watch brings it here.
            changed.accept(result.body());
        }
        told(result, "ungating", pod);
    }

    private static String version(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asText();
    }

    private void delete(PodFact pod, String why) {
        ObjectNode options = Json.object().put("apiVersion", "v1").put("kind", "DeleteOptions");
        options.putObject("preconditions").put("uid", pod.uid());
        LOG.info("pod {}/{} is removed: {}", pod.namespace(), pod.name(), why);
        told(api.delete(path(pod), options), "removing", pod);
    }

    private void nominate(PodFact pod, String node) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.uid());
        patch.putObject("status").put("nominatedNodeName", node.isEmpty() ? null : node);
        told(api.merge(path(pod) + "/status", patch), "nominating a node for", pod);
    }

    private void evict(PodFact pod, String why) {
        ObjectNode eviction = Json.object().put("apiVersion", "policy/v1").put("kind", "Eviction");
        eviction.putObject("metadata").put("name", pod.name()).put("namespace", pod.namespace());
        eviction.putObject("deleteOptions").putObject("preconditions").put("uid", pod.uid());
        LOG.info("pod {}/{} is evicted: {}", pod.namespace(), pod.name(), why);
        KubeApi.Result result = api.post(path(pod) + "/eviction", eviction);
        String says = result.body().path("message").asText("");
        // A pod of two budgets is refused as an error of the server, and as surely.
        if (result.code() == TOO_MANY || (result.code() == 500 && says.contains("PodDisruptionBudget"))) {
            planner.accept(new Event.EvictionRefused(pod.uid(), says));
        } else {
            told(result, "evicting", pod);
        }
    }

    private void touch(Decision.Touch touch) {
        ObjectNode patch = precondition(touch.pod(), touch.annotations());
        ((ObjectNode) patch.get("metadata")).remove("resourceVersion");
        told(api.merge(path(touch.pod()), patch), "touching", touch.pod());
    }

    private static ObjectNode precondition(PodFact pod, Map<String, String> annotations) {
        ObjectNode patch = Json.object();
        ObjectNode metadata = patch.putObject("metadata");
        metadata.put("uid", pod.uid()).put("resourceVersion", pod.version());
        ObjectNode noted = metadata.putObject("annotations");
        annotations.forEach(noted::put);
        return patch;
    }

    /// What failed is wished again by the planner; gone and changed objects are no surprise.
    private static void told(KubeApi.Result result, String what, PodFact pod) {
        if (!result.done() && result.code() != 404 && result.code() != 409) {
            LOG.warn("{} pod {}/{}: {}", what, pod.namespace(), pod.name(), result.message());
        }
    }

    private static String path(PodFact pod) {
        return "/api/v1/namespaces/" + pod.namespace() + "/pods/" + pod.name();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
