package io.kumiki.ledger;

import io.kumiki.runtime.settings.Setting;
import java.util.ArrayList;
import java.util.List;

/// Who else holds the ledger. Without members and without a service name this process is alone, looks for nobody
/// and is reachable on loopback only.
public record LedgerSettings(
        @Setting(help = "Name of the group of members; members of another name are strangers.", byDefault = "kumiki")
        String clusterName,

        @Setting(help = "Address to listen on.", byDefault = "127.0.0.1")
        String bind,

        @Setting(help = "Port to listen on; 0 takes a free one.", byDefault = "0")
        int port,

        @Setting(help = "Other members as host:port, separated by commas.", byDefault = "")
        String members,

        @Setting(help = "Headless Kubernetes Service whose addresses are the members.", byDefault = "")
        String serviceDns) {
    public LedgerSettings {
        List<String> problems = new ArrayList<>();
        if (port < 0 || port > 65_535) {
            problems.add("port must be 0 to 65535, found " + port);
        }
        if (!members.isBlank() && !serviceDns.isBlank()) {
            problems.add("give members or service-dns, not both");
        }
        if (clusterName.isBlank()) {
            problems.add("cluster-name must not be empty");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /// A laptop's: one member, no discovery.
    public static LedgerSettings alone() {
        return new LedgerSettings("kumiki", "127.0.0.1", 0, "", "");
    }

    List<String> memberList() {
        return List.of(members.split(",", -1)).stream()
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }
}
