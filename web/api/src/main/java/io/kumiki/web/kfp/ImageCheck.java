package io.kumiki.web.kfp;

import io.kumiki.model.Violation;
import java.util.Collection;
import java.util.List;

/// Whether a pipeline's steps can run here. Asked once at run creation with every literal image and mount path.
@FunctionalInterface
public interface ImageCheck {
    ImageCheck ANYTHING = images -> List.of();

    /// One violation per image that cannot run, its path naming the image.
    List<Violation> check(Collection<String> images);

    /// One violation per mount path that no step here could be given (plain mode permits no private mounts).
    default List<Violation> checkMounts(Collection<String> mountPaths) {
        return List.of();
    }
}
