package io.kumiki.runs;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.kumiki.agent.StepPlan;
import io.kumiki.model.Json;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.ObjectUri;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A cluster on paper: pods start at once and end as the script says. It outlives the run loops that are tested on
/// it.
final class ScriptedPods implements AutoCloseable {
    /// What a step does.
    ///
    /// @param output its executor output, stored as the agent would
    record Ending(int exitCode, String reason, String output, String log) {
        static Ending with(String output) {
            return new Ending(0, "Completed", output, "done\n");
        }

        static Ending failing(int exitCode, String log) {
            return new Ending(exitCode, "Error", "", log);
        }
    }

    record Step(String path, String name, int attempt, Pod pod) {
        /// The executor input as the step's program gets it.
        com.fasterxml.jackson.databind.JsonNode input() {
            var args = pod.getSpec().getContainers().getFirst().getArgs();
            return Json.parse(args.get(args.indexOf("--executor_input") + 1));
        }
    }

    final Map<String, Pod> pods = new ConcurrentHashMap<>();
    final Set<String> claims = ConcurrentHashMap.newKeySet();
    final List<String> created = new CopyOnWriteArrayList<>();
    final List<String> deleted = new CopyOnWriteArrayList<>();
    final Set<String> simulatedNodes = ConcurrentHashMap.newKeySet();
    /// Null leaves the step running until it is deleted.
    volatile Function<Step, @Nullable Ending> script = step -> Ending.with("{}");

    /// What happens to a pod before it runs.
    volatile UnaryOperator<Pod> admit = pod -> pod;

    private final ObjectStorage objects;
    private final List<StepPods.Listener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, String> logs = new ConcurrentHashMap<>();
    private final ExecutorService events =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

    ScriptedPods(ObjectStorage objects) {
        this.objects = objects;
    }

    /// One run loop's way to this cluster. It can be cut, as by kill -9: calls then never return and nothing is
    /// told any more.
    final class Line implements StepPods {
        private final AtomicInteger writes = new AtomicInteger();
        private final int cutAt;
        private final boolean afterApplying;
        private volatile boolean cut;
        volatile RuntimeException refusal;

        Line(int cutAt, boolean afterApplying) {
            this.cutAt = cutAt;
            this.afterApplying = afterApplying;
        }

        void cut() {
            cut = true;
        }

        boolean isCut() {
            return cut;
        }

        int writes() {
            return writes.get();
        }

        private <T> T write(java.util.function.Supplier<T> call) {
            boolean last = writes.incrementAndGet() == cutAt;
            if (cut || last && !afterApplying) {
                dead();
            }
            if (refusal != null) {
                throw refusal;
            }
            T answer = call.get();
            if (last) {
                dead();
            }
            return answer;
        }

        private void dead() {
            cut = true;
            while (true) {
                java.util.concurrent.locks.LockSupport.park();
            }
        }

        @Override
        public boolean create(Pod pod) {
            return write(() -> ScriptedPods.this.create(pod));
        }

        @Override
        public boolean delete(String namespace, String name, @Nullable Duration grace) {
            return write(() -> ScriptedPods.this.delete(name));
        }

        @Override
        public boolean simulated(String node) {
            return simulatedNodes.contains(node);
        }

