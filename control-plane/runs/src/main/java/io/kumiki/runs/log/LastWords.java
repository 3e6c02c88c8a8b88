package io.kumiki.runs.log;

import java.util.regex.Pattern;

/// The one line of a failed step's log that says why: the last exception that was printed, else the last line. Standard
/// output and error share a log, so what a step prints before it fails may come after its traceback.
public final class LastWords {
    private static final int LONGEST = 1000;
    private static final Pattern EXCEPTION = Pattern.compile("[A-Za-z_][\\w.]*(Error|Exception|Interrupt|Exit)(: .*)?");

    private LastWords() {}

    public static String of(String log) {
        String last = "";
        String exception = "";
        for (String line : log.strip().lines().toList()) {
            last = line.strip();
            if (EXCEPTION.matcher(line).matches()) {
                exception = last;
            }
        }
        String words = exception.isEmpty() ? last : exception;
        return words.length() > LONGEST ? words.substring(0, LONGEST) + "…" : words;
    }
}
