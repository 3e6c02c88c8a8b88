package io.kumiki.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.SegmentedStringWriter;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// JSON in one way. Trees keep key order and numbers as received; nesting and string length are bounded before
/// anything is built.
public final class Json {
    /// Made when something typed is first read or written.
    private static final class Typed {
        private static final ObjectMapper MAPPER = JsonMapper.builder(Trees.FACTORY)
                .addModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();

        private Typed() {}
    }

    private Json() {}

    /// Thrown for text that is not JSON; the message names line and column and quotes nothing of the document.
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /// The one ObjectMapper, for values that are no trees.
    public static ObjectMapper mapper() {
        return Typed.MAPPER;
    }

    /// Under the same limits as everything here.
    public static JsonFactory tokens() {
        return Trees.FACTORY;
    }

    /// The value that begins with the token the parser is at; afterwards it is at the last one.
    public static JsonNode value(JsonParser parser) throws IOException {
        return Trees.value(parser);
    }

    public static JsonNode parse(String text) {
        try (JsonParser parser = Trees.FACTORY.createParser(text)) {
            return Trees.read(parser, false);
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonNode parse(byte[] utf8) {
        try (JsonParser parser = Trees.FACTORY.createParser(utf8)) {
            return Trees.read(parser, false);
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The tree, or `null` where {@link #parse} would hide something: an object names a member twice, or the text is
    /// not JSON.
    public static @Nullable JsonNode unambiguous(byte[] utf8) {
        try (JsonParser parser = Trees.FACTORY.createParser(utf8)) {
            return Trees.read(parser, true);
        } catch (IOException e) {
            return null;
        }
    }

    public static String write(JsonNode node) {
        BufferRecycler buffers = Trees.FACTORY._getBufferRecycler();
        try (var text = new SegmentedStringWriter(buffers)) {
            try (JsonGenerator out = Trees.FACTORY.createGenerator(text)) {
                Trees.write(out, node);
            }
            return text.getAndClear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            buffers.releaseToPool();
        }
    }

    public static byte[] bytes(JsonNode node) {
        BufferRecycler buffers = Trees.FACTORY._getBufferRecycler();
        try (var bytes = new ByteArrayBuilder(buffers)) {
            try (JsonGenerator out = Trees.FACTORY.createGenerator(bytes)) {
                Trees.write(out, node);
            }
            return bytes.getClearAndRelease();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            buffers.releaseToPool();
        }
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    private static Malformed malformed(JsonProcessingException e) {
        var at = e.getLocation();
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return new Malformed("not valid JSON" + where + ": " + e.getOriginalMessage());
    }
}
