package io.kumiki.app;

import io.kumiki.agent.ArtifactAgent;
import io.kumiki.localcluster.node.BuiltInContainer;
import io.kumiki.localcluster.node.BuiltInImage;

/// The artifact agent as a container inside this process: the node agent's port on one side, the agent's on the
/// other.
final class AgentContainer implements BuiltInImage {
    static final String IMAGE = "kumiki/artifact-agent";

    @Override
    public int run(BuiltInContainer container) throws InterruptedException {
        String verb = container.args().isEmpty() ? "" : container.args().getFirst();
        return ArtifactAgent.run(verb, container.env(), container::hostPath, container.log(), container::awaitStop);
    }
}
