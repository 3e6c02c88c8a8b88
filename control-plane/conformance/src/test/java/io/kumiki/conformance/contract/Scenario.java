package io.kumiki.conformance.contract;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A few requests in order and what they shall lead to, as a file of `resources/contract` says it:
///
/// ```
/// ### a sentence
/// POST /api/v1/namespaces/{ns}/configmaps
/// Content-Type: application/json
/// {"metadata":{"name":"a"}}
/// --> 201
/// = rv /metadata/resourceVersion
/// ~ /message why the clusters may differ there
/// ```
///
/// `NODE pretend` puts a node there that takes the namespace's pods, `ASKED label/a` tells what the webhook
/// `{hook}/label` was asked about objects named `a`; its certificate is `{ca}`. `KNOWN label` waits until that webhook
/// is asked about new ConfigMaps.
/// `FORGET past` makes the cluster forget what its objects were.
/// `TIMES 12 POST /path` sends the same twelve times at one moment, `{n}` being each one's number, and tells how often
/// each code came. A body of `hex 6b3873…` is sent as those bytes.
/// A `~` line below the sentence holds for all of its requests.
/// `/status/conditions/*/type=Ready` wants it of any item. `--> until 404` and `--> until 200 /status/phase=Active` ask
/// again until it is so.
record Scenario(String title, List<Step> steps) {

    /// @param reason of the Status wanted, empty for any
    /// @param until whether the request is repeated until it leads there
    /// @param holds pointer and text that the answer must have, empty for none
    /// @param keeps variables to take from the answer: name and pointer
    /// @param apart pointers at which the clusters may differ, with the reason
    record Step(
            String method,
            String path,
            Map<String, String> headers,
            String body,
            int code,
            String reason,
            boolean until,
            Map<String, String> holds,
            Map<String, String> keeps,
            Map<String, String> apart) {}

    static List<Scenario> parse(String text) {
        List<Scenario> all = new ArrayList<>();
        for (String part : ("\n" + text).split("\n### ")) {
            if (!part.isBlank() && !part.strip().startsWith("#")) {
                all.add(scenario(part));
            }
        }
        return all;
    }

    private static Scenario scenario(String part) {
        List<String> lines = part.lines().toList();
        String title = lines.getFirst().strip();
        List<Step> steps = new ArrayList<>();
        int at = 1;
        while (at < lines.size() && lines.get(at).startsWith("~ ")) {
            at++;
        }
        List<String> everywhere = lines.subList(1, at);
        while (at < lines.size()) {
            if (lines.get(at).isBlank() || lines.get(at).startsWith("# ")) {
                at++;
                continue;
            }
            int arrow = at;
            while (!lines.get(arrow).startsWith("--> ")) {
                arrow++;
                if (arrow == lines.size()) {
                    throw new IllegalArgumentException(title + ": no arrow after " + lines.get(at));
                }
            }
            int end = arrow + 1;
            while (end < lines.size()
                    && (lines.get(end).startsWith("= ") || lines.get(end).startsWith("~ "))) {
                end++;
            }
            List<String> notes = new ArrayList<>(everywhere);
            notes.addAll(lines.subList(arrow + 1, end));
            steps.add(step(lines.subList(at, arrow), lines.get(arrow), notes));
            at = end;
        }
        return new Scenario(title, steps);
    }

    private static Step step(List<String> request, String arrow, List<String> notes) {
        String[] first = request.getFirst().split(" ", 2);
        Map<String, String> headers = new LinkedHashMap<>();
        int body = 1;
        while (body < request.size() && request.get(body).matches("[A-Za-z-]+: .*")) {
            String[] header = request.get(body).split(": ", 2);
            headers.put(header[0], header[1]);
            body++;
        }
        String[] wanted = arrow.substring(4).strip().split(" ");
        boolean until = wanted[0].equals("until");
        int at = until ? 1 : 0;
        int code = Integer.parseInt(wanted[at++]);
        String reason = "";
        Map<String, String> holds = new LinkedHashMap<>();
        for (; at < wanted.length; at++) {
            if (wanted[at].startsWith("/")) {
                String[] both = wanted[at].split("=", 2);
                holds.put(both[0], both[1]);
            } else {
                reason = wanted[at];
            }
        }
        return new Step(
                first[0],
                first[1].strip(),
                headers,
                String.join("\n", request.subList(body, request.size())).strip(),
                code,
                reason,
                until,
                holds,
                notes(notes, "= "),
                notes(notes, "~ "));
    }

    private static Map<String, String> notes(List<String> lines, String mark) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String line : lines) {
            if (line.startsWith(mark)) {
                String[] words = line.substring(2).strip().split(" ", 2);
                found.put(words[0], words.length > 1 ? words[1].strip() : "");
            }
        }
        return found;
    }
}
