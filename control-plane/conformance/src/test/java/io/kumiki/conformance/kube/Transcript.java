package io.kumiki.conformance.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Commands as a person types them, as `resources/kubectl/commands.txt` has them:
///
/// ```
/// ### a title
/// @ KUBE_EDITOR sed -i s/v/w/
/// $ create configmap a --from-literal=k=v
/// ? configmap/a created
/// $ apply -f -
/// | apiVersion: v1
/// ~ why the two clusters may print different things
/// ```
///
/// `$?` instead of `$` asks again until it ends well and says what `?` wants.
record Transcript(String title, Map<String, String> environment, List<Command> commands) {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    /// @param wants what the output must contain
    /// @param apart whether the clusters may print different things
    record Command(List<String> words, boolean until, String input, List<String> wants, boolean apart) {}

    static List<Transcript> parse(String text) {
        List<Transcript> all = new ArrayList<>();
        for (String part : ("\n" + text).split("\n### ")) {
            if (!part.isBlank() && !part.strip().startsWith("#")) {
                all.add(one(part));
            }
        }
        return all;
    }

    private static Transcript one(String part) {
        List<String> lines = part.lines().filter(line -> !line.isBlank()).toList();
        Map<String, String> environment = new LinkedHashMap<>();
        List<Command> commands = new ArrayList<>();
        int at = 1;
        while (at < lines.size()) {
            String line = lines.get(at++);
            if (line.startsWith("@ ")) {
                String[] both = line.substring(2).split(" ", 2);
                environment.put(both[0], both[1]);
                continue;
            }
            if (!line.startsWith("$")) {
                throw new IllegalArgumentException(lines.getFirst() + ": " + line);
            }
            StringBuilder input = new StringBuilder();
            List<String> wants = new ArrayList<>();
            boolean apart = false;
            while (at < lines.size() && "|?~".indexOf(lines.get(at).charAt(0)) >= 0) {
                String note = lines.get(at++);
                switch (note.charAt(0)) {
                    case '|' ->
                        input.append(note.length() > 2 ? note.substring(2) : "").append('\n');
                    case '?' -> wants.add(note.substring(2));
                    default -> apart = true;
                }
            }
            boolean until = line.startsWith("$?");
            commands.add(new Command(words(line.substring(until ? 2 : 1)), until, input.toString(), wants, apart));
        }
        return new Transcript(lines.getFirst().strip(), environment, commands);
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(
                    matcher.group(1) != null
                            ? matcher.group(1)
                            : matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
        }
        return words;
    }
}
