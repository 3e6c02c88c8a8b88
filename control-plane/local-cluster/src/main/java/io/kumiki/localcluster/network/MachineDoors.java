package io.kumiki.localcluster.network;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ports of this machine's loopback address, opened once more at an address that pods with a network namespace of
/// their own reach: 127.0.0.1 is themselves there.
public final class MachineDoors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineDoors.class);

    private final String address;
    private final Set<Integer> ports = new TreeSet<>();
    private final ServiceProxy proxy = new ServiceProxy(
            (at, why) -> LOG.warn("pods do not reach port {} of this machine at {}: {}", at.port(), at.address(), why));

    public MachineDoors(String address) {
        this.address = address;
    }

    public synchronized void open(int port) {
        if (port <= 0 || !ports.add(port)) {
            return;
        }
        Map<ServiceTable.Listening, List<ServiceTable.Endpoint>> backends = new java.util.HashMap<>();
        for (int each : ports) {
            backends.put(
                    new ServiceTable.Listening("", "machine", address, each, false),
                    List.of(new ServiceTable.Endpoint(ServiceTable.MACHINE, each)));
        }
        proxy.follow(new ServiceTable(backends, Set.of(), Map.of(), Map.of()));
    }

    @Override
    public void close() {
        proxy.close();
    }
}
