package io.kumiki.web.dashboard.artifact;

import java.util.ArrayList;
import java.util.List;

/// RFC 4180: quoted fields may hold separators, line ends and doubled quotes. Blank lines are no records.
final class Separated {
    private Separated() {}

    static List<List<String>> read(String text, char separator) {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = text.startsWith("\uFEFF") ? 1 : 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c != '"') {
                    field.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && field.isEmpty()) {
                quoted = true;
            } else if (c == separator) {
                record.add(field.toString());
                field.setLength(0);
            } else if (c == '\n') {
                record = end(records, record, field);
            } else if (c != '\r') {
                field.append(c);
            }
        }
        end(records, record, field);
        return records;
    }

    private static List<String> end(List<List<String>> records, List<String> record, StringBuilder field) {
        if (!record.isEmpty() || !field.isEmpty()) {
            record.add(field.toString());
            field.setLength(0);
            records.add(record);
        }
        return new ArrayList<>();
    }
}
