package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.engine.TestDocker;
import io.kumiki.localcluster.node.engine.TestEngine;
import io.kumiki.localcluster.node.engine.TestRegistry;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

class DockerPodsIT extends EnginePodsContract {
    @Override
    TestEngine begin(Path folder, @Nullable TestRegistry registry) throws Exception {
        return TestDocker.start(folder, registry);
    }

    @Override
    boolean tellsOutOfMemory() {
        return true;
    }
}
