package io.kumiki.planner.words;

import io.kumiki.model.Reason;

/// Why a gang is in its phase: one code for status, metrics, events and the dashboard.
public enum Why implements Reason {
    Placed,
    Started,
    Finished,
    InvalidSpec,
    MembersMissing,
    NamespaceQuota,
    QuotaLimit,
    QuotaBorrowing,
    NoLeader,
    NoRoom,
    Impossible,
    KeptForOlder,
    Preempting,
    Preempted,
    Moving,
    Moved,
    Restarted,
    ReservationExpired,
    BarrierTimeout,
    NoOtherNode,
    MemberLost
}
