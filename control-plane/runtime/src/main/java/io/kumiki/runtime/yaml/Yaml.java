package io.kumiki.runtime.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/// Reads YAML (and so JSON) into Jackson trees. Only the JSON schema's types exist here: no tags, no dates, no
/// objects;
/// keys keep their order, integers and floats stay apart, a duplicate key is an error.
public final class Yaml {
    /// @param codePoints longest document taken
    /// @param aliases how many aliases to collections one document may use
    /// @param depth deepest nesting
    public record Limits(int codePoints, int aliases, int depth) {
        public static final Limits DEFAULT = new Limits(32 * 1024 * 1024, 50, 100);
    }

    /// The text cannot be read; the message says where and why, in words for a person.
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private Yaml() {}

    public static List<JsonNode> documents(byte[] utf8) {
        return documents(new String(utf8, StandardCharsets.UTF_8));
    }

    public static List<JsonNode> documents(String text) {
        return documents(text, Limits.DEFAULT);
    }

    public static List<JsonNode> documents(String text, Limits limits) {
        if (text.length() > limits.codePoints()) {
            throw new Malformed(
                    "the text has " + text.length() + " characters; at most " + limits.codePoints() + " are read");
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(limits.codePoints());
        options.setMaxAliasesForCollections(limits.aliases());
        options.setNestingDepthLimit(limits.depth());
        List<JsonNode> documents = new ArrayList<>();
        try {
            var composer = new Composer(new ParserImpl(new StreamReader(text), options), new Resolver(), options);
            while (composer.checkNode()) {
                documents.add(new TreeBuilder(limits).tree(composer.getNode()));
            }
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            String where =
                    mark == null ? "" : " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
            throw new Malformed("not valid YAML" + where + ": " + e.getProblem());
        } catch (YAMLException e) {
            throw new Malformed("not valid YAML: " + e.getMessage());
        }
        return documents;
    }

    /// A tree as YAML text that reads back as the same tree; texts of several lines stay readable.
    public static String write(JsonNode tree) {
        return TreeWriter.write(tree);
    }

    /// Exactly one document is wanted.
    public static JsonNode document(String text) {
        List<JsonNode> all = documents(text);
        if (all.size() != 1) {
            throw new Malformed("one YAML document is wanted, found " + all.size());
        }
        return all.getFirst();
    }
}
