package io.kumiki.app;

import io.kumiki.agent.ArtifactAgent;
import io.kumiki.localcluster.node.BuiltInContainer;
import io.kumiki.localcluster.node.BuiltInImage;
import java.util.HashMap;
import java.util.Map;

/// The artifact agent as a container inside this process: the node agent's port on one side, the agent's on the
/// other.
final class AgentContainer implements BuiltInImage {
    private static final String ENDPOINT = "KUMIKI_S3_ENDPOINT";

    static final String IMAGE = "kumiki/artifact-agent";

    private final String s3;

    /// @param s3 where object storage answers now: a pod adopted after a restart may carry an older address
    AgentContainer(String s3) {
        this.s3 = s3;
    }

    @Override
    public int run(BuiltInContainer container) throws InterruptedException {
        String verb = container.args().isEmpty() ? "" : container.args().getFirst();
        Map<String, String> env = new HashMap<>(container.env());
        env.computeIfPresent(ENDPOINT, (name, older) -> s3);
        return ArtifactAgent.run(verb, env, container::hostPath, container.log(), container::awaitStop);
    }
}
