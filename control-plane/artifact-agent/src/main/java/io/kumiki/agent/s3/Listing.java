package io.kumiki.agent.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/// A page of keys.
///
/// @param next the token of the next page, null on the last one
public record Listing(List<String> keys, @Nullable String next) {
    static Listing read(InputStream xml) {
        var found = elements(xml, List.of("Key", "NextContinuationToken"));
        var keys = found.getOrDefault("Key", List.of()).stream()
                .map(k -> URLDecoder.decode(k, StandardCharsets.UTF_8))
                .toList();
        var next = found.getOrDefault("NextContinuationToken", List.of());
        return new Listing(keys, next.isEmpty() ? null : next.getFirst());
    }

    static List<String> texts(InputStream xml, String tag) {
        return elements(xml, List.of(tag)).getOrDefault(tag, List.of());
    }

    private static Map<String, List<String>> elements(InputStream xml, List<String> tags) {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        var found = new LinkedHashMap<String, List<String>>();
        try (xml) {
            var reader = factory.createXMLStreamReader(xml, "UTF-8");
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT && tags.contains(reader.getLocalName())) {
                    var tag = reader.getLocalName();
                    found.computeIfAbsent(tag, t -> new ArrayList<>()).add(reader.getElementText());
                }
            }
            return found;
        } catch (XMLStreamException | IOException e) {
            throw new S3Failure("the answer of object storage could not be read: " + e.getMessage(), e);
        }
    }
}
