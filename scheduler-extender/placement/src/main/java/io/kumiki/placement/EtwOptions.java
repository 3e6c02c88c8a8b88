package io.kumiki.placement;

/// Parameters of the single-pod policy; the defaults are the setting that the published comparison uses.
///
/// @param sequences rollout sequences per node group (K)
/// @param lookAhead how many times a node's fair share of pods is rolled out (h)
/// @param classPrice weight of the class price (kp), in milli-GPU
/// @param classExponent trades packing for protection of large demands (e)
/// @param nearly weight of breaking into nodes that have almost room for several devices, as a share of the class
/// price:
///     0 for a batch fill, where nobody leaves and they never get it
/// @param horizon demand to come for several devices at once, as a multiple of what is free (H): 1.3 for a batch fill,
///     8 in steady state
/// @param typeHorizon the same for pods that want certain GPU models: a long one would make every model equally scarce
/// @param typePrice weight of the GPU-type price (tp), in milli-GPU
/// @param rackPrice weight of the rack price (kr), in milli-GPU; nothing is charged where no racks are known or no gang
///     asks for whole nodes
/// @param seed of the rollout's shuffle
/// @param refreshEvery placements between two refreshes of the prices
public record EtwOptions(
        int sequences,
        double lookAhead,
        double classPrice,
        double classExponent,
        double nearly,
        double horizon,
        double typeHorizon,
        double typePrice,
        double rackPrice,
        long seed,
        int refreshEvery) {
    public static final EtwOptions BATCH = new EtwOptions(32, 3, 3000, 4, 0, 1.3, 1.3, 300, 0, 7, 50);
    public static final EtwOptions STEADY = new EtwOptions(32, 3, 3000, 4, 1, 8, 1.3, 300, 3000, 7, 50);

    /// The same, with another weight of the rack price.
    public EtwOptions racks(double price) {
        return new EtwOptions(
                sequences,
                lookAhead,
                classPrice,
                classExponent,
                nearly,
                horizon,
                typeHorizon,
                typePrice,
                price,
                seed,
                refreshEvery);
    }
}
