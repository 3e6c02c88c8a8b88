package io.kumiki.agent;

import io.kumiki.agent.json.JsonText;
import io.kumiki.agent.s3.ObjectAccess;
import io.kumiki.agent.s3.S3Failure;
import io.kumiki.agent.s3.S3Uri;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// Reports what a step left behind: uploads the outputs, then writes outcome.json with the raw facts.
/// It judges nothing: which of it becomes an output is the engine's decision, made with the exit code that the
/// agent cannot see.
final class Publish {
    /// Larger values belong into artifacts.
    static final long LARGEST_TEXT = 8L << 20;

    private final StepPlan plan;
    private final ObjectAccess s3;
    private final ContainerFiles files;
    private final PrintStream out;
    private final List<String> problems = new ArrayList<>();

    Publish(StepPlan plan, ObjectAccess s3, PathView paths, PrintStream out) {
        this.plan = plan;
        this.s3 = s3;
        this.files = new ContainerFiles(paths);
        this.out = out;
    }

    int run() throws InterruptedException {
        long ended = System.currentTimeMillis();
        var target = S3Uri.of(plan.outcome())
                .orElseThrow(() -> new IllegalArgumentException(plan.outcome() + " names no object storage"));
        var outcome = new LinkedHashMap<String, @Nullable Object>();
        outcome.put("version", 1);
        outcome.put("run", plan.run());
        outcome.put("task", plan.task());
        outcome.put("attempt", plan.attempt());
        var executorOutput = text("the executor's output file", plan.executorOutput());
        outcome.put("executorOutput", executorOutput);
        outcome.put("parameters", parameters());
        outcome.put("artifacts", artifacts(executorOutput));
        outcome.put("problems", problems);
        // Kubernetes' own times have whole seconds.
        outcome.put("endedAt", ended);
        outcome.put("storedAt", System.currentTimeMillis());
        try {
            s3.put(target, JsonText.write(outcome).getBytes(StandardCharsets.UTF_8), "application/json");
        } catch (S3Failure e) {
            out.println("publish: " + e.getMessage());
            return e.retryable() ? ArtifactAgent.UNREACHABLE : ArtifactAgent.WRONG;
        }
        problems.forEach(p -> out.println("publish: " + p));
        return ArtifactAgent.DONE;
    }

    private Map<String, String> parameters() {
        var found = new LinkedHashMap<String, String>();
        for (var p : new java.util.TreeMap<>(plan.parameters()).entrySet()) {
            var text = text("output parameter '" + p.getKey() + "'", p.getValue());
            if (text != null) {
                found.put(p.getKey(), text);
            }
        }
        return found;
    }

    private @Nullable String text(String what, String containerPath) {
        try {
            var file = files.find(containerPath);
            if (file.isEmpty()) {
                return null;
            }
            if (!Files.isRegularFile(file.get())) {
                problems.add(what + " is no file: write its value as a text file to " + containerPath);
                return null;
            }
            long size = Files.size(file.get());
            if (size > LARGEST_TEXT) {
                problems.add(what + " has " + size + " bytes; the limit is " + LARGEST_TEXT
                        + ": write it as an artifact instead");
                return null;
            }
            return decode(Files.readAllBytes(file.get()));
        } catch (CharacterCodingException e) {
            problems.add(what + " is not UTF-8 text: write binary content as an artifact instead");
        } catch (IOException e) {
            problems.add(what + " could not be read: " + e.getMessage());
        }
        return null;
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private Map<String, Object> artifacts(@Nullable String executorOutput) throws InterruptedException {
        var reported = reported(executorOutput);
        var all = new LinkedHashMap<String, Object>();
        for (var declared : plan.artifacts()) {
            var places = new ArrayList<Object>();
            var list = reported.getOrDefault(declared.name(), List.of());
            for (var source : list.isEmpty() ? List.of(Source.of(declared)) : sources(declared, list)) {
                places.add(upload(declared.name(), source));
            }
            all.put(declared.name(), places);
        }
        return all;
    }

    private Map<String, List<Map<String, @Nullable Object>>> reported(@Nullable String executorOutput) {
        var found = new LinkedHashMap<String, List<Map<String, @Nullable Object>>>();
        if (executorOutput == null) {
            return found;
        }
        try {
            var artifacts = JsonText.object(JsonText.parseObject(executorOutput), "artifacts");
            for (var name : artifacts.keySet()) {
                found.put(name, JsonText.objects(JsonText.object(artifacts, name), "artifacts"));
            }
        } catch (JsonText.Malformed e) {
            problems.add("the executor's output file is unusable: " + e.getMessage());
        }
        return found;
    }

    private List<Source> sources(StepPlan.Output declared, List<Map<String, @Nullable Object>> reported) {
        var sources = new ArrayList<Source>();
        for (var r : reported) {
            sources.add(Source.of(declared, r, plan.mounts(), reported.size() == 1));
        }
        return sources;
    }

    private Map<String, Object> upload(String name, Source source) throws InterruptedException {
        long bytes = 0;
        int count = 0;
        var to = S3Uri.of(source.uri());
        if (to.isPresent() && source.path() != null) {
            try {
                var found = files.files(source.path());
                for (long n : uploadAll(found, to.get())) {
                    bytes += n;
                    count++;
                }
            } catch (S3Failure | IOException | IllegalStateException e) {
                problems.add("output artifact '" + name + "' could not be stored: " + e.getMessage());
            }
        }
        var place = new LinkedHashMap<String, Object>();
        place.put("uri", source.uri());
        place.put("files", count);
        place.put("bytes", bytes);
        return place;
    }

    private List<Long> uploadAll(Map<String, Path> found, S3Uri to) throws InterruptedException {
        var work = new ArrayList<Callable<Long>>();
        found.forEach((name, file) -> work.add(() -> {
            s3.put(name.isEmpty() ? to : to.child(name), file);
            return Files.size(file);
        }));
        return work.isEmpty() ? List.of() : Parallel.all(work);
    }
}
