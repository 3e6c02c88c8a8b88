package io.kumiki.kube.rest;

import io.kumiki.kube.kinds.Kind;
import java.util.Map;

/// One sentence about each built-in kind, for `kubectl explain`. The model classes carry none.
final class Descriptions {
    private static final Map<String, String> BY_KIND = Map.ofEntries(
            Map.entry("Pod", "Pod is a group of containers that run together on one node."),
            Map.entry("Node", "Node is a machine that pods run on."),
            Map.entry("Namespace", "Namespace is a scope for names; deleting it deletes everything in it."),
            Map.entry("Service", "Service is a name and an address for the pods that its selector picks."),
            Map.entry("ConfigMap", "ConfigMap holds configuration data for pods to consume."),
            Map.entry("Secret", "Secret holds data that is not to be shown, encoded in base64."),
            Map.entry(
                    "ServiceAccount",
                    "ServiceAccount is the identity that processes in pods have towards the API server."),
            Map.entry("Event", "Event is a report of something that happened to an object."),
            Map.entry("PersistentVolumeClaim", "PersistentVolumeClaim is a request for storage that outlives pods."),
            Map.entry("PersistentVolume", "PersistentVolume is a piece of storage that a claim can be bound to."),
            Map.entry("Lease", "Lease says who holds something and until when."),
            Map.entry("StorageClass", "StorageClass describes how volumes are made for claims that name it."),
            Map.entry("CustomResourceDefinition", "CustomResourceDefinition adds a kind of object to the API."));

    private Descriptions() {}

    static String of(Kind kind) {
        return kind.builtIn() ? BY_KIND.getOrDefault(kind.kind(), "") : "";
    }
}
