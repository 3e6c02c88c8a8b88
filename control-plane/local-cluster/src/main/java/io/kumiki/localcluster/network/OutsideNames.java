package io.kumiki.localcluster.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks up the names that ExternalName services stand for, by this machine's own resolver, again every minute. A
/// name that is not known just now keeps the addresses that it had.
final class OutsideNames implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutsideNames.class);
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final Consumer<Map<String, List<String>>> listener;
    private final Thread thread;
    private Set<String> wanted = Set.of();

    /// @param listener told of all names and their addresses when one has changed, on a thread of its own
    OutsideNames(Consumer<Map<String, List<String>>> listener) {
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("outside names").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    synchronized void want(Set<String> names) {
        if (!names.equals(wanted)) {
            wanted = Set.copyOf(names);
            notifyAll();
        }
    }

    private void run() {
        Map<String, List<String>> known = Map.of();
        Set<String> asked = Set.of();
        try {
            while (true) {
                asked = next(asked);
                Map<String, List<String>> now = new TreeMap<>();
                for (String name : asked) {
                    now.put(name, lookUp(name, known.getOrDefault(name, List.of())));
                }
                if (!now.equals(known)) {
                    known = now;
                    listener.accept(now);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The names to look up: as soon as they are others, else after a while. While there are none nothing is done.
    private synchronized Set<String> next(Set<String> before) throws InterruptedException {
        if (wanted.equals(before)) {
            wait(before.isEmpty() ? 0 : AGAIN.toMillis());
        }
        return wanted;
    }

    private static List<String> lookUp(String name, List<String> before) {
        try {
            return Arrays.stream(InetAddress.getAllByName(name))
                    .map(InetAddress::getHostAddress)
                    .sorted()
                    .toList();
        } catch (UnknownHostException e) {
            LOG.debug("{} is not known just now: {}", name, e.getMessage());
            return before;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
