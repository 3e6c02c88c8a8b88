package io.kumiki.conformance.scheduling;

import java.util.ArrayList;
import java.util.List;

/// Nodes, pods and what a scheduler must make of them, as a file of `resources/scheduling` says it:
///
/// ```
/// ### a sentence
/// node a cpu=2 label:zone=z1 taint:key=value:NoSchedule
/// pod p cpu=1 label:app=web priority=high {"nodeSelector":{"zone":"z1"}}
/// --> p on a|b
/// --> q waits 0/1 nodes are available: …
/// ```
///
/// A line that begins with blanks goes on with the one before. [PlacementRun] says what each command does.
record PlacementCase(String title, List<String> lines) {
    static List<PlacementCase> parse(String text) {
        List<PlacementCase> all = new ArrayList<>();
        for (String part : ("\n" + text).split("\n### ")) {
            if (!part.isBlank() && !part.strip().startsWith("#")) {
                String[] both = part.split("\n", 2);
                all.add(new PlacementCase(both[0].strip(), joined(both[1])));
            }
        }
        return all;
    }

    private static List<String> joined(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith(" ") && !lines.isEmpty()) {
                lines.add(lines.removeLast() + line.strip());
            } else if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(line.strip());
            }
        }
        return lines;
    }
}
