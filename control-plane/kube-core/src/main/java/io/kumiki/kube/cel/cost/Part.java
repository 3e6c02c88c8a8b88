package io.kumiki.kube.cel.cost;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import org.jspecify.annotations.Nullable;

/// What a function is given.
///
/// @param size that was found out already; `null` when it could not be
/// @param expression `null` for the items of a list
record Part(
        @Nullable CelExpr expression,
        CelType type,
        Where where,
        @Nullable Bounds size) {
    Bounds sizeOrUnknown() {
        if (size != null) {
            return size;
        }
        Bounds said = where.size();
        return said == null ? Bounds.UNKNOWN : said;
    }
}
