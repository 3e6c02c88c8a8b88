package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// How a pod on a simulated node behaves.
///
/// @param startDelay from its binding until its containers run
/// @param run how long they run; null for the usual
/// @param failureRate which share of runs fails, 0 to 1, drawn from the seed, the pod's uid and its restarts
record PodBehaviour(Duration startDelay, @Nullable Duration run, double failureRate, long seed) {
    static final PodBehaviour PLAIN = new PodBehaviour(Duration.ZERO, null, 0, 0);

    /// What the annotations say, else what holds otherwise.
    static PodBehaviour read(JsonNode annotations, PodBehaviour otherwise, List<Violation> violations) {
        Duration delay = NodeBehaviour.duration(annotations, SimulatedPod.START_DELAY, violations);
        Duration run = NodeBehaviour.duration(annotations, SimulatedPod.DURATION, violations);
        String rate = annotations.path(SimulatedPod.FAILURE_RATE).asText("");
        double failures = otherwise.failureRate;
        if (!rate.isEmpty()) {
            boolean share = rate.matches("0(\\.[0-9]{1,9})?|1(\\.0{1,9})?|\\.[0-9]{1,9}");
            failures = share ? Double.parseDouble(rate) : 0;
            if (!share) {
                violations.add(NodeBehaviour.wrong(SimulatedPod.FAILURE_RATE, rate, "a share from 0 to 1"));
            }
        }
        String seed = annotations.path(SimulatedPod.SEED).asText("");
        long drawn = otherwise.seed;
        if (!seed.isEmpty()) {
            boolean number = seed.matches("-?[0-9]{1,18}");
            drawn = number ? Long.parseLong(seed) : 0;
            if (!number) {
                violations.add(NodeBehaviour.wrong(SimulatedPod.SEED, seed, "a whole number"));
            }
        }
        return new PodBehaviour(
                delay == null ? otherwise.startDelay : delay, run == null ? otherwise.run : run, failures, drawn);
    }

    /// One run of one pod: whether it fails, and after which share of its time.
    record Draw(boolean fails, double share) {}

    Draw draw(String uid, int restarts) {
        SplittableRandom random = new SplittableRandom(seed * 31 + uid.hashCode() * 1_000_003L + restarts);
        // The first number of neighbouring seeds is not far enough apart.
        random.nextLong();
        boolean fails = random.nextDouble() < failureRate;
        return new Draw(fails, fails ? random.nextDouble() : 1);
    }
}
