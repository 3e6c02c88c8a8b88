package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The kernel's control groups, where this process may make some: they hold a container to its memory and CPU limits,
/// and every container to a number of processes. The groups of one start stand in the files `cgroup` (its main process
/// enters them) and `pids` (its wrapper does) of its folder, so a later agent finds them too.
public final class ControlGroups {
    private static final String FILE = "cgroup";
    private static final String PROCESSES = "pids";
    /// What a fork bomb may take of a machine; and room for one thread per core in many processes.
    public static final int MOST_PROCESSES = 4_096 + 256 * Runtime.getRuntime().availableProcessors();

    private static final long PERIOD_MICROS = 100_000;
    private static final int REMOVE_TRIES = 50;

    /// What a container may use; 0 is no limit.
    public record Limits(long memoryBytes, long cpuMillis, long cpuRequestMillis) {
        public boolean any() {
            return memoryBytes > 0 || cpuMillis > 0;
        }
    }

    /// Controller → the folder below which its groups are made; under version 2 there is only one.
    private final Map<String, Path> bases;

    private final boolean unified;
    private final String note;
    /// Where groups that count processes are made; null where they are not to be had.
    private final @Nullable Path counting;

    private final int most;

    ControlGroups(Map<String, Path> bases, boolean unified, String note) {
        this(bases, unified, note, null, 0);
    }

    private ControlGroups(Map<String, Path> bases, boolean unified, String note, @Nullable Path counting, int most) {
        this.counting = counting;
        this.most = most;
        this.bases = Map.copyOf(bases);
        this.unified = unified;
        this.note = note;
    }

    /// Looks once what this machine permits.
    public static ControlGroups detect() {
        return detect(MOST_PROCESSES);
    }

    /// @param most processes and threads of one container
    static ControlGroups detect(int most) {
        try {
            List<String> own = Files.readAllLines(Path.of("/proc/self/cgroup"));
            List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts"));
            List<String> why = new ArrayList<>();
            ControlGroups found = unified(own, mounts, why);
            if (found == null) {
                found = separate(own, mounts, why);
            }
            return (found == null ? none(String.join("; ", why)) : found).counting(own, mounts, most);
        } catch (IOException e) {
            return none("this system has no control groups");
        }
    }

    private ControlGroups counting(List<String> own, List<String> mounts, int number) {
        try {
            Path base = unified ? base("memory") : null;
            if (unified) {
                write(Objects.requireNonNull(base("memory").getParent()), "cgroup.subtree_control", "+pids");
                write(base("memory"), "cgroup.subtree_control", "+pids");
            } else {
                Path mount = mount(mounts, "cgroup", PROCESSES);
                Path self = mount == null ? null : below(mount, own, PROCESSES);
                base = self == null ? null : made(self.resolve("kumiki"));
            }
            return base == null
                    ? new ControlGroups(bases, unified, note + "; the number of processes is not limited", null, 0)
                    : new ControlGroups(
                            bases, unified, note + "; at most " + number + " processes a container", base, number);
        } catch (IOException e) {
            return new ControlGroups(
                    bases, unified, note + "; the number of processes is not limited: " + e.getMessage(), null, 0);
        }
    }

    private static ControlGroups none(String why) {
        return new ControlGroups(Map.of(), false, "memory and CPU limits are not enforced: " + why);
    }

    /// In words: what is enforced, or why nothing is.
    public String note() {
        return note;
    }

    public boolean enforced() {
        return !bases.isEmpty();
    }

    boolean unified() {
        return unified;
    }

    /// One that another user has made is of no use.
    private static Path made(Path group) throws IOException {
        if (!Files.isWritable(Files.createDirectories(group))) {
            throw new AccessDeniedException(group.toString());
        }
        return group;
    }

    private static @Nullable ControlGroups unified(List<String> own, List<String> mounts, List<String> why) {
        Path mount = mount(mounts, "cgroup2", "");
        Path self = mount == null ? null : below(mount, own, "");
        if (self == null) {
            why.add("cgroup v2 is not mounted");
            return null;
        }
        try {
            List<String> controllers = List.of(
                    Files.readString(self.resolve("cgroup.controllers")).strip().split(" "));
            if (!controllers.containsAll(List.of("memory", "cpu"))) {
                why.add("cgroup v2 has the controllers " + controllers + " here, memory and cpu are not delegated");
                return null;
            }
            delegate(self);
            Path base = self.resolve("kumiki");
            Files.createDirectories(base);
            write(base, "cgroup.subtree_control", "+memory +cpu");
            return new ControlGroups(Map.of("memory", base, "cpu", base), true, "memory and CPU limits by cgroup v2");
        } catch (IOException e) {
            why.add("cgroup v2 is not delegated to this process: " + e.getMessage());
            return null;
        }
    }

    /// A group with processes of its own cannot pass controllers on, so we step aside when we are the only one.
    private static void delegate(Path self) throws IOException {
        try {
            write(self, "cgroup.subtree_control", "+memory +cpu");
        } catch (IOException e) {
            String me = Long.toString(ProcessHandle.current().pid());
            if (!Files.readString(self.resolve("cgroup.procs")).strip().equals(me)) {
                throw e;
            }
            Path aside = self.resolve("kumiki-self");
            Files.createDirectories(aside);
            write(aside, "cgroup.procs", me);
            write(self, "cgroup.subtree_control", "+memory +cpu");
        }
    }

