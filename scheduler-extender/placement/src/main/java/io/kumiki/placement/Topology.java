package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The tree of places: any number of levels from the widest to the narrowest, each a partition of the nodes that
/// the next one refines.
/// Two racks of one name in different zones are different racks.
public final class Topology {
    private static final String UNNAMED = "#";

    private final List<String> levels;
    private final int[][] domainOf;
    private final List<List<String>> names;
    private final int size;
    /// By level, the whole cluster last; made when first asked for. Whoever is second makes an equal one.
    private final @Nullable List<Place>[] places;

    /// Nodes that lie together.
    ///
    /// @param level that of the domain; -1 for the whole cluster
    /// @param domain -1 where only a part of the domain lies inside the place around it: a rack of which some nodes
    ///     lack the label of their zone
    /// @param nodes ascending; nobody changes them
    /// @param parts by the next narrower level; empty below the last, where each node stands alone
    record Place(int level, int domain, int[] nodes, List<Place> parts) {}

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Topology(List<String> levels, int[][] domainOf, List<List<String>> names, int size) {
        this.levels = levels;
        this.domainOf = domainOf;
        this.names = names;
        this.size = size;
        this.places = new List[levels.size() + 1];
    }

    /// @param levels label names, widest first: zone, block, rack
    /// @param labels of each node; a node without a label is a place of its own at that level
    public static Topology of(List<String> levels, List<Map<String, String>> labels) {
        int[][] domainOf = new int[levels.size()][labels.size()];
        List<List<String>> names = new ArrayList<>();
        for (int level = 0; level < levels.size(); level++) {
            Map<String, Integer> ids = new HashMap<>();
            List<String> known = new ArrayList<>();
            for (int n = 0; n < labels.size(); n++) {
                String path = path(levels, labels.get(n), level, n);
                domainOf[level][n] = ids.computeIfAbsent(path, p -> {
                    known.add(p.replaceFirst("^/+", ""));
                    return known.size() - 1;
                });
            }
            names.add(List.copyOf(known));
        }
        return new Topology(List.copyOf(levels), domainOf, names, labels.size());
    }

    /// The same places, and more nodes where one of them lies; each a place of its own at levels of which that one has
    /// no label.
    public Topology and(int like, int more) {
        int[][] of = new int[levels.size()][];
        List<List<String>> all = new ArrayList<>();
        for (int level = 0; level < of.length; level++) {
            of[level] = Arrays.copyOf(domainOf[level], size + more);
            List<String> known = new ArrayList<>(names.get(level));
            String there = name(level, domainOf(level, like));
            for (int n = size; n < size + more; n++) {
                boolean unnamed = unnamed(there);
                of[level][n] = unnamed ? known.size() : domainOf(level, like);
                if (unnamed) {
                    known.add(there.substring(0, there.lastIndexOf(UNNAMED)) + UNNAMED + n);
                }
            }
            all.add(List.copyOf(known));
        }
        return new Topology(levels, of, all, size + more);
    }

    /// A node without the label of its level.
    static boolean unnamed(String domain) {
        return domain.substring(domain.lastIndexOf('/') + 1).startsWith(UNNAMED);
    }

    private static String path(List<String> levels, Map<String, String> labels, int upTo, int node) {
        var path = new StringBuilder();
        for (int level = 0; level <= upTo; level++) {
            String value = labels.get(levels.get(level));
            path.append(level == 0 ? "" : "/");
            // A rack is one rack whether or not somebody labelled its zone.
            path.append(value != null ? value : level == upTo ? UNNAMED + node : "");
        }
        return path.toString();
    }

    public List<String> levels() {
        return levels;
    }

    /// The level's index, or -1 where no level has that name.
    public int level(String name) {
        return levels.indexOf(name);
    }

    public int domains(int level) {
        return names.get(level).size();
    }

    public int domainOf(int level, int node) {
        return domainOf[level][node];
    }

    /// How many nodes there are.
    int size() {
        return size;
    }

    /// Each domain; for level -1 the whole cluster as one.
    List<Place> places(int level) {
        int index = level < 0 ? levels.size() : level;
        List<Place> known = places[index];
        if (known == null) {
            int[] all = IntStream.range(0, size).toArray();
            List<Place> made = new ArrayList<>();
            for (int[] there : level < 0 ? List.of(all) : byDomain(level, all)) {
                made.add(new Place(level, made.size(), there, parts(level, there)));
            }
            known = List.copyOf(made);
            places[index] = known;
        }
        return known;
    }

    private List<Place> parts(int level, int[] nodes) {
        if (level + 1 >= levels.size()) {
            return List.of();
        }
        List<Place> whole = places(level + 1);
        if (nodes.length == size) {
            return whole;
        }
        List<Place> parts = new ArrayList<>();
        for (int[] there : byDomain(level + 1, nodes)) {
            Place domain = whole.get(domainOf(level + 1, there[0]));
            parts.add(
                    domain.nodes().length == there.length
                            ? domain
                            : new Place(level + 1, -1, there, parts(level + 1, there)));
        }
        return List.copyOf(parts);
    }

    private List<int[]> byDomain(int level, int[] nodes) {
        long[] sorted = Arrays.stream(nodes)
                .mapToLong(n -> (long) domainOf(level, n) << 32 | n)
                .sorted()
                .toArray();
        List<int[]> all = new ArrayList<>();
        for (int begin = 0, end = 0; begin < sorted.length; begin = end) {
            while (end < sorted.length && sorted[end] >> 32 == sorted[begin] >> 32) {
                end++;
            }
            all.add(Arrays.stream(sorted, begin, end).mapToInt(key -> (int) key).toArray());
        }
        return all;
    }

    /// Whether every node lies in the same places.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Topology of
                && size == of.size
                && levels.equals(of.levels)
                && Arrays.deepEquals(domainOf, of.domainOf)
                && names.equals(of.names);
    }

    @Override
    public int hashCode() {
        return 31 * levels.hashCode() + Arrays.deepHashCode(domainOf);
    }

    public String name(int level, int domain) {
        return names.get(level).get(domain);
    }
}
