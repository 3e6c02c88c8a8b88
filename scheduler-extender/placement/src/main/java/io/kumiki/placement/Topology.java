package io.kumiki.placement;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final @Nullable List<List<Integer>>[] nodes;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Topology(List<String> levels, int[][] domainOf, List<List<String>> names, int size) {
        this.levels = levels;
        this.domainOf = domainOf;
        this.names = names;
        this.size = size;
        this.nodes = new List[levels.size() + 1];
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

    /// The nodes of each domain; for level -1 all nodes as one.
    List<List<Integer>> nodes(int level) {
        int index = level < 0 ? levels.size() : level;
        List<List<Integer>> known = nodes[index];
        if (known == null) {
            List<List<Integer>> lists = new ArrayList<>();
            int domains = level < 0 ? 1 : domains(level);
            for (int d = 0; d < domains; d++) {
                lists.add(new ArrayList<>());
            }
            for (int n = 0; n < size; n++) {
                lists.get(level < 0 ? 0 : domainOf(level, n)).add(n);
            }
            known = lists.stream().map(List::copyOf).toList();
            nodes[index] = known;
        }
        return known;
    }

    public String name(int level, int domain) {
        return names.get(level).get(domain);
    }
}
