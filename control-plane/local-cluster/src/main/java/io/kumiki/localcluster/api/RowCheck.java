package io.kumiki.localcluster.api;

import io.kumiki.kube.Journal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// A checksum over one row, because SQLite checks the shape of its pages and not what stands in them.
final class RowCheck {
    private RowCheck() {}

    static long of(Journal.Entry entry) {
        CRC32C sum = new CRC32C();
        for (String part : new String[] {
            entry.key().storage(), entry.key().namespace(), entry.key().name()
        }) {
            sum.update(part.getBytes(StandardCharsets.UTF_8));
            sum.update(0);
        }
        sum.update(ByteBuffer.allocate(8).putLong(entry.revision()).flip());
        sum.update(entry.json());
        return sum.getValue();
    }
}