    private static @Nullable ControlGroups separate(List<String> own, List<String> mounts, List<String> why) {
        Map<String, Path> bases = new LinkedHashMap<>();
        for (String controller : List.of("memory", "cpu")) {
            Path mount = mount(mounts, "cgroup", controller);
            Path self = mount == null ? null : below(mount, own, controller);
            if (self == null) {
                why.add("cgroup v1 has no " + controller);
                return null;
            }
            try {
                bases.put(controller, made(self.resolve("kumiki")));
            } catch (IOException e) {
                why.add("no group may be made below " + self);
                return null;
            }
        }
        return new ControlGroups(bases, false, "memory and CPU limits by cgroup v1");
    }

    private static @Nullable Path mount(List<String> mounts, String type, String option) {
        for (String line : mounts) {
            String[] words = line.split(" ");
            if (words.length > 3
                    && words[2].equals(type)
                    && (option.isEmpty() || List.of(words[3].split(",")).contains(option))) {
                return Path.of(words[1]);
            }
        }
        return null;
    }

    /// Our own group; the root of the mount where ours is outside of what we see.
    private static @Nullable Path below(Path mount, List<String> own, String controller) {
        for (String line : own) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && List.of(parts[1].split(",")).contains(controller)) {
                Path self = mount.resolve(parts[2].substring(1));
                return Files.isDirectory(self) ? self : mount;
            }
        }
        return null;
    }

    /// Makes the groups of one start. The process enters them by itself (`limited.sh`), before anything else.
    void create(Path start, String name, Limits limits) throws IOException {
        boolean limited = enforced() && limits.any();
        List<String> groups = new ArrayList<>();
        if (counting != null) {
            Path group = Files.createDirectories(counting.resolve(name));
            write(group, "pids.max", Integer.toString(most));
            // Under version 2 a limited container has one group for everything, which its main process enters.
            if (!(unified && limited)) {
                Files.writeString(start.resolve(PROCESSES), group + "\n");
            }
            if (!unified) {
                groups.add(group.toString());
            }
        }
        if (!limited) {
            return;
        }
        for (Path base : unified ? List.of(bases.get("memory")) : bases.values()) {
            Path group = Files.createDirectories(base.resolve(name));
            groups.add(group.toString());
        }
        Files.write(start.resolve(FILE), groups);
        if (limits.memoryBytes() > 0) {
            limitMemory(base("memory").resolve(name), limits.memoryBytes());
        }
        Path cpu = base("cpu").resolve(name);
        long shares = Math.max(2, limits.cpuRequestMillis() * 1024 / 1000);
        if (limits.cpuMillis() > 0) {
            long quota = Math.max(1000, limits.cpuMillis() * PERIOD_MICROS / 1000);
            write(cpu, unified ? "cpu.max" : "cpu.cfs_quota_us", unified ? quota + " " + PERIOD_MICROS : "" + quota);
        }
        write(
                cpu,
                unified ? "cpu.weight" : "cpu.shares",
                Long.toString(unified ? 1 + (shares - 2) * 9999 / 262_142 : shares));
    }

    private Path base(String controller) {
        return Objects.requireNonNull(bases.get(controller), controller);
    }

    private void limitMemory(Path group, long bytes) throws IOException {
        write(group, unified ? "memory.max" : "memory.limit_in_bytes", Long.toString(bytes));
        // Swap would only put the end off. Kernels without swap accounting have no such file.
        Path swap = group.resolve(unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
        if (Files.exists(swap)) {
            write(group, swap.getFileName().toString(), unified ? "0" : Long.toString(bytes));
        }
        if (unified) {
            write(group, "memory.oom.group", "1");
        }
    }

    private static void write(Path group, String file, String value) throws IOException {
        Files.writeString(group.resolve(file), value, StandardCharsets.US_ASCII);
    }

    private static Set<Path> groups(Path start) throws IOException {
        Set<Path> groups = new LinkedHashSet<>();
        for (String file : List.of(FILE, PROCESSES)) {
            try {
                Files.readAllLines(start.resolve(file)).forEach(line -> groups.add(Path.of(line)));
            } catch (NoSuchFileException e) {
                continue;
            }
        }
        return groups;
    }

    static boolean limited(Path start) {
        return Files.exists(start.resolve(FILE));
    }

    /// The file with the groups that another process of the container enters; null when it has none.
    static @Nullable Path toEnter(Path start) {
        for (String file : List.of(FILE, PROCESSES)) {
            if (Files.exists(start.resolve(file))) {
                return start.resolve(file);
            }
        }
        return null;
    }

    /// Whether the kernel killed something of this start for want of memory.
    public static boolean outOfMemory(Path start) throws IOException {
        for (Path group : groups(start)) {
            for (String file : List.of("memory.events", "memory.oom_control")) {
                if (Files.exists(group.resolve(file))
                        && Files.readAllLines(group.resolve(file)).stream()
                                .anyMatch(line -> line.matches("oom_kill [1-9][0-9]*"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// After the end. The last processes may still be going; a group that stays is empty and costs nothing.
    public static void remove(Path start) throws IOException {
        for (Path group : groups(start)) {
            for (int tries = 0; tries < REMOVE_TRIES && Files.exists(group); tries++) {
                if (group.toFile().delete()) {
                    break;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        }
        Files.deleteIfExists(start.resolve(FILE));
        Files.deleteIfExists(start.resolve(PROCESSES));
    }
}
