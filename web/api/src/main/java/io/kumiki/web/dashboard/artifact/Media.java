package io.kumiki.web.dashboard.artifact;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// What bytes are, by the artifact's type, their name and their beginning. The name is only a hint: bytes that are
/// no text are never shown as text.
enum Media {
    HTML("text/html; charset=utf-8"),
    IMAGE("image/*"),
    PDF("application/pdf"),
    MARKDOWN("text/markdown; charset=utf-8"),
    CSV("text/csv; charset=utf-8"),
    TSV("text/tab-separated-values; charset=utf-8"),
    JSON("application/json"),
    JSON_LINES("application/x-ndjson"),
    YAML("application/yaml"),
    PLAIN("text/plain; charset=utf-8"),
    BINARY("application/octet-stream");

    private final String type;

    Media(String type) {
        this.type = type;
    }

    boolean framed() {
        return this == HTML || this == IMAGE || this == PDF;
    }

    /// The exact type, which for pictures depends on their beginning.
    String contentType(byte[] start) {
        return this == IMAGE ? imageType(start) : type;
    }

    static Media of(String artifactType, String key, byte[] start) {
        if (!imageType(start).isEmpty()) {
            return IMAGE;
        }
        if (startsWith(start, "%PDF-")) {
            return PDF;
        }
        if (!isText(start)) {
            return BINARY;
        }
        if (artifactType.equals("system.HTML")) {
            return HTML;
        }
        if (artifactType.equals("system.Markdown")) {
            return MARKDOWN;
        }
        String name = key.substring(key.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html", "htm" -> HTML;
            case "svg" -> HTML; // a picture that may carry script: sandboxed like a page
            case "md", "markdown" -> MARKDOWN;
            case "csv" -> CSV;
            case "tsv" -> TSV;
            case "json" -> JSON;
            case "jsonl", "ndjson" -> JSON_LINES;
            case "yaml", "yml" -> YAML;
            default -> byContent(start);
        };
    }

    /// KFP names outputs after the parameter, without an extension.
    private static Media byContent(byte[] start) {
        String text = new String(start, 0, Math.min(start.length, 4096), StandardCharsets.UTF_8).stripLeading();
        String lower = text.substring(0, Math.min(text.length(), 20)).toLowerCase(Locale.ROOT);
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
            return HTML;
        }
        if (text.startsWith("{")) {
            int line = text.indexOf('\n');
            return line > 0
                            && text.substring(0, line).strip().endsWith("}")
                            && text.substring(line).strip().startsWith("{")
                    ? JSON_LINES
                    : JSON;
        }
        if (text.startsWith("[")) {
            return JSON;
        }
        return looksLikeCsv(text) ? CSV : PLAIN;
    }

    /// At least three records with the same number of fields, two or more.
    private static boolean looksLikeCsv(String text) {
        var records = Separated.read(text, ',');
        int whole = text.length() >= 4000 ? records.size() - 1 : records.size();
        return whole >= 3
                && records.getFirst().size() > 1
                && records.subList(0, whole).stream()
                        .allMatch(r -> r.size() == records.getFirst().size());
    }

    private static String imageType(byte[] b) {
        if (startsWith(b, "\u0089PNG\r\n\u001a\n")) {
            return "image/png";
        }
        if (startsWith(b, "\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        }
        if (startsWith(b, "GIF8")) {
            return "image/gif";
        }
        return startsWith(b, "RIFF") && b.length > 12 && new String(b, 8, 4, StandardCharsets.ISO_8859_1).equals("WEBP")
                ? "image/webp"
                : "";
    }

    private static boolean startsWith(byte[] bytes, String prefix) {
        byte[] want = prefix.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length >= want.length && Arrays.equals(bytes, 0, want.length, want, 0, want.length);
    }

    /// UTF-8 without control characters other than white space; the last character may be cut.
    static boolean isText(byte[] bytes) {
        int end = bytes.length;
        for (int back = 0; back < 4 && end > 0; back++, end--) {
            try {
                var text = StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes, 0, end));
                return text.chars()
                        .noneMatch(c -> c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b);
            } catch (CharacterCodingException cut) {
                // try without the last byte
            }
        }
        return bytes.length == 0;
    }
}
