package io.kumiki.model;

/// Why something was refused, waits or failed: an UpperCamel word that status, metrics, events and the dashboard
/// share.
/// Each feature lists its own reasons in an enum whose constants are spelled in UpperCamel.
public interface Reason {
    String name();
}
