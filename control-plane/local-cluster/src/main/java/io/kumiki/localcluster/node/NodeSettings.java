package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.process.Isolation;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/// What the node agent is told about its machine and its cluster.
///
/// @param name the node's name
/// @param folder where pods, logs and scripts live (DIR/node)
/// @param stepsRoot where Kumiki-made absolute mount paths lie in plain mode (DIR/steps)
/// @param isolation how containers are kept apart
/// @param kubernetes the API server's address as pods reach it
/// @param clusterCa its CA, PEM
/// @param pipelines the KFP endpoint, given to every step as KF_PIPELINES_ENDPOINT
/// @param hosts names that isolated pods resolve → address, beside localhost and the pod's own name
/// @param podDiskLimit bytes a pod's folder and logs may take
/// @param freeDiskFloor below this many free bytes the largest pod is evicted and new ones are refused
public record NodeSettings(
        String name,
        Path folder,
        Path stepsRoot,
        Isolation isolation,
        URI kubernetes,
        byte[] clusterCa,
        URI pipelines,
        Map<String, String> hosts,
        long podDiskLimit,
        long freeDiskFloor) {
    public static final long TEN_GIB = 10L << 30;
    public static final long ONE_GIB = 1L << 30;

    public NodeSettings {
        folder = folder.toAbsolutePath().normalize();
        stepsRoot = stepsRoot.toAbsolutePath().normalize();
        hosts = Map.copyOf(hosts);
    }
}
