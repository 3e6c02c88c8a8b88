package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.engine.TestEngine;
import io.kumiki.localcluster.node.engine.TestPodman;
import io.kumiki.localcluster.node.engine.TestRegistry;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

class PodmanPodsIT extends EnginePodsContract {
    @Override
    TestEngine begin(Path folder, @Nullable TestRegistry registry) throws Exception {
        return TestPodman.start(folder, registry);
    }

    @Override
    boolean tellsOutOfMemory() {
        return false;
    }
}
