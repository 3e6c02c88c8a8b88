package io.kumiki.quota;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tenants as a tree, with what each uses. Usage of a tenant is its own plus that of all below it. An amount is
/// admitted where no limit on the
/// path to the root is exceeded and the root's guarantee (all there is) is not; the part above a tenant's own
/// guarantee is borrowed.
///
/// Immutable: a change of quota or usage gives a new tree.
public final class QuotaTree {
    private static final int NAMED = 10;

    private final Map<String, QuotaNode> nodes;
    private final Set<String> parents;
    private final Map<String, Amounts> usage;

    private QuotaTree(Map<String, QuotaNode> nodes, Set<String> parents, Map<String, Amounts> usage) {
        this.nodes = nodes;
        this.parents = parents;
        this.usage = usage;
    }

    /// @param tenant whose part of the tree it is
    public record Mistake(String tenant, String says) {}

    public static List<String> problems(Collection<QuotaNode> nodes) {
        return mistakes(nodes).stream().map(Mistake::says).distinct().toList();
    }

    /// Every mistake at once: unknown parents, cycles, several roots, guarantees that do not fit into the parent's.
    public static List<Mistake> mistakes(Collection<QuotaNode> nodes) {
        var problems = new ArrayList<Mistake>();
        Map<String, QuotaNode> byName = new LinkedHashMap<>();
        for (QuotaNode node : nodes) {
            if (byName.put(node.name(), node) != null) {
                problems.add(new Mistake(node.name(), node.name() + " is there twice"));
            }
        }
        List<String> roots = nodes.stream()
                .filter(n -> n.parent() == null)
                .map(QuotaNode::name)
                .toList();
        if (roots.size() != 1) {
            String says = "exactly one tenant has no parent, found " + some(roots);
            List<String> whose = roots.isEmpty() ? List.copyOf(byName.keySet()) : roots;
            whose.forEach(name -> problems.add(new Mistake(name, says)));
        }
        Map<String, Amounts> promised = new HashMap<>();
        Set<String> rooted = rooted(nodes, byName);
        for (QuotaNode node : nodes) {
            String parent = node.parent();
            if (parent == null) {
                continue;
            }
            if (!byName.containsKey(parent)) {
                problems.add(new Mistake(node.name(), node.name() + ": there is no parent " + parent));
            } else if (!rooted.contains(node.name())) {
                problems.add(new Mistake(node.name(), node.name() + " is its own ancestor"));
            } else {
                promised.merge(parent, node.guaranteed(), Amounts::plus);
            }
        }
        promised.forEach((parent, sum) -> sum.of().forEach((resource, amount) -> {
            QuotaNode node = byName.get(parent);
            long has = node == null ? 0 : node.guaranteed().get(resource);
            if (amount > has) {
                problems.add(new Mistake(
                        parent,
                        "the tenants below " + parent + " are guaranteed " + amount + " " + resource + ", it has "
                                + has));
            }
        }));
        return problems;
    }

    /// A sentence is told to each of those that it names: it must not grow with their number.
    private static String some(List<String> names) {
        return names.size() <= NAMED
                ? names.toString()
                : names.subList(0, NAMED) + " and " + (names.size() - NAMED) + " more";
    }

    /// Those whose way up ends. Each step of a way is gone once.
    private static Set<String> rooted(Collection<QuotaNode> nodes, Map<String, QuotaNode> byName) {
        Set<String> rooted = new HashSet<>();
        Set<String> gone = new HashSet<>();
        for (QuotaNode node : nodes) {
            List<String> way = new ArrayList<>();
            QuotaNode at = node;
            while (at != null && gone.add(at.name())) {
                way.add(at.name());
                at = at.parent() == null ? null : byName.get(at.parent());
            }
            if (at == null || rooted.contains(at.name())) {
                rooted.addAll(way);
            }
        }
        return rooted;
    }

    public static QuotaTree of(Collection<QuotaNode> nodes) {
        List<String> problems = problems(nodes);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        Map<String, QuotaNode> byName = new LinkedHashMap<>();
        Set<String> parents = new HashSet<>();
        nodes.forEach(n -> {
            byName.put(n.name(), n);
            parents.add(n.parent() == null ? "" : n.parent());
        });
        return new QuotaTree(byName, parents, Map.of());
    }

    public Amounts usage(String tenant) {
        return usage.getOrDefault(tenant, Amounts.NONE);
    }

    /// The tree after the tenant has taken this much more; limits are not looked at (what runs is counted, admitted
    /// or not).
    public QuotaTree using(String tenant, Amounts more) {
        return changed(tenant, have -> have.plus(more));
    }

    public QuotaTree releasing(String tenant, Amounts less) {
        return changed(tenant, have -> have.minus(less));
    }

    private QuotaTree changed(String tenant, java.util.function.UnaryOperator<Amounts> change) {
        Map<String, Amounts> after = new HashMap<>(usage);
        for (QuotaNode node : path(tenant)) {
            after.put(node.name(), change.apply(usage(node.name())));
        }
        return new QuotaTree(nodes, parents, after);
    }

