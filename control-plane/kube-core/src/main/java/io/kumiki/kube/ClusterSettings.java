package io.kumiki.kube;

import java.time.Instant;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// Everything the cluster takes from the world outside: time, identity, randomness.
///
/// @param uids a new UUID at each call
/// @param letters that many random numbers from 0 to 26, for generated names
/// @param tokens signs and checks service-account tokens
/// @param webhooks reaches admission webhooks
/// @param authority the CA certificate as PEM that every namespace is given; empty for none; asked for with the
///     first namespace
/// @param windowChanges how many changes a watch may be behind before it gets 410
public record ClusterSettings(
        Supplier<Instant> now,
        Supplier<String> uids,
        IntFunction<int[]> letters,
        Tokens tokens,
        WebhookCaller webhooks,
        Supplier<String> authority,
        int windowChanges) {
    /// Deterministic: equal seeds and equal calls give equal clusters.
    public static ClusterSettings simulated(Supplier<Instant> now, long seed) {
        var random = new java.util.SplittableRandom(seed);
        // Several writers may draw at once.
        Object one = new Object();
        return new ClusterSettings(
                now,
                () -> {
                    synchronized (one) {
                        return new java.util.UUID(
                                        random.nextLong() & ~0xF000L | 0x4000L,
                                        random.nextLong() >>> 2 | 0x8000000000000000L)
                                .toString();
                    }
                },
                n -> {
                    synchronized (one) {
                        return random.ints(n, 0, 27).toArray();
                    }
                },
                Tokens.none(),
                WebhookCaller.none(),
                () -> "",
                16_384);
    }

    public ClusterSettings tokens(Tokens signer) {
        return new ClusterSettings(now, uids, letters, signer, webhooks, authority, windowChanges);
    }

    public ClusterSettings webhooks(WebhookCaller caller) {
        return new ClusterSettings(now, uids, letters, tokens, caller, authority, windowChanges);
    }
}
