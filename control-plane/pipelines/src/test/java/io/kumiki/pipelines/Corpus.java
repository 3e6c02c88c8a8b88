package io.kumiki.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kumiki.runtime.yaml.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The published pipelines beside the checkout. Where they are missing, tests over them say so and pass over
/// nothing.
public final class Corpus {
    private static final Path FOLDER = find();

    private Corpus() {}

    private static Path find() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolve("shared/conformance/kfp");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return Path.of("");
    }

    public static boolean there() {
        if (FOLDER.toString().isEmpty()) {
            System.out.println("skipped: the corpus ../shared/conformance/kfp is not there");
            return false;
        }
        return true;
    }

    public static Path file(String name) {
        return FOLDER.resolve(name);
    }

    public static List<String> files(String folder) {
        if (!there()) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(FOLDER.resolve(folder))) {
            return all.filter(
                            p -> p.toString().endsWith(".yaml") || p.toString().endsWith(".json"))
                    .map(p -> FOLDER.relativize(p).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Read read(String file) {
        List<JsonNode> documents = documents(file);
        JsonNode spec =
                documents.isEmpty() ? com.fasterxml.jackson.databind.node.NullNode.getInstance() : documents.getFirst();
        return PipelineReader.read(spec, documents.size() > 1 ? documents.get(1) : null);
    }

    public static List<JsonNode> documents(String file) {
        try {
            return Yaml.documents(Files.readAllBytes(FOLDER.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Pipeline pipeline(String file) {
        return switch (read(file)) {
            case Read.Valid v -> v.pipeline();
            case Read.Invalid i -> throw new AssertionError(file + ": " + i.violations());
        };
    }

    /// expected.csv by file name, each row by column.
    public static Map<String, Map<String, String>> expected() {
        if (!there()) {
            return Map.of();
        }
        try {
            List<List<String>> rows = csv(Files.readString(FOLDER.resolve("expected.csv")));
            var all = new LinkedHashMap<String, Map<String, String>>();
            for (List<String> row : rows.subList(1, rows.size())) {
                var byColumn = new LinkedHashMap<String, String>();
                for (int i = 0; i < row.size(); i++) {
                    byColumn.put(rows.getFirst().get(i), row.get(i));
                }
                all.put(row.getFirst(), byColumn);
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Optional<JsonNode> json(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(new ObjectMapper().readTree(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<List<String>> csv(String text) {
        var rows = new ArrayList<List<String>>();
        var row = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ',' || c == '\n')) {
                row.add(cell.toString().stripTrailing());
                cell.setLength(0);
                if (c == '\n') {
                    rows.add(List.copyOf(row));
                    row.clear();
                }
            } else {
                cell.append(c);
            }
        }
        return rows;
    }
}
