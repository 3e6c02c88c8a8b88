package io.kumiki.model;

/// One mistake in what a user sent. Mistakes are collected and shown together.
///
/// @param path where, in the user's own document: `root.dag.tasks[train].inputs`
/// @param reason the stable code
/// @param message what was wanted, what was found, what to do
public record Violation(String path, String reason, String message) {
    public Violation(String path, Reason reason, String message) {
        this(path, reason.name(), message);
    }

    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}
