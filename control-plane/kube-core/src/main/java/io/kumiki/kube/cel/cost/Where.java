package io.kumiki.kube.cel.cost;

import org.jspecify.annotations.Nullable;

/// Which part of the judged value an expression stands for, as the real estimator follows it: what stands for no part
/// is taken for the whole value as soon as something is selected from it.
///
/// @param known whether it stands for a part
/// @param extent of that part; `null` when its size cannot be told
record Where(boolean known, @Nullable Extent extent) {
    static final Where NOWHERE = new Where(false, null);

    enum Step {
        ITEMS,
        VALUES,
        KEYS,
        INDICES
    }

    Where below(Extent root, Step step) {
        if (!known) {
            return new Where(true, root);
        }
        Extent at = extent;
        if (at == null) {
            return this;
        }
        return new Where(
                true,
                switch (step) {
                    case ITEMS, VALUES -> at.items();
                    case KEYS -> at.keys();
                    case INDICES -> null;
                });
    }

    Where field(Extent root, String name) {
        if (!known) {
            return new Where(true, root);
        }
        return new Where(true, extent == null ? null : extent.fields().get(name));
    }

    @Nullable
    Bounds size() {
        return extent == null ? null : Bounds.upTo(extent.most());
    }
}
