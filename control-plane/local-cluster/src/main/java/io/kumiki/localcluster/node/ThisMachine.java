package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import io.kumiki.model.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// This machine as a Kubernetes Node: what it has, and how it is.
record ThisMachine(String name, int cpus, long memory, long disk, long gpus, String os, String arch) {
    /// Steps are small next to the machine's real limits: nothing enforces their requests, so their number is
    /// bounded as on a real node.
    private static final int PODS = 110;

    static ThisMachine measure(NodeSettings settings) throws IOException {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Files.createDirectories(settings.folder());
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        return new ThisMachine(
                settings.name(),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                Files.getFileStore(settings.folder()).getTotalSpace(),
                countGpus(),
                os,
                arch);
    }

    /// NVIDIA devices by their device files, so that looking costs nothing.
    private static long countGpus() throws IOException {
        if (!Files.isDirectory(Path.of("/dev"))) {
            return 0;
        }
        try (var devices = Files.newDirectoryStream(Path.of("/dev"), "nvidia[0-9]*")) {
            long count = 0;
            for (Path ignored : devices) {
                count++;
            }
            return count;
        }
    }

    Map<String, BigDecimal> allocatable() {
        return Map.of(
                "cpu", BigDecimal.valueOf(cpus),
                "memory", BigDecimal.valueOf(memory),
                "ephemeral-storage", BigDecimal.valueOf(disk),
                "pods", BigDecimal.valueOf(PODS));
    }

    ObjectNode node(boolean diskPressure, Instant now) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        ObjectNode metadata = node.putObject("metadata").put("name", name);
        metadata.putObject("labels")
                .put("kubernetes.io/hostname", name)
                .put("kubernetes.io/os", os)
                .put("kubernetes.io/arch", arch)
                .put("node-role.kubernetes.io/control-plane", "");
        ObjectNode spec = node.putObject("spec");
        if (diskPressure) {
            spec.putArray("taints")
                    .addObject()
                    .put("key", "node.kubernetes.io/disk-pressure")
                    .put("effect", "NoSchedule");
        } else {
            spec.putArray("taints");
        }
        ObjectNode status = node.putObject("status");
        for (String list : List.of("capacity", "allocatable")) {
            ObjectNode amounts = status.putObject(list);
            amounts.put("cpu", Integer.toString(cpus));
            amounts.put("memory", memory / 1024 + "Ki");
            amounts.put("ephemeral-storage", Long.toString(disk));
            amounts.put("pods", Integer.toString(PODS));
            if (gpus > 0) {
                amounts.put("nvidia.com/gpu", Long.toString(gpus));
            }
        }
        ArrayNode conditions = status.putArray("conditions");
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        condition(
                conditions,
                "MemoryPressure",
                "False",
                "KubeletHasSufficientMemory",
                "memory is not watched on this node",
                time);
        condition(
                conditions,
                "DiskPressure",
                diskPressure ? "True" : "False",
                diskPressure ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
                diskPressure ? "too little free disk: new pods are refused" : "enough free disk",
                time);
        condition(
                conditions,
                "PIDPressure",
                "False",
                "KubeletHasSufficientPID",
                "processes are not counted on this node",
                time);
        condition(conditions, "Ready", "True", "KubeletReady", "the node agent is running", time);
        ArrayNode addresses = status.putArray("addresses");
        addresses.addObject().put("type", "InternalIP").put("address", "127.0.0.1");
        addresses.addObject().put("type", "Hostname").put("address", name);
        status.putObject("nodeInfo")
                .put("machineID", "")
                .put("systemUUID", "")
                .put("bootID", "")
                .put("kernelVersion", System.getProperty("os.version"))
                .put("osImage", System.getProperty("os.name"))
                .put("containerRuntimeVersion", "kumiki://0.1.0")
                .put("kubeletVersion", "v1.34.0-kumiki")
                .put("kubeProxyVersion", "")
                .put("operatingSystem", os)
                .put("architecture", arch);
        return node;
    }

    private void condition(ArrayNode conditions, String type, String value, String reason, String message, String now) {
        conditions
                .addObject()
                .put("type", type)
                .put("status", value)
                .put("reason", reason)
                .put("message", message)
                .put("lastHeartbeatTime", now)
                .put("lastTransitionTime", now);
    }
}
