package io.kumiki.extender.foreign;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What another system asks for a group, beside the shapes of its members.
///
/// @param minimum members without which it does not start; 0 where nobody says
/// @param roles members of each role without which it does not start
/// @param priority null for that of its pods
/// @param queue empty for none
/// @param required place that holds all members, null for any
/// @param preferred place that is tried first, null for none
/// @param others what else it asks, which nobody here does, in words
public record Terms(
        int minimum,
        Map<String, Integer> roles,
        @Nullable Priority priority,
        String queue,
        @Nullable Place required,
        @Nullable Place preferred,
        List<String> others) {
    public static final Terms NONE = new Terms(0);

    public Terms {
        roles = Map.copyOf(roles);
        others = List.copyOf(others);
    }

    public Terms(int minimum) {
        this(minimum, Map.of(), null, "", null, null, List.of());
    }

    /// @param kind of the object that says how high it is
    /// @param name of that object
    public record Priority(String kind, String name) {
        public static final String CLASS = "PriorityClass";
        public static final String WORKLOAD_CLASS = "WorkloadPriorityClass";

        static @Nullable Priority of(String kind, String name) {
            return name.isEmpty() ? null : new Priority(kind, name);
        }

        /// As it is looked up.
        public String key() {
            return kind + " " + name;
        }
    }

    /// A level of the tree of places.
    ///
    /// @param label node label, or name, of the level; empty where it is counted
    /// @param tier the level counted from the tightest one, 1; 0 where it is named
    public record Place(String label, int tier) {
        static @Nullable Place labelled(String label) {
            return label.isEmpty() ? null : new Place(label, 0);
        }
    }

    Terms withRoles(Map<String, Integer> wanted) {
        return new Terms(minimum, wanted, priority, queue, required, preferred, others);
    }

    Terms withPriority(@Nullable Priority wanted) {
        return new Terms(minimum, roles, wanted, queue, required, preferred, others);
    }

    Terms withQueue(String wanted) {
        return new Terms(minimum, roles, priority, wanted, required, preferred, others);
    }

    Terms within(@Nullable Place all, @Nullable Place rather) {
        return new Terms(minimum, roles, priority, queue, all, rather, others);
    }

    /// Where it holds, somebody asks for what nobody here does.
    Terms unless(boolean followed, String words) {
        if (followed) {
            return this;
        }
        List<String> more = new ArrayList<>(others);
        more.add(words);
        return new Terms(minimum, roles, priority, queue, required, preferred, more);
    }

    /// These, and of the others what these leave open.
    public Terms or(Terms less) {
        Map<String, Integer> all = new LinkedHashMap<>(less.roles);
        all.putAll(roles);
        List<String> words = new ArrayList<>(others);
        less.others.stream().filter(each -> !words.contains(each)).forEach(words::add);
        return new Terms(
                minimum > 0 ? minimum : less.minimum,
                all,
                priority == null ? less.priority : priority,
                queue.isEmpty() ? less.queue : queue,
                required == null ? less.required : required,
                preferred == null ? less.preferred : preferred,
                words);
    }
}
