package io.kumiki.planner.fact;

/// What matters of a ProvisioningRequest of ours: an autoscaler is asked for nodes.
///
/// @param name of the object
/// @param gang for which they are, in the same namespace; empty where they are for pods without one
/// @param attempt of the gang; for pods without one: how many they are
/// @param says the autoscaler's words, empty for none
public record CapacityFact(String namespace, String name, String gang, int attempt, Stage stage, String says) {
    public enum Stage {
        ASKED,
        PROVISIONED,
        FAILED,
        /// The nodes are not kept for it any longer.
        EXPIRED
    }

    /// One for each attempt of a gang, or number of pods.
    public static String name(String gang, int attempt) {
        return gang + "-" + attempt;
    }
}
