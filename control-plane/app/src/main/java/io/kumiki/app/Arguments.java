package io.kumiki.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Options of one command: `--name value`, `--name=value`, `--flag`. Every mistake is reported at once.
final class Arguments {
    /// A command line that cannot be taken; the message lists what is wrong with it.
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    private final Map<String, List<String>> values = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    static Arguments parse(List<String> args, Set<String> flags, Set<String> valued) {
        var parsed = new Arguments();
        var problems = new ArrayList<String>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (!arg.startsWith("--")) {
                parsed.words.add(arg);
                continue;
            }
            int equals = arg.indexOf('=');
            String name = arg.substring(2, equals < 0 ? arg.length() : equals);
            if (flags.contains(name) && equals < 0) {
                parsed.add(name, "true");
            } else if (!valued.contains(name)) {
                problems.add("unknown option --" + name);
            } else if (equals >= 0) {
                parsed.add(name, arg.substring(equals + 1));
            } else if (i + 1 < args.size()) {
                parsed.add(name, args.get(++i));
            } else {
                problems.add("--" + name + " needs a value");
            }
        }
        if (!problems.isEmpty()) {
            throw new Wrong(String.join("; ", problems));
        }
        return parsed;
    }

    private void add(String name, String value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    boolean flag(String name) {
        return values.containsKey(name);
    }

    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getLast);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    List<String> words() {
        return List.copyOf(words);
    }

    Optional<Integer> port(String name) {
        return value(name).map(text -> {
            int port = number(name, text);
            if (port < 0 || port > 65535) {
                throw new Wrong("--" + name + " must be 0 to 65535, not " + text);
            }
            return port;
        });
    }

    int number(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Wrong("--" + name + " must be a whole number, not '" + text + "'");
        }
    }

    Path dataFolder() {
        return Path.of(value("data").orElse(".kumiki")).toAbsolutePath().normalize();
    }
}
