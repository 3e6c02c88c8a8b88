package io.kumiki.planner.fact;

import io.fabric8.kubernetes.api.model.Quantity;
import io.kumiki.placement.Demand;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Amounts as the planner counts them, and what of them is a device.
public final class Shape {
    public static final String MILLI = "kumiki.io/gpu-milli";
    /// Only tells the scheduler to call us.
    public static final Set<String> MARKERS = Set.of("kumiki.io/bind", "kumiki.io/plan");

    /// Node label: its GPU type.
    public static final String TYPE = "nvidia.com/gpu.product";

    public static final List<String> GPUS = List.of("nvidia.com/gpu", "amd.com/gpu");
    private static final long MIB = 1 << 20;
    /// More of anything than all nodes together have, and thousands of it can be added up.
    public static final long MOST = 1_000_000_000_000_000L;
    /// Of whole clusters, as quotas have it.
    public static final long MOST_OF_ALL = 1_000 * MOST;

    private static final BigDecimal ANY = BigDecimal.valueOf(MOST_OF_ALL);
    private static final int LONGEST = 64;

    private Shape() {}

    /// Throws [IllegalArgumentException] naming the resource whose amount is none, or negative.
    public static Map<String, Long> amounts(Map<String, String> quantities) {
        var amounts = new TreeMap<String, Long>();
        quantities.forEach((resource, text) -> amounts.put(resource, amount(resource, text)));
        return amounts;
    }

    /// Throws [IllegalArgumentException] where it is none, negative, or has more than 18 digits.
    public static long amount(String resource, String text) {
        BigDecimal number = counted(resource, text);
        if (number.signum() < 0 || number.compareTo(ANY) >= 0) {
            throw new IllegalArgumentException(resource + " is " + text + ", which is no amount of anything");
        }
        return number.longValueExact();
    }

    /// What the API server took, however much it is: below none is none, and too much is the most.
    ///
    /// @param most that can be added up
    public static long found(String resource, String text, long most) {
        BigDecimal number = counted(resource, text);
        return number.compareTo(BigDecimal.valueOf(most)) > 0 ? most : Math.max(0, number.longValue());
    }

    /// The same of one pod's or one node's amounts that were counted already.
    public static Map<String, Long> found(Map<String, Long> amounts) {
        if (amounts.values().stream().allMatch(amount -> amount >= 0 && amount <= MOST)) {
            return amounts;
        }
        var found = new TreeMap<String, Long>();
        amounts.forEach((resource, amount) -> found.put(resource, Math.clamp(amount, 0, MOST)));
        return found;
    }

    private static BigDecimal counted(String resource, String text) {
        try {
            if (text.length() <= LONGEST) {
                BigDecimal number = Quantity.parse(text).getNumericalAmount();
                // A huge exponent would make arithmetic on it endless.
                if (Math.abs((long) number.scale()) <= LONGEST) {
                    BigDecimal counted = resource.equals("cpu") ? number.movePointRight(3) : number;
                    return counted.setScale(0, RoundingMode.UP);
                }
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Told below, in the same words.
        }
        String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        throw new IllegalArgumentException(
                resource + " is \"" + shown + "\", which is no quantity such as 500m, 2 or 1Gi");
    }

    /// Throws [IllegalArgumentException] where the amounts of one pod are none that could ever be given.
    public static void check(Map<String, Long> amounts) {
        demand(amounts);
    }

    /// Whether a pod asks for a device, whole, in part or as one of its profiles.
    public static boolean asksForDevices(Map<String, Long> amounts) {
        return amounts.entrySet().stream()
                .anyMatch(amount -> amount.getValue() > 0
                        && (GPUS.contains(amount.getKey())
                                || amount.getKey().equals(MILLI)
                                || amount.getKey().startsWith("nvidia.com/mig-")));
    }

    /// Throws [IllegalArgumentException] where nothing of the kind could ever be given.
    ///
    /// @param amounts of one pod
    public static Demand demand(Map<String, Long> amounts) {
        int gpus = 0;
        int milli = 0;
        var extended = new TreeMap<String, Long>();
        for (var entry : amounts.entrySet()) {
            String resource = entry.getKey();
            if (entry.getValue() > MOST) {
                throw new IllegalArgumentException(
                        resource + " is " + entry.getValue() + ", which is more than any node has");
            }
            if (GPUS.contains(resource) && entry.getValue() > 0) {
                gpus += small(entry.getValue());
                milli = 1000;
            } else if (!Set.of("cpu", "memory", "pods", MILLI).contains(resource)
                    && !MARKERS.contains(resource)
                    && !GPUS.contains(resource)) {
                extended.put(resource, entry.getValue());
            }
        }
        long fraction = amounts.getOrDefault(MILLI, 0L);
        if (fraction > 0) {
            if (gpus > 0 || fraction > 1000) {
                throw new IllegalArgumentException(MILLI + " is a part of one device (1 to 1000), and no whole device"
                        + " is asked for beside it; found " + fraction + " and " + gpus + " whole");
            }
            gpus = 1;
            milli = small(fraction);
        }
        return new Demand(
                small(amounts.getOrDefault("cpu", 0L)),
                mib(amounts.getOrDefault("memory", 0L)),
                gpus,
                milli,
                List.of(),
                extended);
    }

    public static int mib(long bytes) {
        return small((bytes + MIB - 1) / MIB);
    }

    public static int small(long amount) {
        return (int) Math.min(Integer.MAX_VALUE / 4, amount);
    }

    public static boolean fraction(Map<String, Long> amounts) {
        return amounts.getOrDefault(MILLI, 0L) > 0;
    }
}
