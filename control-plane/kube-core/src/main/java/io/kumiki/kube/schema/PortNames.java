package io.kumiki.kube.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What is wrong with the name of a port (an IANA service name), in Kubernetes' words.
public final class PortNames {
    private static final Pattern LETTERS = Pattern.compile("[-a-z0-9]+");
    private static final int LONGEST = 15;

    private PortNames() {}

    public static List<String> wrong(String name) {
        List<String> wrong = new ArrayList<>();
        say(wrong, name.length() > LONGEST, "must be no more than 15 characters");
        say(
                wrong,
                !LETTERS.matcher(name).matches(),
                "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        say(wrong, name.chars().noneMatch(c -> c >= 'a' && c <= 'z'), "must contain at least one letter (a-z)");
        say(wrong, name.contains("--"), "must not contain consecutive hyphens");
        say(wrong, name.startsWith("-") || name.endsWith("-"), "must not begin or end with a hyphen");
        return wrong;
    }

    private static void say(List<String> wrong, boolean so, String why) {
        if (so) {
            wrong.add(why);
        }
    }
}
