package io.kumiki.kube.kinds;

/// Kinds made by a definition have no rules beyond their schema.
record CustomRules() implements KindRules {
    static final CustomRules INSTANCE = new CustomRules();
}
