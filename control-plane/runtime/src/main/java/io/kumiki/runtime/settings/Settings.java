package io.kumiki.runtime.settings;

import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Fills settings records from text. Later sources win: defaults, file, environment, command line.
///
/// ```java
/// Settings settings = Settings.none().file(path).environment(System.getenv());
/// Supplier<RunSettings> runs = settings.section("runs", RunSettings.class);
/// settings.check(); // throws with every problem of every section, unknown keys included; afterwards runs.get()
/// ```
public final class Settings {
    private final Map<String, String> values;
    private final Map<String, String> environment;
    private final Set<String> read = new TreeSet<>();
    private final Set<String> sections = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    private Settings(Map<String, String> values, Map<String, String> environment) {
        this.values = values;
        this.environment = environment;
    }

    public static Settings none() {
        return new Settings(new TreeMap<>(), Map.of());
    }

    /// A properties file; one that does not exist says nothing.
    public Settings file(Path path) {
        if (!Files.exists(path)) {
            return this;
        }
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(path)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            problems.add(path + " cannot be read: " + e.getMessage());
        }
        Map<String, String> found = new TreeMap<>();
        properties.forEach((key, value) -> found.put(key.toString(), value.toString()));
        return with(found);
    }

    public Settings with(Map<String, String> more) {
        values.putAll(more);
        return this;
    }

    /// `KUMIKI_RUNS_MAX_PODS` stands for `runs.max-pods`.
    public Settings environment(Map<String, String> variables) {
        Settings next = new Settings(values, Map.copyOf(variables));
        next.problems.addAll(problems);
        return next;
    }

    /// Reads one section. The record can be had once {@link #check} has passed.
    public <R extends Record> Supplier<R> section(String name, Class<R> type) {
        sections.add(name);
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] arguments = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        int before = problems.size();
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            arguments[i] = value(name, components[i]);
        }
        R record = problems.size() > before ? null : make(name, type, types, arguments);
        return () -> {
            check();
            return Objects.requireNonNull(record);
        };
    }

    private <R> @Nullable R make(String section, Class<R> type, Class<?>[] types, @Nullable Object[] arguments) {
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            problems.add(section + ": " + e.getTargetException().getMessage());
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("settings record " + type + " cannot be made", e);
        }
    }

    private @Nullable Object value(String section, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalStateException(component + " lacks @Setting");
        }
        String key = section + "." + kebab(component.getName());
        read.add(key);
        String text = environment.get(variable(key));
        String where = text == null ? key : variable(key);
        if (text == null) {
            text = values.getOrDefault(key, setting.byDefault());
        }
        if (text.equals(Setting.REQUIRED)) {
            problems.add(key + " is wanted and not given: " + setting.help());
            return null;
        }
        try {
            return Conversion.of(component.getGenericType(), text);
        } catch (RuntimeException e) {
            problems.add(where + " = \"" + text + "\": " + e.getMessage());
            return null;
        }
    }

    /// Throws when anything at all was wrong.
    public void check() {
        List<String> all = problems();
        if (!all.isEmpty()) {
            throw new Invalid(all);
        }
    }

    /// Every problem so far, keys that nobody read included (so call it after the last section).
    public List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        values.keySet().stream()
                .filter(key ->
                        !read.contains(key) && sections.contains(key.substring(0, Math.max(0, key.indexOf('.')))))
                .forEach(key -> all.add(key + " is not a known key" + nearest(key)));
        values.keySet().stream()
                .filter(key -> !sections.contains(key.substring(0, Math.max(0, key.indexOf('.')))))
                .forEach(key -> all.add(key + " belongs to no known section; sections are " + sections));
        for (String variable : environment.keySet()) {
            boolean ours = sections.stream().anyMatch(s -> variable.startsWith(variable(s) + "_"));
            if (ours && read.stream().noneMatch(key -> variable(key).equals(variable))) {
                all.add(variable + " stands for no known key");
            }
        }
        return all;
    }

    private String nearest(String key) {
        return read.stream()
                .filter(known -> known.startsWith(key.substring(0, Math.max(0, key.indexOf('.') + 2))))
                .findFirst()
                .map(known -> "; did you mean " + known + "?")
                .orElse("");
    }

    /// Key, default and explanation of every setting of a record, for `--help`.
    public static Map<String, String> describe(String section, Class<? extends Record> type) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            String otherwise = setting.byDefault().equals(Setting.REQUIRED)
                    ? " (required)"
                    : " (default " + setting.byDefault() + ")";
            lines.put(section + "." + kebab(component.getName()), setting.help() + otherwise);
        }
        return lines;
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String variable(String key) {
        return "KUMIKI_" + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /// Everything that is wrong with the settings, one problem a line.
    public static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1;

        Invalid(List<String> problems) {
            super("the settings have " + problems.size() + (problems.size() == 1 ? " problem" : " problems") + ":\n  "
                    + String.join("\n  ", problems));
        }
    }
}
