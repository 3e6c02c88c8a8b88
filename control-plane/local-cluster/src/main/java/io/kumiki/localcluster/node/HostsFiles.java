package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.network.ServiceTable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The /etc/hosts of pods whose containers have a file system of their own: their own name, what the settings and the
/// pod itself say, and every service, kept
/// current while the pod lives. A file is rewritten in place, because a container has that very file mounted.
final class HostsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(HostsFiles.class);
    private static final String LOOPBACK = "127.0.0.1";

    private final NodeSettings settings;
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private volatile Known known = new Known(ServiceTable.of(List.of(), List.of()), Map.of());

    private record Known(ServiceTable services, Map<String, List<String>> elsewhere) {}

    private record Member(Path file, String namespace, String head, String machine) {}

    HostsFiles(NodeSettings settings) {
        this.settings = settings;
    }

    static Path of(PodFolder folder) {
        return folder.path().resolve("hosts");
    }

    void join(JsonNode pod, PodFolder folder, PodNetwork.Joined network) throws IOException {
        JsonNode metadata = pod.path("metadata");
        Member member =
                new Member(of(folder), metadata.path("namespace").asText(), head(pod, network), network.machine());
        Files.createDirectories(folder.path());
        members.put(metadata.path("uid").asText(), member);
        write(member);
    }

    void leave(String uid) {
        members.remove(uid);
    }

    void follow(ServiceTable table, Map<String, List<String>> elsewhere) {
        known = new Known(table, elsewhere);
        for (Member member : members.values()) {
            try {
                write(member);
            } catch (IOException e) {
                LOG.warn("{} could not be brought up to date: {}", member.file(), e.toString());
            }
        }
    }

    private synchronized void write(Member member) throws IOException {
        Known now = known;
        String names = now.services().hosts(member.namespace(), settings.hosts().keySet(), now.elsewhere());
        // A pod of the machine's own network, as one with a namespace reaches it: never by its own 127.0.0.1.
        byte[] text = (member.head() + names.replaceAll("(?m)^127\\.0\\.0\\.1 ", member.machine() + " "))
                .getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile file = new RandomAccessFile(member.file().toFile(), "rw")) {
            file.write(text);
            file.setLength(text.length);
        }
    }

    private String head(JsonNode pod, PodNetwork.Joined network) {
        JsonNode spec = pod.path("spec");
        String host =
                spec.path("hostname").asText(pod.path("metadata").path("name").asText());
        String subdomain = spec.path("subdomain").asText("");
        StringBuilder text = new StringBuilder(
                "# written by Kumiki for this pod\n127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        text.append(network.address()).append(' ').append(host);
        if (!subdomain.isEmpty()) {
            text.append(' ')
                    .append(host)
                    .append('.')
                    .append(subdomain)
                    .append('.')
                    .append(pod.path("metadata").path("namespace").asText())
                    .append(".svc.cluster.local");
        }
        text.append('\n');
        new TreeMap<>(settings.hosts())
                .forEach((name, address) -> text.append(address.equals(LOOPBACK) ? network.machine() : address)
                        .append(' ')
                        .append(name)
                        .append('\n'));
        for (JsonNode alias : spec.path("hostAliases")) {
            for (JsonNode name : alias.path("hostnames")) {
                text.append(alias.path("ip").asText())
                        .append(' ')
                        .append(name.asText())
                        .append('\n');
            }
        }
        return text.toString();
    }
}
