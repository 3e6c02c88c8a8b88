package io.kumiki.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Reads the two small documents that clients send: a list of records with text fields, and text fields beside
/// them.
///
/// @param records the children of the named element, field → text
/// @param fields texts directly below the root
record XmlBody(List<Map<String, String>> records, Map<String, String> fields) {
    static final int LARGEST = 4 * 1024 * 1024;
    private static final XMLInputFactory FACTORY = factory();

    static XmlBody read(InputStream body, String root, String record, int most) throws IOException {
        byte[] bytes = body.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST || body.read() >= 0) {
            throw new S3Fault(400, "EntityTooLarge", "the document has more than " + LARGEST + " bytes");
        }
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new java.io.ByteArrayInputStream(bytes));
            try {
                return parse(reader, root, record, most);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new S3Fault(400, "MalformedXML", "the body is not the XML document " + root + " that was wanted");
        }
    }

    private static XmlBody parse(XMLStreamReader reader, String root, String record, int most)
            throws XMLStreamException, S3Fault {
        var records = new ArrayList<Map<String, String>>();
        var fields = new HashMap<String, String>();
        Map<String, String> current = null;
        int depth = 0;
        var text = new StringBuilder();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    text.setLength(0);
                    if (depth == 1 && !reader.getLocalName().equals(root)) {
                        throw new S3Fault(
                                400,
                                "MalformedXML",
                                "wanted the document " + root + ", found " + reader.getLocalName());
                    }
                    if (depth == 2 && reader.getLocalName().equals(record)) {
                        current = new HashMap<>();
                        records.add(current);
                        if (records.size() > most) {
                            throw new S3Fault(400, "MalformedXML", "at most " + most + " " + record + " elements");
                        }
                    }
                    if (depth > 8) {
                        throw new S3Fault(400, "MalformedXML", "the document is nested too deeply");
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    put(depth, reader.getLocalName(), text.toString(), current, fields);
                    if (depth == 2) {
                        current = null;
                    }
                    depth--;
                    text.setLength(0);
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new S3Fault(400, "MalformedXML", "document types and entities are refused");
                default -> {}
            }
        }
        return new XmlBody(records, fields);
    }

    private static void put(
            int depth, String name, String text, @Nullable Map<String, String> current, Map<String, String> fields) {
        if (depth == 3 && current != null) {
            current.put(name, text);
        } else if (depth == 2 && current == null) {
            fields.put(name, text);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }
}
