package io.kumiki.localcluster.node.net;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.kumiki.localcluster.node.process.Command;
import io.kumiki.localcluster.node.process.Isolation;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The network that pods with a namespace of their own are in: a bridge of this machine with a /16 of 100.64.0.0/10.
///
/// A namespace is a file of the node's folder with the kernel's namespace mounted on it, so it needs no process, and
/// the next agent finds it and its address by the file's name.
public final class PodBridge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodBridge.class);
    private static final Path SETTINGS = Path.of("/proc/sys/net/ipv4/conf");
    private static final String BRIDGES = "kmk";
    /// The devices that did not forward before, for all agents of this machine: the last to go sets them back.
    private static final Path UPLINKS = Path.of("/run/kumiki-uplinks");
    private static final int FIRST = 2;
    private static final int SIZE = (1 << 16) - 2;

    private final Path folder;
    private final Path script;
    private final String name;
    private final int range;
    private final String machine;
    private final String note;
    private final Set<Integer> taken = new HashSet<>();
    private int next = FIRST;

    /// A pod's namespace.
    ///
    /// @param file to be entered by
    public record Namespace(Path file, String address) {}

    /// What was found at the start: the bridge, or null; and why, in one sentence.
    public record Choice(@Nullable PodBridge bridge, String note) {
        public static Choice none(String why) {
            return new Choice(null, "pods share this machine's network: " + why);
        }
    }

    private PodBridge(Path folder, Path script, String name, int range, String note) {
        this.folder = folder;
        this.script = script;
        this.name = name;
        this.range = range;
        this.note = note;
        int hash = Math.floorMod(folder.toString().hashCode(), SIZE) + 1;
        this.machine = "127.97." + (hash >> 8) + "." + (hash & 255);
    }

    /// @param folder the node's own
    /// @param environment `KUMIKI_NETWORK` may ask for `host` or `namespaces`; unset, what works is taken
    public static Choice choose(Path folder, Isolation isolation, Map<String, String> environment) {
        String wanted = environment.getOrDefault("KUMIKI_NETWORK", "");
        if (!Set.of("", "host", "namespaces").contains(wanted)) {
            throw new IllegalArgumentException("KUMIKI_NETWORK is \"" + wanted
                    + "\"; known are host and namespaces; leave it unset to choose by trial");
        }
        if (wanted.equals("host")) {
            return Choice.none("KUMIKI_NETWORK asks for it");
        }
        if (isolation != Isolation.UNSHARE) {
            return Choice.none("namespaces for them need root");
        }
        try {
            String foreign = foreignEngine();
            if (!foreign.isEmpty() && wanted.isEmpty()) {
                return Choice.none("the rules of another container engine (" + foreign
                        + ") may drop their packets; KUMIKI_NETWORK=namespaces tries all the same");
            }
            return open(folder, wanted.equals("namespaces"));
        } catch (IOException e) {
            LOG.debug("no network namespaces", e);
            return Choice.none(String.valueOf(e.getMessage()));
        }
    }

    private static String foreignEngine() throws SocketException {
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (each.getName().matches("docker0|cni0|podman0|cali.*|flannel.*")) {
                return each.getName();
            }
        }
        return "";
    }

    private static Choice open(Path node, boolean insist) throws IOException {
        Path folder = Files.createDirectories(node.resolve("net"));
        Path script = folder.resolve("netns.sh");
        try (InputStream in = Objects.requireNonNull(PodBridge.class.getResourceAsStream("netns.sh"))) {
            Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
        }
        String name = BRIDGES + String.format("%08x", folder.toString().hashCode());
        int range = range(name);
        if (NetworkInterface.getByName(name) == null) {
            Command.run("ip", "link", "add", name, "type", "bridge");
        }
        try {
            Command.run("ip", "addr", "replace", "100." + range + ".0.1/16", "dev", name);
            Command.run("ip", "link", "set", name, "up");
            set(name, "route_localnet");
            String outside = outside(name, range, insist);
            PodBridge bridge = new PodBridge(
                    folder,
                    script,
                    name,
                    range,
                    "pods that declare ports have a network namespace of their own, in 100." + range + ".0.0/16"
                            + outside);
            bridge.adopt();
            return new Choice(bridge, bridge.note);
        } catch (IOException e) {
            Command.run("ip", "link", "del", name);
            throw e;
        }
    }

    /// The range that the bridge has already, else the first that no other interface has.
    private static int range(String name) throws SocketException {
        Set<Integer> foreign = new HashSet<>();
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InterfaceAddress address : each.getInterfaceAddresses()) {
                byte[] bytes = address.getAddress().getAddress();
                if (address.getAddress() instanceof Inet4Address && bytes[0] == 100) {
                    if (each.getName().equals(name)) {
                        return bytes[1];
                    }
                    foreign.add((int) bytes[1]);
                }
            }
        }
        int from = Math.floorMod(name.hashCode(), 64);
        for (int i = 0; i < 64; i++) {
            int range = 64 + (from + i) % 64;
            if (!foreign.contains(range)) {
                return range;
            }
        }
        throw new SocketException("all of 100.64.0.0/10 is in use here");
    }

    private static void set(String device, String setting) throws IOException {
        Files.writeString(SETTINGS.resolve(device).resolve(setting), "1");
    }

    /// The way out of the machine, by address translation; in words.
    private static String outside(String name, int range, boolean insist) throws IOException {
        List<String> uplinks = uplinks();
        if (uplinks.isEmpty()) {
            return "; this machine has no way to the outside";
        }
        try {
            Netfilter.masquerade(name, new byte[] {100, (byte) range});
            set(name, "forwarding");
            for (String uplink : uplinks) {
                if (!Files.readString(SETTINGS.resolve(uplink).resolve("forwarding"))
                        .startsWith("1")) {
                    Files.writeString(UPLINKS, uplink + "\n", CREATE, APPEND);
                    set(uplink, "forwarding");
                }
            }
            return ", and reach the outside by address translation";
        } catch (IOException e) {
            if (!insist) {
                throw new IOException(
                        "from namespaces of their own they would not reach the outside (" + e.getMessage() + ")", e);
            }
            return "; they do not reach the outside: " + e.getMessage();
        }
    }

    /// Where default routes lead.
    private static List<String> uplinks() throws IOException {
        List<String> uplinks = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/net/route"))) {
            String[] words = line.split("\\s+");
            if (words.length > 7 && words[1].equals("00000000") && words[7].equals("00000000")) {
                uplinks.add(words[0]);
            }
        }
        return uplinks;
    }

    private void adopt() throws IOException {
        for (Path file : files()) {
            taken.add(number(file));
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*@*")) {
            all.forEach(files::add);
        }
        return files;
    }

    private static int number(Path file) {
        String[] bytes = address(file).split("\\.");
        return Integer.parseInt(bytes[2]) << 8 | Integer.parseInt(bytes[3]);
    }

    private static String address(Path file) {
        String text = Objects.requireNonNull(file.getFileName()).toString();
        return text.substring(text.indexOf('@') + 1);
    }

    private static String uid(Path file) {
        String text = Objects.requireNonNull(file.getFileName()).toString();
        return text.substring(0, text.indexOf('@'));
    }

    /// Where a pod reaches this machine itself: an address that only the machine and its pods have.
    public String machine() {
        return machine;
    }

    /// The namespace that the pod has; null when it has none.
    public synchronized @Nullable Namespace find(String uid) throws IOException {
        for (Path file : files()) {
            if (uid(file).equals(uid)) {
                return new Namespace(file, address(file));
            }
        }
        return null;
    }

    /// The pod's namespace: the one that it has, or a new one.
    public synchronized Namespace join(String uid) throws IOException {
        Namespace there = find(uid);
        if (there != null) {
            return there;
        }
        int number = free();
        String address = "100." + range + "." + (number >> 8) + "." + (number & 255);
        Path file = folder.resolve(uid + "@" + address);
        try {
            Command.run(
                    "/bin/sh",
                    script.toString(),
                    file.toString(),
                    name,
                    name.substring(0, 7) + String.format("%06x", number),
                    address,
                    "100." + range + ".0.1");
        } catch (IOException e) {
            taken.remove(number);
            throw e;
        }
        return new Namespace(file, address);
    }

    /// Addresses go round, so that one is not given again at once.
    private int free() throws IOException {
        for (int i = 0; i < SIZE; i++) {
            int number = next;
            next = next + 1 < SIZE ? next + 1 : FIRST;
            if (taken.add(number)) {
                return number;
            }
        }
        throw new IOException("no address of 100." + range + ".0.0/16 is free");
    }

    /// The pod has ended; what of its network is left goes.
    public synchronized void leave(String uid) {
        try {
            for (Path file : files()) {
                if (uid(file).equals(uid)) {
                    remove(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("the network namespace of pod {} stays until the next start: {}", uid, e.toString());
        }
    }

    private void remove(Path file) throws IOException {
        try {
            Command.run("umount", file.toString());
        } catch (IOException e) {
            // After a reboot the file is there and nothing is mounted on it.
            LOG.debug("not mounted: {}", e.getMessage());
        }
        Files.deleteIfExists(file);
        taken.remove(number(file));
    }

    /// Namespaces of pods that ended while no agent ran.
    public synchronized void sweep(Set<String> living) throws IOException {
        for (Path file : files()) {
            if (!living.contains(uid(file))) {
                remove(file);
            }
        }
    }

    /// Takes the bridge away when no pod is left on it.
    @Override
    public synchronized void close() throws IOException {
        if (!files().isEmpty()) {
            return;
        }
        Command.run("ip", "link", "del", name);
        Netfilter.delete(name);
        boolean others = Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .anyMatch(each -> each.getName().startsWith(BRIDGES));
        if (Files.exists(UPLINKS) && !others) {
            for (String uplink : Files.readAllLines(UPLINKS)) {
                Path setting = SETTINGS.resolve(uplink).resolve("forwarding");
                if (Files.exists(setting)) {
                    Files.writeString(setting, "0");
                }
            }
            Files.delete(UPLINKS);
        }
    }
}
