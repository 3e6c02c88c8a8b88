package io.kumiki.localcluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.nio.file.Path;

/// The service `kubernetes` of namespace `default`, as every cluster has it: the API server by a name and an address
/// that pods reach.
///
/// The address comes from the cluster's folder: the serving certificate has to name it before the service is there,
/// and two clusters of one machine must not answer for each other.
record OwnService(String address) {
    private static final String NAMESPACE = "default";
    private static final String NAME = "kubernetes";
    private static final int PORT = 443;
    private static final WriteOptions BY = WriteOptions.by("kumiki");

    static OwnService of(Path folder) {
        int number = 1 + Math.floorMod(folder.toString().hashCode(), (1 << 16) - 2);
        return new OwnService("127.96." + (number >> 8) + "." + (number & 255));
    }

    /// Makes it, or makes it lead to where the server listens now.
    void ensure(Cluster cluster, String host, int port) {
        JsonNode there = cluster.get(ResourceType.SERVICES, NAMESPACE, NAME);
        if (there != null && !there.at("/spec/clusterIP").asText().equals(address)) {
            // The folder was moved, and an address cannot be changed.
            cluster.delete(ResourceType.SERVICES, NAMESPACE, NAME, Deletion.NOW);
            there = null;
        }
        if (there == null) {
            make(cluster);
        }
        ObjectNode slice = slice(host, port);
        if (cluster.get(ResourceType.ENDPOINT_SLICES, NAMESPACE, NAME) == null) {
            cluster.create(ResourceType.ENDPOINT_SLICES, NAMESPACE, slice, BY);
        } else {
            cluster.patch(ResourceType.ENDPOINT_SLICES, NAMESPACE, NAME, "", PatchType.MERGE, slice, BY);
        }
    }

    private void make(Cluster cluster) {
        ObjectNode service = Json.object();
        ObjectNode metadata = service.putObject("metadata").put("name", NAME);
        metadata.putObject("labels").put("component", "apiserver").put("provider", "kubernetes");
        ObjectNode spec = service.putObject("spec").put("clusterIP", address);
        spec.putArray("ports")
                .addObject()
                .put("name", "https")
                .put("port", PORT)
                .put("targetPort", PORT);
        try {
            cluster.create(ResourceType.SERVICES, NAMESPACE, service, BY);
        } catch (ApiFault taken) {
            if (taken.code() != 422) {
                throw taken;
            }
            // Another service has had the address for longer; by name the server is reached all the same.
            spec.remove("clusterIP");
            cluster.create(ResourceType.SERVICES, NAMESPACE, service, BY);
        }
    }

    private static ObjectNode slice(String host, int port) {
        ObjectNode slice = Json.object().put("addressType", "IPv4");
        ObjectNode metadata = slice.putObject("metadata").put("name", NAME);
        metadata.putObject("labels").put("kubernetes.io/service-name", NAME);
        slice.putArray("ports")
                .addObject()
                .put("name", "https")
                .put("port", port)
                .put("protocol", "TCP");
        ObjectNode endpoint = slice.putArray("endpoints").addObject();
        endpoint.putArray("addresses").add(host);
        endpoint.putObject("conditions").put("ready", true);
        return slice;
    }
}
