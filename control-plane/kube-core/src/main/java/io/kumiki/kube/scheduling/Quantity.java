package io.kumiki.kube.scheduling;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/// Kubernetes' resource amounts: `500m`, `2Gi`, `1e3`. Exact.
public final class Quantity {
    private static final Map<String, BigDecimal> SUFFIXES = Map.ofEntries(
            Map.entry("n", BigDecimal.ONE.movePointLeft(9)),
            Map.entry("u", BigDecimal.ONE.movePointLeft(6)),
            Map.entry("m", BigDecimal.ONE.movePointLeft(3)),
            Map.entry("", BigDecimal.ONE),
            Map.entry("k", BigDecimal.ONE.movePointRight(3)),
            Map.entry("M", BigDecimal.ONE.movePointRight(6)),
            Map.entry("G", BigDecimal.ONE.movePointRight(9)),
            Map.entry("T", BigDecimal.ONE.movePointRight(12)),
            Map.entry("P", BigDecimal.ONE.movePointRight(15)),
            Map.entry("E", BigDecimal.ONE.movePointRight(18)),
            Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
            Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
            Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
            Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
            Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
            Map.entry("Ei", BigDecimal.valueOf(1L << 60)));
    private static final int LONGEST = 64;

    private Quantity() {}

    /// Throws [NumberFormatException] naming the text when it is no quantity.
    public static BigDecimal parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new NumberFormatException("\"" + text + "\" is not a quantity such as 500m, 2 or 1Gi");
        }
        int end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1)) && !isExponent(text, end - 1)) {
            end--;
        }
        BigDecimal factor = SUFFIXES.get(text.substring(end));
        try {
            if (factor != null) {
                BigDecimal number = new BigDecimal(text.substring(0, end));
                // A huge exponent would make arithmetic on it endless.
                if (Math.abs((long) number.scale()) <= LONGEST) {
                    return number.multiply(factor);
                }
            }
        } catch (NumberFormatException e) {
            // Told below, with the whole text.
        }
        throw new NumberFormatException("\"" + text + "\" is not a quantity such as 500m, 2 or 1Gi");
    }

    /// In thousandths, rounded up: how the scheduler counts CPU.
    public static long milli(BigDecimal amount) {
        return saturated(amount.movePointRight(3));
    }

    /// In whole units, rounded up: how it counts everything else.
    public static long units(BigDecimal amount) {
        return saturated(amount);
    }

    private static long saturated(BigDecimal amount) {
        BigDecimal whole = amount.setScale(0, RoundingMode.CEILING);
        return whole.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : whole.longValue();
    }

    private static boolean isExponent(String text, int at) {
        return (text.charAt(at) == 'e' || text.charAt(at) == 'E')
                && at + 1 < text.length()
                && !Character.isLetter(text.charAt(at + 1));
    }
}
