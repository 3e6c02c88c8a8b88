package io.kumiki.model.run;

/// Why a run or task ended badly: a stable code and one sentence for a person.
public record RunFault(String reason, String message) {}
