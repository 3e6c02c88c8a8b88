package io.kumiki.kube.scheduling;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
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
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final List<String> DECIMAL = List.of("", "k", "M", "G", "T", "P", "E");
    private static final List<String> FRACTIONS = List.of("m", "u", "n");
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

    /// The canonical text: the largest unit that leaves a whole number.
    ///
    /// @param binary whether `Ki`, `Mi`, … are wanted where they fit
    public static String text(BigDecimal amount, boolean binary) {
        BigDecimal plain = amount.stripTrailingZeros();
        if (plain.signum() == 0) {
            return "0";
        }
        if (binary && plain.scale() <= 0 && plain.abs().compareTo(BigDecimal.valueOf(1024)) >= 0) {
            return scaled(plain.toBigIntegerExact(), BigInteger.valueOf(1024), BINARY);
        }
        if (plain.scale() <= 0) {
            return scaled(plain.toBigIntegerExact(), BigInteger.valueOf(1000), DECIMAL);
        }
        int step = Math.min((plain.scale() + 2) / 3, FRACTIONS.size());
        return plain.movePointRight(step * 3).setScale(0, RoundingMode.CEILING).toPlainString()
                + FRACTIONS.get(step - 1);
    }

    private static String scaled(BigInteger whole, BigInteger base, List<String> units) {
        BigInteger rest = whole;
        int unit = 0;
        while (unit < units.size() - 1 && rest.mod(base).signum() == 0) {
            rest = rest.divide(base);
            unit++;
        }
        return rest + units.get(unit);
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
