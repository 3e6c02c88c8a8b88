package io.kumiki.kube.schema;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The formats of strings that Kubernetes checks in custom objects. Every other format is a hint for readers.
public final class Formats {
    private static final String HEX = "[0-9a-fA-F]";
    private static final Pattern TIME =
            Pattern.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))");
    private static final Pattern MAIL_LOCAL = Pattern.compile("[^\\s@<>(),;:\"\\\\\\[\\]]+|\"[^\"\\\\]*\"");
    private static final Pattern MAIL_DOMAIN = Pattern.compile("[^\\s@<>(),;:\"]+");
    private static final Pattern HOST_LABEL =
            Pattern.compile("[a-zA-Z0-9\\p{S}\\p{L}]([-a-zA-Z0-9\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?");
    private static final Pattern TOP_LABEL = Pattern.compile("[a-zA-Z\\p{L}]{2,63}");
    private static final Pattern CARD = Pattern.compile("4[0-9]{12}([0-9]{3})?|5[1-5][0-9]{14}"
            + "|6(011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(0[0-5]|[68][0-9])[0-9]{11}|(2131|1800|35\\d{3})\\d{11}");
    private static final Pattern AUTHORITY = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)");
    private static final Pattern ODD = Pattern.compile("[ \"<>\\\\^`{|}]");
    private static final String OCTET = "\\s*(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\s*";
    private static final String MAC = "(" + HEX + "{2}([-:])" + HEX + "{2}(\\2" + HEX + "{2}){4,6})|(" + HEX + "{4}\\."
            + HEX + "{4}\\." + HEX + "{4}(\\." + HEX + "{4})?)";

    private static final Map<String, Predicate<String>> KNOWN = Map.ofEntries(
            Map.entry("bsonobjectid", regex(HEX + "{24}")),
            Map.entry("uri", Formats::uri),
            Map.entry("email", Formats::mail),
            Map.entry("hostname", Formats::hostname),
            Map.entry("ipv4", text -> text.indexOf(':') < 0 && Addresses.parse(text) != null),
            Map.entry("ipv6", text -> text.indexOf(':') >= 0 && Addresses.parse(text) != null),
            Map.entry("cidr", Formats::cidr),
            Map.entry("mac", regex(MAC)),
            Map.entry("uuid", regex(uuid(HEX + "{4}", HEX + "{4}"))),
            Map.entry("uuid3", regex(uuid("3" + HEX + "{3}", HEX + "{4}"))),
            Map.entry("uuid4", regex(uuid("4" + HEX + "{3}", "[89abAB]" + HEX + "{3}"))),
            Map.entry("uuid5", regex(uuid("5" + HEX + "{3}", "[89abAB]" + HEX + "{3}"))),
            Map.entry("isbn", text -> isbn10(text) || isbn13(text)),
            Map.entry("isbn10", Formats::isbn10),
            Map.entry("isbn13", Formats::isbn13),
            Map.entry("creditcard", Formats::card),
            Map.entry("ssn", regex("\\d{3}[- ]?\\d{2}[- ]?\\d{4}")),
            Map.entry("hexcolor", regex("#?(" + HEX + "{3}|" + HEX + "{6})")),
            Map.entry("rgbcolor", regex("rgb\\(" + OCTET + "," + OCTET + "," + OCTET + "\\)")),
            Map.entry("byte", Formats::base64),
            Map.entry("password", text -> true),
            Map.entry("date", Formats::date),
            Map.entry("duration", text -> Durations.parse(text) != null),
            Map.entry("datetime", Formats::dateTime));

    private Formats() {}

    private static Predicate<String> regex(String expression) {
        return Pattern.compile(expression).asMatchPredicate();
    }

    private static String uuid(String third, String fourth) {
        return HEX + "{8}-?" + HEX + "{4}-?" + third + "-?" + fourth + "-?" + HEX + "{12}";
    }

    /// A format that is not known matches everything.
    public static boolean matches(String format, String text) {
        Predicate<String> check = KNOWN.get(format.replace("-", ""));
        return check == null || check.test(text);
    }

    private static boolean date(String text) {
        try {
            return text.length() == 10 && LocalDate.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean dateTime(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("t", -1);
        if (parts.length < 2 || !date(parts[0])) {
            return false;
        }
        Matcher time = TIME.matcher(parts[1]);
        return time.matches()
                && Integer.parseInt(time.group(1)) < 24
                && Integer.parseInt(time.group(2)) < 60
                && Integer.parseInt(time.group(3)) < 60;
    }

    private static boolean base64(String text) {
        try {
            return !text.isEmpty()
                    && text.length() % 4 == 0
                    && Base64.getDecoder().decode(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean cidr(String text) {
        int slash = text.indexOf('/');
        String size = text.substring(slash + 1);
        byte[] address = slash < 0 ? null : Addresses.parse(text.substring(0, slash));
        return address != null && size.matches("\\d{1,3}") && Integer.parseInt(size) <= address.length * 8;
    }

    /// Absolute, or a path from the root.
    private static boolean uri(String text) {
        URI uri = parsed(text);
        return uri != null && (uri.isAbsolute() || text.startsWith("/"));
    }

    /// `null` when it is none. Some characters that a URI would have to escape may stand in it as they are.
    public static @Nullable URI parsed(String text) {
        Matcher authority = AUTHORITY.matcher(text);
        if (authority.find() && ODD.matcher(authority.group(1)).find()) {
            return null;
        }
        StringBuilder safe = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (ODD.matcher(String.valueOf(c)).matches()) {
                safe.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            } else {
                safe.append(c);
            }
        }
        try {
            return text.isEmpty() ? null : new URI(safe.toString());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static boolean mail(String text) {
        String address = text.strip();
        if (address.endsWith(">") && address.indexOf('<') >= 0) {
            address = address.substring(address.indexOf('<') + 1, address.length() - 1);
        }
        int at = address.lastIndexOf('@');
        return at > 0
                && MAIL_LOCAL.matcher(address.substring(0, at)).matches()
                && MAIL_DOMAIN.matcher(address.substring(at + 1)).matches();
    }

    private static boolean hostname(String text) {
        if (text.length() > 255) {
            return false;
        }
        String[] labels = text.split("\\.", -1);
        for (int i = 0; i < labels.length; i++) {
            boolean last = i == labels.length - 1 && labels.length > 1;
            if (!(last ? TOP_LABEL : HOST_LABEL).matcher(labels[i]).matches()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isbn10(String text) {
        String digits = text.replaceAll("[\\s-]", "");
        if (!digits.matches("\\d{9}[\\dXx]")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            char c = digits.charAt(i);
            sum += (i + 1) * (Character.isDigit(c) ? c - '0' : 10);
        }
        return sum % 11 == 0;
    }

    private static boolean isbn13(String text) {
        String digits = text.replaceAll("[\\s-]", "");
        if (!digits.matches("\\d{13}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += (digits.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
        }
        return sum % 10 == 0;
    }

    private static boolean card(String text) {
        String digits = text.replaceAll("[^0-9]", "");
        if (!CARD.matcher(digits).matches()) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int twice = i % 2 == 1 ? digit * 2 : digit;
            sum += twice > 9 ? twice - 9 : twice;
        }
        return sum % 10 == 0;
    }

    /// Durations as `1h30m` or as `2 days`.
    public static final class Durations {
        private static final String UNIT = "(ns|us|µs|μs|ms|s|m|h)";
        private static final Pattern WHOLE = Pattern.compile("[-+]?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)" + UNIT + ")+)");
        private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)" + UNIT);
        private static final Pattern WORDED = Pattern.compile("(\\d+)\\s*([A-Za-zµ]+)");
        private static final Map<String, Long> UNITS = Map.ofEntries(
                Map.entry("ns", 1L),
                Map.entry("us", 1_000L),
                Map.entry("µs", 1_000L),
                Map.entry("μs", 1_000L),
                Map.entry("ms", 1_000_000L),
                Map.entry("s", 1_000_000_000L),
                Map.entry("m", 60_000_000_000L),
                Map.entry("h", 3_600_000_000_000L),
                Map.entry("hr", 3_600_000_000_000L),
                Map.entry("d", 86_400_000_000_000L),
                Map.entry("w", 604_800_000_000_000L),
                Map.entry("wk", 604_800_000_000_000L));
        /// Beginnings of units written as words.
        private static final Map<String, String> WORDS = Map.of(
                "nano", "ns", "micro", "us", "milli", "ms", "sec", "s", "min", "m", "hour", "h", "day", "d", "week",
                "w");

        private Durations() {}

        /// In nanoseconds; `null` when it is none.
        public static @Nullable Long parse(String text) {
            if (text.length() > 200) {
                return null;
            }
            if (WHOLE.matcher(text).matches()) {
                Long sum = sum(PART.matcher(text));
                return sum != null && text.startsWith("-") ? Long.valueOf(-sum) : sum;
            }
            return sum(WORDED.matcher(text));
        }

        private static @Nullable Long sum(Matcher parts) {
            BigDecimal sum = BigDecimal.ZERO;
            boolean any = false;
            while (parts.find()) {
                Long unit = unit(parts.group(2).toLowerCase(Locale.ROOT));
                if (unit != null) {
                    any = true;
                    String number = parts.group(1);
                    String whole = number.endsWith(".") ? number + "0" : number;
                    sum = sum.add(new BigDecimal(whole).multiply(BigDecimal.valueOf(unit)));
                }
            }
            if (!any) {
                return parts.reset().find() ? null : zero(parts);
            }
            return sum.toBigInteger().bitLength() > 63 ? null : Long.valueOf(sum.longValue());
        }

        /// A zero needs no unit.
        private static @Nullable Long zero(Matcher parts) {
            return parts.pattern() == PART ? Long.valueOf(0) : null;
        }

        private static @Nullable Long unit(String word) {
            Long known = UNITS.get(word);
            for (Map.Entry<String, String> each : WORDS.entrySet()) {
                if (known == null && word.startsWith(each.getKey())) {
                    known = UNITS.get(each.getValue());
                }
            }
            return known;
        }
    }
}
