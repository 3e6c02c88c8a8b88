package io.kumiki.extender;

import io.kumiki.ledger.Ledger;
import io.kumiki.ledger.LedgerSettings;

/// Another holder of the ledger in a process of its own, so that a test can stop it as a whole. Says its address,
/// then a line for each entry that it hears of: tree, epoch, sequence, the tenant's GPUs.
public final class QuotaMember {
    private QuotaMember() {}

    public static void main(String[] args) throws Exception {
        try (Ledger ledger = Ledger.start(new LedgerSettings("kumiki", "127.0.0.1", 0, "", ""))) {
            ledger.onChange(entry -> System.out.println("entry " + entry.tree() + " " + entry.epoch() + " "
                    + entry.sequence() + " " + entry.usage().get("small").get("nvidia.com/gpu")));
            System.out.println("at " + ledger.address());
            // Until whoever started this goes away.
            System.in.readAllBytes();
        }
    }
}
