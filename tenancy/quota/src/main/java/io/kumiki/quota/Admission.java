package io.kumiki.quota;

import java.util.List;

/// May a tenant use this much more?
public sealed interface Admission {
    /// @param borrowed the part above the tenant's own guarantee; it may be reclaimed
    record Admitted(Amounts borrowed) implements Admission {}

    /// @param at the tenant of the path whose bound is reached: a limit of its own, or the root's guarantee, which
    ///     is all there is
    /// @param missing how much more would have to be free there
    /// @param holders who uses the resource above their guarantee below that tenant, largest first
    record Refused(Why why, String at, String resource, long wanted, long missing, List<Holder> holders)
            implements Admission {}

    enum Why {
        AboveLimit,
        NothingLeftToBorrow
    }

    record Holder(String tenant, long aboveGuarantee) {}
}
