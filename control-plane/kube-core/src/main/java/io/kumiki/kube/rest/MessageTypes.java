package io.kumiki.kube.rest;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The protobuf messages that are read, and what their fields are called in JSON. Each is a line
/// `message number field type`: s text, b bytes, i integer, t truth, T time, U time with microseconds, M map of texts,
/// B map of bytes, Q map of quantities, X map of lists, o text, z integer and f truth that are left out when
/// empty, I integer or text, - not read; a leading * repeats, else a message.
final class MessageTypes {
    record Field(String name, String type) {}

    private static final Map<String, Map<Integer, Field>> MESSAGES = new HashMap<>();

    /// Messages of which nothing may be dropped.
    private static final Set<String> WHOLE = new HashSet<>();

    static {
        SimpleMessages.FIELDS.lines().forEach(MessageTypes::learn);
        WorkloadMessages.FIELDS.lines().forEach(line -> WHOLE.add(learn(line)));
    }

    private MessageTypes() {}

    private static String learn(String line) {
        String[] words = line.split(" ");
        MESSAGES.computeIfAbsent(words[0], m -> new HashMap<>())
                .put(Integer.parseInt(words[1]), new Field(words[2], words[3]));
        return words[0];
    }

    static boolean known(String message) {
        return MESSAGES.containsKey(message);
    }

    static boolean whole(String message) {
        return WHOLE.contains(message);
    }

    static @Nullable Field field(String message, int number) {
        return MESSAGES.getOrDefault(message, Map.of()).get(number);
    }
}
