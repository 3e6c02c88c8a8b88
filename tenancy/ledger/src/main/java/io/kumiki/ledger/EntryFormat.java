package io.kumiki.ledger;

import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
import io.kumiki.quota.Amounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The entry on the wire. The type's name and its fields' names are pinned, so that members of two releases
/// understand each other; amounts travel as three columns (tenant, resource, amount).
final class EntryFormat implements CompactSerializer<LedgerEntry> {
    private static final String TYPE = "kumiki.ledger.v1.entry";

    @Override
    public void write(CompactWriter out, LedgerEntry entry) {
        out.writeString("tree", entry.tree());
        out.writeInt64("epoch", entry.epoch());
        out.writeInt64("sequence", entry.sequence());
        Columns usage = new Columns();
        entry.usage().forEach(usage::add);
        usage.write(out, "usage");
        List<LedgerEntry.BindingGang> gangs = entry.binding();
        out.writeArrayOfString(
                "gangNamespaces",
                gangs.stream().map(LedgerEntry.BindingGang::namespace).toArray(String[]::new));
        out.writeArrayOfString(
                "gangNames", gangs.stream().map(LedgerEntry.BindingGang::name).toArray(String[]::new));
        out.writeArrayOfString(
                "gangTenants",
                gangs.stream().map(LedgerEntry.BindingGang::tenant).toArray(String[]::new));
        Columns held = new Columns();
        for (int i = 0; i < gangs.size(); i++) {
            held.add(Integer.toString(i), gangs.get(i).amounts());
        }
        held.write(out, "gangs");
    }

    @Override
    public LedgerEntry read(CompactReader in) {
        Map<String, Amounts> held = Columns.read(in, "gangs");
        String[] namespaces = strings(in, "gangNamespaces");
        String[] names = strings(in, "gangNames");
        String[] tenants = strings(in, "gangTenants");
        List<LedgerEntry.BindingGang> gangs = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            gangs.add(new LedgerEntry.BindingGang(
                    namespaces[i], names[i], tenants[i], held.getOrDefault(Integer.toString(i), Amounts.NONE)));
        }
        return new LedgerEntry(
                Objects.requireNonNull(in.readString("tree")),
                in.readInt64("epoch"),
                in.readInt64("sequence"),
                new TreeMap<>(Columns.read(in, "usage")),
                gangs);
    }

    private static String[] strings(CompactReader in, String field) {
        @Nullable String[] read = in.readArrayOfString(field);
        return read == null
                ? new String[0]
                : Arrays.stream(read).map(Objects::requireNonNull).toArray(String[]::new);
    }

    @Override
    public String getTypeName() {
        return TYPE;
    }

    @Override
    public Class<LedgerEntry> getCompactClass() {
        return LedgerEntry.class;
    }

    private static final class Columns {
        private final List<String> owners = new ArrayList<>();
        private final List<String> resources = new ArrayList<>();
        private final List<Long> amounts = new ArrayList<>();

        void add(String owner, Amounts of) {
            of.of().forEach((resource, amount) -> {
                owners.add(owner);
                resources.add(resource);
                amounts.add(amount);
            });
            if (of.of().isEmpty()) {
                owners.add(owner);
                resources.add("");
                amounts.add(0L);
            }
        }

        void write(CompactWriter out, String field) {
            out.writeArrayOfString(field + "Owners", owners.toArray(String[]::new));
            out.writeArrayOfString(field + "Resources", resources.toArray(String[]::new));
            out.writeArrayOfInt64(
                    field + "Amounts",
                    amounts.stream().mapToLong(Long::longValue).toArray());
        }

        static Map<String, Amounts> read(CompactReader in, String field) {
            String[] owners = strings(in, field + "Owners");
            String[] resources = strings(in, field + "Resources");
            long[] amounts = Objects.requireNonNullElse(in.readArrayOfInt64(field + "Amounts"), new long[0]);
            Map<String, Amounts> read = new TreeMap<>();
            for (int i = 0; i < owners.length; i++) {
                Amounts more = resources[i].isEmpty() ? Amounts.NONE : Amounts.of(resources[i], amounts[i]);
                read.merge(owners[i], more, Amounts::plus);
            }
            return read;
        }
    }
}
