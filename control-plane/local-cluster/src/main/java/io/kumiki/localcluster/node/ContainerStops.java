package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.process.RunningContainer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a pod's containers end: the preStop hook, SIGTERM, and SIGKILL when the grace is over. A hook counts into the
/// grace; one that takes all of it leaves two more seconds, as the kubelet gives them.
final class ContainerStops {
    private static final Duration AFTER_HOOK = Duration.ofSeconds(2);

    private final Map<String, Instant> killAt = new HashMap<>();
    private final Set<String> killed = new HashSet<>();
    /// preStop hooks that have not ended.
    private final Map<String, Thread> hooks = new HashMap<>();

    boolean stopping(String name) {
        return killAt.containsKey(name);
    }

    /// @param hook runs the preStop hook; null when there is none or no time for it
    void begin(String name, Instant end, @Nullable Runnable hook) {
        killAt.put(name, end);
        if (hook != null) {
            hooks.put(name, Thread.ofVirtual().name("preStop " + name).start(hook));
        }
    }

    /// The hook is done; true when SIGTERM is due now.
    boolean hooked(String name) {
        return hooks.remove(name) != null;
    }

    void ended(String name) {
        killAt.remove(name);
        killed.remove(name);
        Thread hook = hooks.remove(name);
        if (hook != null) {
            hook.interrupt();
        }
    }

    /// No container lives longer than this.
    void atMostUntil(Instant until) {
        killAt.replaceAll((container, at) -> at.isBefore(until) ? at : until);
    }

    @Nullable
    Instant next() {
        return killAt.entrySet().stream()
                .filter(entry -> !killed.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .min(Instant::compareTo)
                .orElse(null);
    }

    void overdue(Map<String, RunningContainer> running, Instant now) throws InterruptedException {
        for (Map.Entry<String, Instant> due : killAt.entrySet()) {
            RunningContainer started = running.get(due.getKey());
            if (started == null || now.isBefore(due.getValue())) {
                continue;
            }
            Thread hook = hooks.remove(due.getKey());
            if (hook != null) {
                hook.interrupt();
                started.terminate();
                due.setValue(now.plus(AFTER_HOOK));
            } else if (killed.add(due.getKey())) {
                started.kill();
            }
        }
    }
}
