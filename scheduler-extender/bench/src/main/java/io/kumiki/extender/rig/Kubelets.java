package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// All kubelets in one: bound pods run, terminating ones end. Nothing is really run.
final class Kubelets implements AutoCloseable {
    private static final int WRITERS = 8;
    private static final int TRIES = 20;

    private final Calls calls;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore writers = new Semaphore(WRITERS);
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile boolean running;
    private volatile boolean ending = true;

    Kubelets(Calls calls) {
        this.calls = calls;
    }

    /// Whether pods are said to run; off where that would only cost what is measured.
    void run(boolean on) {
        running = on;
    }

    /// Whether terminating pods end; off for containers that take their time.
    void end(boolean on) {
        ending = on;
    }

    void see(PodBook.Pod pod) {
        if (pod.node().isEmpty()) {
            return;
        }
        if (pod.terminating() && !ending) {
            return;
        }
        if (pod.terminating()) {
            once(pod.uid() + " ends", () -> calls.delete(pod.path() + "?gracePeriodSeconds=0"));
        } else if (running && pod.phase().equals("Pending")) {
            once(pod.uid() + " runs", () -> calls.strategic(pod.path() + "/status", runs()));
        }
    }

    private static ObjectNode runs() {
        ObjectNode patch = Json.object();
        ObjectNode status = patch.putObject("status").put("phase", "Running");
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        return patch;
    }

    private interface Write {
        Calls.Answer send() throws IOException;
    }

    private void once(String what, Write write) {
        if (!told.add(what)) {
            return;
        }
        threads.execute(() -> {
            try {
                writers.acquire();
                try {
                    for (int tries = 0; tries < TRIES && !sent(write); tries++) {
                        Thread.sleep(100);
                    }
                } finally {
                    writers.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static boolean sent(Write write) {
        try {
            Calls.Answer answer = write.send();
            return answer.done() || answer.status() == 404;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
