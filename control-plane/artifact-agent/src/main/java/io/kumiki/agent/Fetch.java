package io.kumiki.agent;

import io.kumiki.agent.s3.ObjectAccess;
import io.kumiki.agent.s3.S3Failure;
import io.kumiki.agent.s3.S3Uri;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// Brings the inputs and makes the folders that the step will write to.
final class Fetch {
    private final StepPlan plan;
    private final ObjectAccess s3;
    private final ContainerFiles files;
    private final PrintStream out;

    Fetch(StepPlan plan, ObjectAccess s3, PathView paths, PrintStream out) {
        this.plan = plan;
        this.s3 = s3;
        this.files = new ContainerFiles(paths);
        this.out = out;
    }

    int run() throws InterruptedException {
        try {
            makeFolders();
            var work = new ArrayList<Callable<Integer>>();
            for (var input : plan.inputs()) {
                work.add(() -> fetch(input));
            }
            if (!work.isEmpty()) {
                Parallel.all(work);
            }
            return ArtifactAgent.DONE;
        } catch (S3Failure e) {
            out.println("fetch: " + e.getMessage());
            return e.retryable() ? ArtifactAgent.UNREACHABLE : ArtifactAgent.WRONG;
        } catch (IOException | IllegalStateException e) {
            out.println("fetch: " + e.getMessage());
            return ArtifactAgent.WRONG;
        }
    }

    private void makeFolders() throws IOException {
        files.withParents(plan.executorOutput());
        for (var path : plan.parameters().values()) {
            files.withParents(path);
        }
        for (var output : plan.artifacts()) {
            files.withParents(output.path());
        }
    }

    /// An artifact may be one object, a folder of objects, or metadata alone (Metrics): the last brings nothing, as
    /// in KFP.
    private int fetch(StepPlan.Transfer input) throws InterruptedException, IOException {
        var from = S3Uri.of(input.uri());
        if (from.isEmpty()) {
            out.println("fetch: " + input.uri() + " names no object storage; the step reads it by itself");
            return 0;
        }
        var to = files.withParents(input.path());
        if (!from.get().key().isEmpty() && s3.get(from.get(), to)) {
            return 1;
        }
        int count = folder(from.get(), input.path());
        out.println("fetch: " + input.uri() + (count == 0 ? " holds no bytes" : ": " + count + " files"));
        return count;
    }

    private int folder(S3Uri from, String path) throws InterruptedException {
        String token = null;
        int count = 0;
        do {
            var page = s3.list(from, token);
            var work = new ArrayList<Callable<Integer>>();
            for (var key : page.keys()) {
                work.add(() -> file(new S3Uri(from.scheme(), from.bucket(), key), path, below(from, key)));
            }
            count += work.isEmpty() ? 0 : sum(Parallel.all(work));
            token = page.next();
        } while (token != null);
        return count;
    }

    private int file(S3Uri from, String folder, String name) throws InterruptedException, IOException {
        if (name.isEmpty() || name.endsWith("/")) {
            return 0; // the empty object that some tools write to mark a folder
        }
        if (List.of(name.split("/")).contains("..")) {
            throw new IOException("the object " + from + " would be written outside its folder");
        }
        return s3.get(from, files.withParents(folder + "/" + name)) ? 1 : 0;
    }

    private static String below(S3Uri folder, String key) {
        return folder.key().isEmpty() ? key : key.substring(folder.key().length() + 1);
    }

    private static int sum(List<Integer> counts) {
        return counts.stream().mapToInt(Integer::intValue).sum();
    }
}
