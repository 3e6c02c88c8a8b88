package io.kumiki.model;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A schedule of five fields (minute, hour, day of month, month, day of week) or `@hourly`, `@daily`, `@every 5m`, as
/// Kubernetes' CronJobs read it.
///
/// Where both days are given, one of them suffices. A local time that the clocks skip does not happen, one that they
/// repeat happens twice.
public final class CronSchedule {
    private static final String[] NAMES = {"minute", "hour", "day of month", "month", "day of week"};
    private static final int[][] BOUNDS = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}};
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final Map<String, String> SHORT = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final int MONTH = 3;
    private static final int YEARS = 5;

    /// Bit n of a field: n is allowed.
    private final long[] allowed;
    private final boolean anyDayOfMonth;
    private final boolean anyDayOfWeek;
    private final @Nullable Duration every;

    private CronSchedule(long[] allowed, boolean anyDayOfMonth, boolean anyDayOfWeek, @Nullable Duration every) {
        this.allowed = allowed;
        this.anyDayOfMonth = anyDayOfMonth;
        this.anyDayOfWeek = anyDayOfWeek;
        this.every = every;
    }

    /// Throws IllegalArgumentException that says what is wrong with the text.
    public static CronSchedule parse(String text) {
        String given = text.strip();
        if (given.startsWith("@every ")) {
            Duration every = duration(given.substring("@every ".length()).strip());
            return new CronSchedule(new long[0], true, true, every);
        }
        String plain = SHORT.getOrDefault(given.toLowerCase(Locale.ROOT), given);
        if (plain.startsWith("@")) {
            throw new IllegalArgumentException("unrecognized descriptor: " + given);
        }
        String[] fields = plain.split("\\s+");
        if (fields.length != NAMES.length) {
            throw new IllegalArgumentException("expected exactly 5 fields (minute, hour, day of month, month,"
                    + " day of week), found " + fields.length + ": " + given);
        }
        long[] allowed = new long[NAMES.length];
        for (int i = 0; i < NAMES.length; i++) {
            allowed[i] = field(fields[i], i);
        }
        return new CronSchedule(allowed, any(fields[2]), any(fields[4]), null);
    }

    /// `*` and `?` say nothing of a day; a stepped `*` does.
    private static boolean any(String field) {
        for (String part : field.split(",")) {
            if (part.equals("*") || part.equals("?") || part.equals("*/1")) {
                return true;
            }
        }
        return false;
    }

    private static long field(String text, int field) {
        long bits = 0;
        for (String part : text.split(",", -1)) {
            bits |= range(part, field);
        }
        return bits;
    }

    private static long range(String text, int field) {
        String[] stepped = text.split("/", -1);
        String[] ends = stepped[0].split("-", -1);
        if (stepped.length > 2 || ends.length > 2) {
            throw wrong(field, text, "too many '-' or '/'");
        }
        boolean all = ends[0].equals("*") || ends[0].equals("?");
        int low = all ? BOUNDS[field][0] : number(ends[0], field);
        int high = all ? BOUNDS[field][1] : ends.length == 2 ? number(ends[1], field) : low;
        int step = 1;
        if (stepped.length == 2) {
            step = plain(stepped[1], field);
            if (ends.length == 1 && !all) {
                high = BOUNDS[field][1];
            }
        }
        if (step < 1) {
            throw wrong(field, text, "the step must be a positive number");
        }
        if (low < BOUNDS[field][0] || high > BOUNDS[field][1]) {
            throw wrong(field, text, "is outside " + BOUNDS[field][0] + "-" + BOUNDS[field][1]);
        }
        if (low > high) {
            throw wrong(field, text, "begins behind its end");
        }
        long bits = 0;
        for (int value = low; value <= high; value += step) {
            bits |= 1L << value;
        }
        return bits;
    }

    private static int number(String text, int field) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (field == MONTH && MONTHS.contains(lower)) {
            return MONTHS.indexOf(lower) + 1;
        }
        if (field == MONTH + 1 && DAYS.contains(lower)) {
            return DAYS.indexOf(lower);
        }
        return plain(text, field);
    }

    private static int plain(String text, int field) {
        if (!text.matches("[0-9]{1,4}")) {
            throw wrong(field, text, "is not a number");
        }
        return Integer.parseInt(text);
    }

    private static IllegalArgumentException wrong(int field, String text, String why) {
        return new IllegalArgumentException(NAMES[field] + " \"" + text + "\" " + why);
    }

    private static Duration duration(String text) {
        var parts = java.util.regex.Pattern.compile("([0-9]+)(h|m|s)").matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (parts.find() && parts.start() == end) {
            long amount = Long.parseLong(
                    parts.group(1).substring(0, Math.min(9, parts.group(1).length())));
            sum = sum.plus(
                    switch (parts.group(2)) {
                        case "h" -> Duration.ofHours(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        default -> Duration.ofSeconds(amount);
                    });
            end = parts.end();
        }
        if (end != text.length() || sum.isZero()) {
            throw new IllegalArgumentException("failed to parse duration @every " + text);
        }
        return sum;
    }

    /// The first time after an instant; `null` when there is none within five years.
    public @Nullable Instant next(Instant after, ZoneId zone) {
        if (every != null) {
            return after.plus(every).truncatedTo(ChronoUnit.SECONDS);
        }
        ZonedDateTime at = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime end = at.plusYears(YEARS);
        while (at.isBefore(end)) {
            if (!holds(MONTH, at.getMonthValue())) {
                at = at.toLocalDate().withDayOfMonth(1).plusMonths(1).atStartOfDay(zone);
            } else if (!day(at)) {
                at = at.toLocalDate().plusDays(1).atStartOfDay(zone);
            } else if (!holds(1, at.getHour())) {
                at = at.plusMinutes(60L - at.getMinute());
            } else if (!holds(0, at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return at.toInstant();
            }
        }
        return null;
    }

    /// All times after one instant up to another, oldest first; at most that many.
    public List<Instant> between(Instant after, Instant upTo, ZoneId zone, int most) {
        List<Instant> found = new ArrayList<>();
        Instant at = next(after, zone);
        while (at != null && !at.isAfter(upTo) && found.size() < most) {
            found.add(at);
            at = next(at, zone);
        }
        return found;
    }

    private boolean holds(int field, int value) {
        return (allowed[field] & 1L << value) != 0;
    }

    private boolean day(ZonedDateTime at) {
        boolean ofMonth = holds(2, at.getDayOfMonth());
        boolean ofWeek = holds(4, at.getDayOfWeek().getValue() % 7);
        return anyDayOfMonth || anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
    }
}
