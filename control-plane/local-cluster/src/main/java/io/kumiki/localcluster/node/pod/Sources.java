package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// Where a pod's environment and volumes get other objects from.
public interface Sources {
    @Nullable
    JsonNode configMap(String namespace, String name);

    @Nullable
    JsonNode secret(String namespace, String name);

    @Nullable
    JsonNode claim(String namespace, String name);

    @Nullable
    JsonNode persistentVolume(String name);

    /// A bearer token of a service account; an empty audience is the API server's own.
    String token(
            String namespace,
            String serviceAccount,
            String audience,
            long expirationSeconds,
            String podName,
            String podUid);
}