    /// The tree if one tenant's bound were higher: its limit, and for the root also all there is.
    public QuotaTree raised(String tenant, String resource, long by) {
        QuotaNode node = known(tenant);
        Amounts more = Amounts.of(resource, by);
        Amounts limit = node.limit();
        Map<String, QuotaNode> after = new LinkedHashMap<>(nodes);
        after.put(
                tenant,
                new QuotaNode(
                        tenant,
                        node.parent(),
                        node.parent() == null ? node.guaranteed().plus(more) : node.guaranteed(),
                        limit == null || !limit.of().containsKey(resource) ? limit : limit.plus(more)));
        return new QuotaTree(after, parents, usage);
    }

    /// What somebody who wants more may take from another tenant.
    public enum Claim {
        /// Its own guarantee, of which the other uses a part.
        Guaranteed,
        /// What their priorities say.
        ByPriority,
        /// Nothing: where guarantees are given, who would borrow waits, and who is within its own keeps what it has.
        None
    }

    /// Both are judged as parts of the lowest tenant that is above both: what one part of the tree lends to itself is
    /// no other part's affair. Only resources count that are guaranteed at all.
    ///
    /// @param from who would lose something
    public Claim claim(String tenant, Amounts wanted, String from) {
        QuotaNode root = path(tenant).getLast();
        List<String> resources = wanted.of().entrySet().stream()
                .filter(each -> each.getValue() > 0 && root.guaranteed().get(each.getKey()) > 0)
                .map(Map.Entry::getKey)
                .toList();
        List<QuotaNode> own = new ArrayList<>(path(tenant));
        List<QuotaNode> others = new ArrayList<>(path(from));
        own.removeAll(path(from));
        others.removeAll(path(tenant));
        if (own.isEmpty() || others.isEmpty() || resources.isEmpty()) {
            return Claim.ByPriority;
        }
        boolean promised = resources.stream()
                .anyMatch(r -> own.getLast().guaranteed().get(r) > 0
                        || others.getLast().guaranteed().get(r) > 0);
        if (!promised) {
            return Claim.ByPriority;
        }
        boolean entitled = resources.stream().allMatch(r -> overGuarantee(own.getLast(), r, wanted.get(r)) <= 0);
        boolean borrows =
                resources.stream().anyMatch(r -> others.stream().allMatch(node -> overGuarantee(node, r, 0) > 0));
        return entitled && borrows ? Claim.Guaranteed : Claim.None;
    }

    private long overGuarantee(QuotaNode node, String resource, long more) {
        long after = usage(node.name()).plus(Amounts.of(resource, more)).get(resource);
        return after - node.guaranteed().get(resource);
    }

    /// Tenants without others below them that use more than their own guarantee of something.
    public List<String> borrowers() {
        return nodes.values().stream()
                .filter(node -> !parents.contains(node.name()))
                .filter(node -> usage(node.name()).of().keySet().stream().anyMatch(r -> overGuarantee(node, r, 0) > 0))
                .map(QuotaNode::name)
                .toList();
    }

    public Admission admit(String tenant, Amounts wanted) {
        List<QuotaNode> path = path(tenant);
        for (var entry : wanted.of().entrySet()) {
            String resource = entry.getKey();
            for (QuotaNode node : path) {
                long after = usage(node.name())
                        .plus(Amounts.of(resource, entry.getValue()))
                        .get(resource);
                long bound = node.parent() == null
                        ? Math.min(node.limit(resource), node.guaranteed().get(resource))
                        : node.limit(resource);
                if (after > bound) {
                    var why =
                            node.parent() == null && bound == node.guaranteed().get(resource)
                                    ? Admission.Why.NothingLeftToBorrow
                                    : Admission.Why.AboveLimit;
                    return new Admission.Refused(
                            why, node.name(), resource, entry.getValue(), after - bound, holders(node, resource));
                }
            }
        }
        return new Admission.Admitted(borrowed(path.getFirst(), wanted));
    }

    private Amounts borrowed(QuotaNode leaf, Amounts wanted) {
        Map<String, Long> borrowed = new HashMap<>();
        wanted.of().forEach((resource, amount) -> {
            long own = Math.max(
                    0, leaf.guaranteed().get(resource) - usage(leaf.name()).get(resource));
            if (amount > own) {
                borrowed.put(resource, amount - own);
            }
        });
        return new Amounts(borrowed);
    }

    private List<Admission.Holder> holders(QuotaNode top, String resource) {
        return nodes.values().stream()
                .filter(n -> !parents.contains(n.name()) && path(n.name()).contains(top))
                .map(n -> new Admission.Holder(
                        n.name(), usage(n.name()).get(resource) - n.guaranteed().get(resource)))
                .filter(h -> h.aboveGuarantee() > 0)
                .sorted(Comparator.comparingLong((Admission.Holder h) -> -h.aboveGuarantee())
                        .thenComparing(Admission.Holder::tenant))
                .toList();
    }

    /// Whether what the tenant uses counts there.
    public boolean isBelow(String tenant, String at) {
        return path(tenant).stream().anyMatch(node -> node.name().equals(at));
    }

    /// From the tenant up to the root.
    private List<QuotaNode> path(String tenant) {
        List<QuotaNode> path = new ArrayList<>();
        for (QuotaNode node = known(tenant); node != null; node = up(node)) {
            path.add(node);
        }
        return path;
    }

    private @Nullable QuotaNode up(QuotaNode node) {
        return node.parent() == null ? null : known(node.parent());
    }

    private QuotaNode known(String tenant) {
        QuotaNode node = nodes.get(tenant);
        if (node == null) {
            throw new IllegalArgumentException("there is no tenant " + tenant);
        }
        return node;
    }
}
