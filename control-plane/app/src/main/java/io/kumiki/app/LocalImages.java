package io.kumiki.app;

import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.ImageVerdict;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Violation;
import io.kumiki.web.kfp.ImageCheck;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/// Whether a pipeline's images and mounts can be had on this machine, asked when its run is created.
record LocalImages(ImageTable table, Isolation isolation, Path stepsRoot) implements ImageCheck {
    @Override
    public List<Violation> check(Collection<String> images) {
        return images.stream()
                .map(table::check)
                .filter(ImageVerdict.Refused.class::isInstance)
                .map(ImageVerdict.Refused.class::cast)
                .map(refused -> new Violation(refused.image(), "ImageCannotRun", refused.reason()))
                .toList();
    }

    @Override
    public List<Violation> checkMounts(Collection<String> mountPaths) {
        if (isolation.isolated()) {
            return List.of();
        }
        return mountPaths.stream()
                .filter(path -> !Path.of(path).normalize().startsWith(stepsRoot))
                .map(
                        path -> new Violation(
                                path,
                                "MountCannotBeProvided",
                                "a volume cannot be mounted at " + path
                                        + " in plain mode: a process has no private view of the file system. Use a Linux that permits mount namespaces, or a cluster."))
                .toList();
    }

    /// What stands in for images that run here and are not quite what they say.
    List<String> notes(Collection<String> images) {
        return images.stream()
                .map(table::check)
                .filter(ImageVerdict.Runs.class::isInstance)
                .map(verdict -> ((ImageVerdict.Runs) verdict).note())
                .filter(note -> !note.isEmpty())
                .toList();
    }
}
