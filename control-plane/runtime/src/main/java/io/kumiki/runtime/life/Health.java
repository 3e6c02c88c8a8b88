package io.kumiki.runtime.life;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What must hold for us to be alive, and what must hold to be sent work. A check answers `null` when well, else
/// one sentence.
public final class Health {
    @FunctionalInterface
    public interface Check extends Supplier<@Nullable String> {}

    private final Map<String, Check> live = new ConcurrentHashMap<>();
    private final Map<String, Check> ready = new ConcurrentHashMap<>();

    public void live(String name, Check check) {
        live.put(name, check);
    }

    public void ready(String name, Check check) {
        ready.put(name, check);
    }

    /// What is wrong, by check; empty when alive.
    public Map<String, String> liveProblems() {
        return problems(live);
    }

    /// What is missing, by check; empty when ready.
    public Map<String, String> readyProblems() {
        return problems(ready);
    }

    private static Map<String, String> problems(Map<String, Check> checks) {
        Map<String, String> wrong = new TreeMap<>();
        checks.forEach((name, check) -> {
            String problem;
            try {
                problem = check.get();
            } catch (RuntimeException e) {
                problem = "the check itself failed: " + e.getMessage();
            }
            if (problem != null) {
                wrong.put(name, problem);
            }
        });
        return wrong;
    }
}
