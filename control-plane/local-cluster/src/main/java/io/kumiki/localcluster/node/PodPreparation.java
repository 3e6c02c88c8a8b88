package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.ContainerEnvironment;
import io.kumiki.localcluster.node.pod.MemoryVolume;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.pod.PodFields;
import io.kumiki.localcluster.node.pod.PodMounts;
import io.kumiki.localcluster.node.pod.PodVolumes;
import io.kumiki.localcluster.node.pod.Sources;
import io.kumiki.localcluster.node.process.MemoryMounts;
import io.kumiki.localcluster.node.process.Mount;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// What is made once for a pod, before its first container: volumes and identity.
final class PodPreparation {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String PIPELINES = "ml-pipeline.kubeflow";

    private final NodeSettings settings;
    private final Sources sources;
    private final Map<String, BigDecimal> allocatable;

    PodPreparation(NodeSettings settings, Sources sources, Map<String, BigDecimal> allocatable) {
        this.settings = settings;
        this.sources = sources;
        this.allocatable = Map.copyOf(allocatable);
    }

    ContainerStart.Prepared prepare(JsonNode pod, PodFolder folder, PodNetwork.Joined network)
            throws NotYet, IOException {
        boolean isolated = settings.isolation().isolated();
        PodFields fields = new PodFields(pod, settings.name(), network.address(), allocatable);
        Files.createDirectories(folder.path());
        PodVolumes volumes = new PodVolumes(folder.path(), fields, sources, settings.clusterCa());
        Map<String, Path> byName = volumes.prepare();
        for (MemoryVolume volume : inMemory(pod)) {
            if (MemoryMounts.permitted()) {
                MemoryMounts.mount(Objects.requireNonNull(byName.get(volume.name())), volume.bytes());
            }
        }
        if (pod.path("spec").path("securityContext").has("fsGroup") && ContainerStart.ownUid() == 0) {
            giveToGroup(
                    folder.path().resolve("volumes"),
                    pod.path("spec").path("securityContext").path("fsGroup").asInt());
        }
        ContainerStart.Shared inContainer = inContainer(folder, PodMounts.inImage(byName), network);
        return new ContainerStart.Prepared(
                folder,
                isolated
                        ? inContainer(folder, new PodMounts(byName, true), network)
                        : plain(pod, folder, new PodMounts(byName, false), volumes, network),
                inContainer,
                new ContainerEnvironment(fields, sources),
                network.namespace());
    }

    private List<MemoryVolume> inMemory(JsonNode pod) {
        BigDecimal memory = allocatable.getOrDefault("memory", BigDecimal.valueOf(Long.MAX_VALUE));
        return MemoryVolume.of(pod.path("spec"), memory.longValue());
    }

    /// What this machine permits nobody of us to do for the pod's volumes; it runs without.
    List<String> unheeded(JsonNode pod) {
        return inMemory(pod).stream()
                .filter(volume -> !MemoryMounts.permitted())
                .map(volume -> "volume \"" + volume.name() + "\" lies on the disk and not in memory: only root on Linux"
                        + " may mount a tmpfs")
                .toList();
    }

    private Map<String, String> pipelines(PodNetwork.Joined network) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(
                "KF_PIPELINES_ENDPOINT",
                (network.shared() ? settings.pipelines() : at(network.machine(), settings.pipelines())).toString());
        return environment;
    }

    private ContainerStart.Shared inContainer(PodFolder folder, PodMounts mounts, PodNetwork.Joined network) {
        Map<String, String> environment = pipelines(network);
        // The name and port of the service kubernetes.default; the machine's own network needs no detour.
        String port = network.shared() ? Integer.toString(settings.kubernetes().getPort()) : "443";
        environment.put(
                "KUBERNETES_SERVICE_HOST",
                network.shared() ? settings.kubernetes().getHost() : "kubernetes.default.svc");
        environment.put("KUBERNETES_SERVICE_PORT", port);
        environment.put("KUBERNETES_SERVICE_PORT_HTTPS", port);
        Mount hosts = new Mount(HostsFiles.of(folder), "/etc/hosts", false);
        return new ContainerStart.Shared(mounts, List.of(hosts), environment);
    }

    private ContainerStart.Shared plain(
            JsonNode pod, PodFolder folder, PodMounts mounts, PodVolumes volumes, PodNetwork.Joined network)
            throws IOException {
        Map<String, String> environment = pipelines(network);
        if (PodMounts.wantsIdentity(pod)) {
            Path kubeconfig = folder.path().resolve("kubeconfig");
            Files.writeString(kubeconfig, kubeconfig(pod, volumes.identity()));
            environment.put("KUBECONFIG", kubeconfig.toString());
        }
        return new ContainerStart.Shared(mounts, List.of(), environment);
    }

    /// The same surface for a pod to which 127.0.0.1 is itself: by a name that the hosts file has and the surface
    /// answers to.
    private URI at(String machine, URI surface) {
        String host = settings.hosts().containsKey(PIPELINES) ? PIPELINES : machine;
        return URI.create(surface.getScheme() + "://" + host + ":" + surface.getPort());
    }

    /// fsGroup: the pod's own volumes belong to the group, may be read by it, and new files do too.
    private static void giveToGroup(Path volumes, int group) throws IOException {
        if (!Files.isDirectory(volumes)) {
            return;
        }
        try (Stream<Path> files = Files.walk(volumes)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.setAttribute(file, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
                int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
                int more = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? 02070 : 0040;
                Files.setAttribute(file, "unix:mode", mode | more, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /// Tokens last an hour and are written anew at half of it, also those of a pod that was adopted.
    void renewTokens(JsonNode pod, PodFolder folder) throws NotYet, IOException {
        PodFields fields = new PodFields(pod, settings.name(), LOOPBACK, allocatable);
        PodVolumes volumes = new PodVolumes(folder.path(), fields, sources, settings.clusterCa());
        volumes.renewTokens();
        if (PodMounts.wantsIdentity(pod) && !settings.isolation().isolated()) {
            Files.writeString(folder.path().resolve("kubeconfig"), kubeconfig(pod, volumes.identity()));
        }
    }

    private String kubeconfig(JsonNode pod, Path identity) throws IOException {
        String ca = Base64.getEncoder().encodeToString(settings.clusterCa());
        String token = Files.readString(identity.resolve("token"), StandardCharsets.UTF_8);
        return """
            apiVersion: v1
            kind: Config
            current-context: pod
            clusters: [{name: kumiki, cluster: {server: "%s", certificate-authority-data: "%s"}}]
            users: [{name: pod, user: {token: "%s"}}]
            contexts: [{name: pod, context: {cluster: kumiki, user: pod, namespace: "%s"}}]
            """.formatted(
                        settings.kubernetes(),
                        ca,
                        token,
                        pod.path("metadata").path("namespace").asText());
    }
}
