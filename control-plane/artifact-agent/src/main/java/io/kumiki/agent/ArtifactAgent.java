package io.kumiki.agent;

import io.kumiki.agent.s3.ObjectAccess;
import io.kumiki.agent.s3.S3Client;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// Moves a step's artifacts. `fetch` (init container) brings inputs and makes the folders outputs go to; `publish`
/// (native sidecar)
/// waits for the main container's end, uploads outputs and writes outcome.json last.
public final class ArtifactAgent {
    public static final String FETCH = "fetch";
    public static final String PUBLISH = "publish";

    /// Exit codes that the run loop reads from the pod's status.
    public static final int DONE = 0;

    /// The plan or the surroundings are wrong: trying again cannot help.
    public static final int WRONG = 2;

    /// Object storage did not answer: another attempt may succeed.
    public static final int UNREACHABLE = 3;

    private ArtifactAgent() {}

    /// Runs one verb to its end and returns the exit code; safe to run again after a crash.
    public static int run(String verb, Map<String, String> env, PathView paths, PrintStream out, StopSignal stop)
            throws InterruptedException {
        return run(verb, env, S3Client::fromEnvironment, paths, out, stop);
    }

    /// @param storage what the environment gives access to
    public static int run(
            String verb,
            Map<String, String> env,
            Function<Map<String, String>, ObjectAccess> storage,
            PathView paths,
            PrintStream out,
            StopSignal stop)
            throws InterruptedException {
        try {
            var plan = StepPlan.parse(required(env, StepPlan.VARIABLE));
            var s3 = storage.apply(env);
            return switch (verb) {
                case FETCH -> new Fetch(plan, s3, paths, out).run();
                case PUBLISH -> {
                    stop.await();
                    yield new Publish(plan, s3, paths, out).run();
                }
                default -> {
                    out.println("artifact agent: unknown verb '" + verb + "'; known: fetch, publish");
                    yield WRONG;
                }
            };
        } catch (IllegalArgumentException | io.kumiki.agent.json.JsonText.Malformed e) {
            out.println("artifact agent: " + e.getMessage());
            return WRONG;
        } finally {
            out.flush();
        }
    }

    private static String required(Map<String, String> env, String name) {
        var value = env.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the environment variable " + name + " is missing");
        }
        return value;
    }

    /// In a pod of its own: SIGTERM means that the main container has ended, and the process must live until
    /// everything is uploaded.
    public static void main(String[] args) throws InterruptedException {
        var stop = new CountDownLatch(1);
        var finished = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                finished.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        int code = WRONG;
        try {
            code = run(args.length == 0 ? "" : args[0], System.getenv(), PathView.same(), System.out, stop::await);
        } finally {
            finished.countDown();
        }
        // halt, because exit() would wait for the hook that waits for us
        Runtime.getRuntime().halt(code);
    }
}
