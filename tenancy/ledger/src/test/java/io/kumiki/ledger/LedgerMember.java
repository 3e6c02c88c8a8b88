package io.kumiki.ledger;

import io.kumiki.quota.Amounts;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/// A member in a process of its own, so that a test can stop it as a whole. Takes one command a line, answers one
/// line each: `publish EPOCH SEQUENCE GPUS`, `read`, `members`.
public final class LedgerMember {
    private LedgerMember() {}

    public static void main(String[] args) throws Exception {
        var settings = new LedgerSettings(args[0], "127.0.0.1", 0, args.length > 1 ? args[1] : "", "");
        try (Ledger ledger = Ledger.start(settings);
                var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("at " + ledger.address());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(answer(ledger, line.split(" ")));
            }
        }
    }

    private static String answer(Ledger ledger, String[] words) {
        return switch (words[0]) {
            case "publish" -> {
                var usage = new TreeMap<String, Amounts>();
                usage.put("team", Amounts.of("nvidia.com/gpu", Long.parseLong(words[3])));
                long from = System.nanoTime();
                ledger.publish(
                        new LedgerEntry("all", Long.parseLong(words[1]), Long.parseLong(words[2]), usage, List.of()));
                yield "published " + (System.nanoTime() - from) / 1_000_000;
            }
            case "read" ->
                ledger.read("all")
                        .map(e -> "entry " + e.epoch() + " " + e.sequence() + " "
                                + e.usage().get("team").get("nvidia.com/gpu"))
                        .orElse("none");
            case "members" -> "members " + ledger.members();
            default -> "unknown " + words[0];
        };
    }
}
