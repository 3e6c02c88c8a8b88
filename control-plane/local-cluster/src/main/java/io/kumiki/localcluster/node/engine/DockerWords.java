package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Mount;
import io.kumiki.model.Json;
import java.util.Collection;

/// A [ContainerOrder] as the body of `POST /containers/create`. Pure.
final class DockerWords {
    private static final long NANOS_OF_A_MILLI_CPU = 1_000_000;

    private DockerWords() {}

    static ObjectNode of(ContainerOrder order) {
        ContainerOrder.Programs programs = order.programs();
        ObjectNode body = Json.object().put("Image", programs.image());
        if (!programs.entryPoint().isEmpty()) {
            words(body.putArray("Entrypoint"), programs.entryPoint());
        }
        if (!programs.arguments().isEmpty()) {
            words(body.putArray("Cmd"), programs.arguments());
        }
        ArrayNode environment = body.putArray("Env");
        programs.environment().forEach((name, value) -> environment.add(name + "=" + value));
        optional(body, "WorkingDir", programs.workingDir());
        optional(body, "StopSignal", programs.stopSignal());
        optional(body, "Hostname", order.hostname());
        optional(body, "User", order.rights().user());
        body.put("Tty", order.console().tty())
                .put("OpenStdin", order.console().stdin())
                .put("AttachStdin", order.console().stdin())
                .put("StdinOnce", order.console().stdinOnce());
        // Kubernetes has probes of its own.
        body.putObject("Healthcheck").putArray("Test").add("NONE");
        ObjectNode labels = body.putObject("Labels");
        order.labels().forEach(labels::put);
        host(body.putObject("HostConfig"), order);
        return body;
    }

    private static void host(ObjectNode host, ContainerOrder order) {
        host.put("NetworkMode", order.network());
        ArrayNode mounts = host.putArray("Mounts");
        for (Mount mount : order.mounts()) {
            mounts.addObject()
                    .put("Type", "bind")
                    .put("Source", mount.source().toString())
                    .put("Target", mount.target())
                    .put("ReadOnly", mount.readOnly());
        }
        ContainerOrder.Rights rights = order.rights();
        host.put("ReadonlyRootfs", rights.readOnlyRoot());
        words(host.putArray("CapAdd"), rights.addCapabilities());
        words(host.putArray("CapDrop"), rights.dropCapabilities());
        words(host.putArray("SecurityOpt"), rights.options());
        words(
                host.putArray("GroupAdd"),
                rights.groups().stream().map(String::valueOf).toList());
        limits(host, order.limits());
        // Its output can be read again from the beginning, whatever the engine does otherwise.
        host.putObject("LogConfig").put("Type", "json-file");
        host.putObject("RestartPolicy").put("Name", "no");
    }

    private static void limits(ObjectNode host, ControlGroups.Limits limits) {
        host.put("PidsLimit", ControlGroups.MOST_PROCESSES);
        if (limits.memoryBytes() > 0) {
            // Swap would only put the end off.
            host.put("Memory", limits.memoryBytes()).put("MemorySwap", limits.memoryBytes());
        }
        if (limits.cpuMillis() > 0) {
            host.put("NanoCpus", limits.cpuMillis() * NANOS_OF_A_MILLI_CPU);
        }
        if (limits.cpuRequestMillis() > 0) {
            host.put("CpuShares", Math.max(2, limits.cpuRequestMillis() * 1024 / 1000));
        }
    }

    private static void optional(ObjectNode body, String field, String value) {
        if (!value.isEmpty()) {
            body.put(field, value);
        }
    }

    private static void words(ArrayNode into, Collection<String> words) {
        words.forEach(into::add);
    }
}
