package io.kumiki.runs.pod;

import io.kumiki.agent.s3.SigV4;
import io.kumiki.model.run.RunRecord;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Names of the objects of a run. They follow from what the object is for, so that making it twice finds the first.
public final class StepNames {
    private static final int LONGEST_PART = 22;

    private StepNames() {}

    /// Readable first, unique by the digest of (run, path, attempt).
    public static String pod(RunRecord run, String path, String task, int attempt) {
        var digest = SigV4.sha256((run.id() + "\n" + path + "\n" + attempt).getBytes(StandardCharsets.UTF_8));
        return word(run.pipelineName()) + "-" + word(task) + "-" + digest.substring(0, 12);
    }

    public static String workspace(String runId) {
        return runId + "-kfp-workspace";
    }

    private static String word(String name) {
        var clean = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        var cut =
                clean.length() > LONGEST_PART ? clean.substring(0, LONGEST_PART).replaceAll("-+$", "") : clean;
        return cut.isEmpty() ? "step" : cut;
    }
}
