package io.kumiki.runs;

import io.kumiki.pipelines.engine.PathLayout;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How the run loop makes pods and how long it keeps what they leave.
///
/// @param agentImage the image of the containers `fetch` and `publish`
/// @param s3Endpoint object storage as pods reach it
/// @param s3Secret the Secret with the keys `accesskey` and `secretkey`, in the run's namespace
/// @param stepsRoot where steps without private mounts keep their files; null when a pod may mount /minio, /s3,
///     /gcs, /oci and /tmp
/// @param podTtl how long a finished pod stays readable by kubectl
/// @param podsKept how many finished pods are kept at most
/// @param logLimit how many bytes of a step's log are archived: the first and the last half of it when there are
///     more
/// @param cacheTtl how old a cached result may be; null for any age
/// @param grace what a stopped step gets before SIGKILL, and what publishing gets at least
public record RunSettings(
        String agentImage,
        URI s3Endpoint,
        String s3Region,
        String s3Secret,
        @Nullable Path stepsRoot,
        Duration podTtl,
        int podsKept,
        long logLimit,
        @Nullable Duration cacheTtl,
        Duration grace) {

    public static RunSettings at(URI s3Endpoint) {
        return new RunSettings(
                "kumiki/artifact-agent:0.1.0",
                s3Endpoint,
                "us-east-1",
                "mlpipeline-minio-artifact",
                null,
                Duration.ofMinutes(30),
                500,
                64L << 20,
                null,
                Duration.ofSeconds(120));
    }

    public PathLayout layout() {
        return stepsRoot == null ? PathLayout.real() : PathLayout.plain(stepsRoot.toString());
    }

    public RunSettings withStepsRoot(@Nullable Path root) {
        return new RunSettings(
                agentImage, s3Endpoint, s3Region, s3Secret, root, podTtl, podsKept, logLimit, cacheTtl, grace);
    }

    public RunSettings withPodTtl(Duration ttl) {
        return new RunSettings(
                agentImage, s3Endpoint, s3Region, s3Secret, stepsRoot, ttl, podsKept, logLimit, cacheTtl, grace);
    }
}
