package io.kumiki.kube.cel.cost;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was found out about the values in an expression so far: where in the schema they stand, how large they can be,
/// and what is called by which name just now.
final class Found {
    private final CelAbstractSyntaxTree tree;
    private final Extent root;
    private final Map<Long, Where> places = new HashMap<>();
    private final Map<Long, Bounds> sizes = new HashMap<>();
    private final Map<Long, Entries> entries = new HashMap<>();
    private final Map<String, Deque<Local>> locals = new HashMap<>();

    /// What is in a list or map that an expression makes.
    record Entries(boolean list, Bounds keys, Bounds values) {
        static @Nullable Entries union(@Nullable Entries a, @Nullable Entries b) {
            return a == null || b == null ? null : new Entries(a.list, a.keys.union(b.keys), a.values.union(b.values));
        }
    }

    record Local(
            Where where, @Nullable Bounds size, @Nullable Entries entries) {}

    Found(CelAbstractSyntaxTree tree, Extent root) {
        this.tree = tree;
        this.root = root;
    }

    void place(long id, Where where) {
        places.put(id, where);
    }

    void push(String name, CelExpr range, Where.Step step, @Nullable Bounds size) {
        push(name, new Local(where(range).below(root, step), size, null));
    }

    Local local(CelExpr value) {
        return new Local(where(value), size(value), entries(value));
    }

    void push(String name, Local local) {
        locals.computeIfAbsent(name, none -> new ArrayDeque<>()).push(local);
    }

    void pop(String name) {
        locals.getOrDefault(name, new ArrayDeque<>()).pop();
    }

    @Nullable
    Local local(String name) {
        Deque<Local> all = locals.get(name);
        return all == null ? null : all.peek();
    }

    Part part(CelExpr e) {
        return new Part(e, type(e), where(e), size(e));
    }

    CelType type(CelExpr e) {
        return tree.getType(e.id()).orElse(SimpleType.DYN);
    }

    Where where(CelExpr e) {
        Local local = e.getKind() == Kind.IDENT ? local(e.ident().name()) : null;
        return local != null ? local.where : places.getOrDefault(e.id(), Where.NOWHERE);
    }

    void keep(CelExpr to, CelExpr from) {
        resize(to, size(from));
        refill(to, entries(from));
    }

    void resize(CelExpr e, @Nullable Bounds size) {
        if (size != null) {
            sizes.put(e.id(), size);
        }
    }

    void refill(CelExpr e, @Nullable Entries inside) {
        if (inside != null) {
            entries.put(e.id(), inside);
        }
    }

    @Nullable
    Entries entries(CelExpr e) {
        Entries known = entries.get(e.id());
        Local local =
                known == null && e.getKind() == Kind.IDENT ? local(e.ident().name()) : null;
        return local == null ? known : local.entries;
    }

    Bounds sizeOrUnknown(CelExpr e) {
        Bounds size = size(e);
        return size == null ? Bounds.UNKNOWN : size;
    }

    @Nullable
    Bounds size(CelExpr e) {
        Bounds known = sizes.get(e.id());
        if (known != null) {
            return known;
        }
        switch (e.getKind()) {
            case CONSTANT -> {
                return Bounds.of(letters(e.constant()));
            }
            case LIST -> {
                return Bounds.of(e.list().elements().size());
            }
            case MAP -> {
                return Bounds.of(e.map().entries().size());
            }
            default -> {}
        }
        Bounds said = where(e).size();
        if (said != null) {
            sizes.put(e.id(), said);
            return said;
        }
        if (scalar(type(e))) {
            return Bounds.ONE;
        }
        Local local = e.getKind() == Kind.IDENT ? local(e.ident().name()) : null;
        return local == null ? null : local.size;
    }

    private static long letters(CelConstant constant) {
        return switch (constant.getKind()) {
            case STRING_VALUE ->
                constant.stringValue().codePointCount(0, constant.stringValue().length());
            case BYTES_VALUE -> constant.bytesValue().size();
            default -> 1;
        };
    }

    private static boolean scalar(CelType type) {
        return switch (type.kind()) {
            case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> true;
            case OPAQUE ->
                type.name().equals("optional_type") && scalar(type.parameters().getFirst());
            default -> false;
        };
    }
}
