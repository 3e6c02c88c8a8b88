package io.kumiki.web.kfp;

import io.kumiki.model.Violation;
import java.util.Collection;
import java.util.List;

/// Whether images can run here. Asked once at run creation with every literal image of the pipeline.
@FunctionalInterface
public interface ImageCheck {
    ImageCheck ANYTHING = images -> List.of();

    /// One violation per image that cannot run, its path naming the image.
    List<Violation> check(Collection<String> images);
}
