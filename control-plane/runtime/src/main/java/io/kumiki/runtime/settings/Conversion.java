package io.kumiki.runtime.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text to typed value; the message of a failure says what is wanted.
final class Conversion {
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");

    private Conversion() {}

    static Object of(Type type, String text) {
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return text.isBlank()
                    ? List.of()
                    : Arrays.stream(text.split(","))
                            .map(item -> of(list.getActualTypeArguments()[0], item.trim()))
                            .toList();
        }
        if (!(type instanceof Class<?> plain)) {
            throw new IllegalStateException("settings cannot have the type " + type);
        }
        return plain.isEnum() ? constant(plain, text) : simple(plain, text.trim());
    }

    private static Object simple(Class<?> type, String text) {
        return switch (type.getSimpleName()) {
            case "String" -> text;
            case "int" -> (int) number(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "long" -> number(text, Long.MIN_VALUE, Long.MAX_VALUE);
            case "double" -> decimal(text);
            case "boolean" -> truth(text);
            case "Duration" -> duration(text);
            case "ByteSize" -> ByteSize.parse(text);
            case "Path" -> Path.of(text);
            case "URI" -> URI.create(text);
            default -> throw new IllegalStateException("settings cannot have the type " + type.getName());
        };
    }

    private static long number(String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("a whole number is wanted");
    }

    private static double decimal(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a number is wanted");
        }
    }

    private static boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false is wanted");
        };
    }

    private static Duration duration(String text) {
        Matcher short_ = DURATION.matcher(text);
        if (!short_.matches()) {
            throw new IllegalArgumentException("a duration such as 250ms, 30s, 5m, 2h or 1d is wanted");
        }
        long n = Long.parseLong(short_.group(1));
        return switch (short_.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }

    private static Object constant(Class<?> type, String text) {
        Object[] all = type.getEnumConstants();
        for (Object one : all) {
            if (((Enum<?>) one).name().equalsIgnoreCase(text.trim().replace('-', '_'))) {
                return one;
            }
        }
        throw new IllegalArgumentException("one of " + Arrays.toString(all).toLowerCase(Locale.ROOT) + " is wanted");
    }
}
