package io.kumiki.app;

import io.kumiki.agent.ArtifactAgent;
import io.kumiki.agent.s3.ObjectAccess;
import io.kumiki.agent.s3.S3Client;
import io.kumiki.localcluster.node.BuiltInContainer;
import io.kumiki.localcluster.node.BuiltInImage;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.s3.S3Credentials;
import java.util.HashMap;
import java.util.Map;

/// The artifact agent as a container inside this process: the node agent's port on one side, the agent's on the
/// other.
final class AgentContainer implements BuiltInImage {
    private static final String ENDPOINT = "KUMIKI_S3_ENDPOINT";

    static final String IMAGE = "kumiki/artifact-agent";

    private final String s3;
    private final S3Credentials keys;
    private final ObjectStorage objects;

    /// @param s3 where object storage answers now: a pod adopted after a restart may carry an older address
    /// @param keys who has them reaches `objects` without HTTP, and who has others is told what HTTP tells
    AgentContainer(String s3, S3Credentials keys, ObjectStorage objects) {
        this.s3 = s3;
        this.keys = keys;
        this.objects = objects;
    }

    @Override
    public int run(BuiltInContainer container) throws InterruptedException {
        String verb = container.args().isEmpty() ? "" : container.args().getFirst();
        Map<String, String> env = new HashMap<>(container.env());
        env.computeIfPresent(ENDPOINT, (name, older) -> s3);
        return ArtifactAgent.run(verb, env, this::storage, container::hostPath, container.log(), container::awaitStop);
    }

    private ObjectAccess storage(Map<String, String> env) {
        boolean ours = env.containsKey(ENDPOINT)
                && keys.accessKey().equals(env.get("AWS_ACCESS_KEY_ID"))
                && keys.secretKey().equals(env.get("AWS_SECRET_ACCESS_KEY"));
        return ours ? new EmbeddedObjects(objects) : S3Client.fromEnvironment(env);
    }
}