        @Override
        public AutoCloseable follow(String installation, Listener listener) {
            var mine = new Listener() {
                @Override
                public void seen(Pod pod) {
                    if (!cut) {
                        listener.seen(pod);
                    }
                }

                @Override
                public void gone(Pod last) {
                    if (!cut) {
                        listener.gone(last);
                    }
                }
            };
            try {
                events.submit(() -> {
                            pods.values().forEach(mine::seen);
                            listeners.add(mine);
                        })
                        .get();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return () -> listeners.remove(mine);
        }

        @Override
        public @Nullable InputStream log(String namespace, String pod, String container) {
            var text = logs.get(pod);
            return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String tail(String namespace, String pod, String container, int lines) {
            return logs.getOrDefault(pod, "");
        }

        @Override
        public boolean create(PersistentVolumeClaim claim) {
            return write(() -> claims.add(claim.getMetadata().getName()));
        }

        @Override
        public void deleteClaim(String namespace, String name) {
            write(() -> claims.remove(name));
        }
    }

    private boolean create(Pod pod) {
        var name = pod.getMetadata().getName();
        var fresh = admit.apply(pod)
                .edit()
                .editMetadata()
                .withUid(name + "-uid")
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
        if (pods.putIfAbsent(name, fresh) != null) {
            return false;
        }
        created.add(fresh.getMetadata().getAnnotations().get(StepLabels.TASK_PATH) + "#"
                + fresh.getMetadata().getAnnotations().get(StepLabels.ATTEMPT));
        Thread.ofVirtual().start(() -> run(name, fresh));
        return true;
    }

    private void run(String name, Pod pod) {
        var notes = pod.getMetadata().getAnnotations();
        logs.put(name, "started\n");
        change(name, status("Running", "running", "{\"startedAt\":\"2026-01-01T00:00:01Z\"}"));
        var ending = script.apply(
                new Step(notes.get(StepLabels.TASK_PATH), name, Integer.parseInt(notes.get(StepLabels.ATTEMPT)), pod));
        if (ending != null) {
            end(name, ending);
        }
    }

    void end(String name, Ending ending) {
        var pod = pods.get(name);
        if (pod == null) {
            return;
        }
        logs.put(name, ending.log());
        publish(pod, ending);
        change(
                name,
                status(
                        ending.exitCode() == 0 ? "Succeeded" : "Failed",
                        "terminated",
                        "{\"exitCode\":" + ending.exitCode() + ",\"reason\":\"" + ending.reason()
                                + "\",\"finishedAt\":\"2026-01-01T00:00:02Z\"}"));
    }

    private void publish(Pod pod, Ending ending) {
        var plan = StepPlan.parse(
                pod.getSpec().getInitContainers().getLast().getEnv().getFirst().getValue());
        var out = Json.object()
                .put("version", 1)
                .put("executorOutput", ending.output().isEmpty() ? null : ending.output());
        out.putObject("parameters");
        var artifacts = out.putObject("artifacts");
        for (var a : plan.artifacts()) {
            var at = ObjectUri.parse(a.uri());
            objects.createBucket(at.bucket());
            objects.put(at.bucket(), at.key(), "bytes".getBytes(StandardCharsets.UTF_8));
            artifacts
                    .putArray(a.name())
                    .addObject()
                    .put("uri", a.uri())
                    .put("files", 1)
                    .put("bytes", 5);
        }
        out.putArray("problems");
        out.put("endedAt", System.currentTimeMillis()).put("storedAt", System.currentTimeMillis());
        var at = ObjectUri.parse(plan.outcome());
        objects.createBucket(at.bucket());
        objects.put(at.bucket(), at.key(), Json.bytes(out));
    }

    private void change(String name, PodStatus status) {
        events.submit(() -> {
            var now = pods.computeIfPresent(
                    name, (n, pod) -> pod.edit().withStatus(status).build());
            if (now != null) {
                listeners.forEach(l -> l.seen(now));
            }
        });
    }

    private boolean delete(String name) {
        if (!pods.containsKey(name)) {
            return false;
        }
        deleted.add(name);
        events.submit(() -> {
            var last = pods.remove(name);
            if (last != null) {
                listeners.forEach(l -> l.gone(last));
            }
        });
        return true;
    }

    /// Somebody deletes a pod behind the run loop's back.
    void vanish(String name) {
        delete(name);
    }

    private static PodStatus status(String phase, String state, String detail) {
        return io.fabric8.kubernetes.client.utils.Serialization.unmarshal(
                "{\"phase\":\"" + phase + "\",\"containerStatuses\":[{\"name\":\"main\",\"state\":{\"" + state + "\":"
                        + detail + "}}]}",
                PodStatus.class);
    }

    @Override
    public void close() {
        events.shutdownNow();
    }
}
