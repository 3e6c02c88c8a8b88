package io.kumiki.web.kfp;

import io.kumiki.web.kfp.upload.PackageLimits;
import java.time.Duration;

/// @param namespace the one namespace of this single-user surface; an empty or absent one means it
/// @param version what healthz calls tag_name
/// @param commit what healthz calls commit_sha
/// @param deletionWait how long DELETE of an unfinished run waits for its pods to be gone before it answers
public record KfpSettings(
        String namespace, String version, String commit, PackageLimits packages, Duration deletionWait) {
    public static KfpSettings of(String namespace, String version, String commit) {
        return new KfpSettings(namespace, version, commit, PackageLimits.STANDARD, Duration.ofSeconds(20));
    }
}
