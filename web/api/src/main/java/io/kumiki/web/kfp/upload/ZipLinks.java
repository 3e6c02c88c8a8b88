package io.kumiki.web.kfp.upload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/// The names of a zip archive's symbolic links. Only the central directory tells them from files: the upper half of
/// "external file attributes" is a Unix mode when the entry was made on Unix. PKWARE APPNOTE 4.3.12 and 4.4.15.
final class ZipLinks {
    private static final int END = 0x06054b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END_SIZE = 22;
    private static final int TYPE_MASK = 0170000;
    private static final int SYMLINK = 0120000;

    private ZipLinks() {}

    static Set<String> of(byte[] content) {
        var names = new HashSet<String>();
        ByteBuffer zip = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int end = content.length - END_SIZE;
        while (end >= 0 && zip.getInt(end) != END) {
            end--;
        }
        if (end < 0) {
            return names;
        }
        int at = zip.getInt(end + 16);
        while (at >= 0 && at + 46 <= content.length && zip.getInt(at) == CENTRAL) {
            int nameLength = zip.getShort(at + 28) & 0xffff;
            int extra = zip.getShort(at + 30) & 0xffff;
            int comment = zip.getShort(at + 32) & 0xffff;
            int mode = zip.getInt(at + 38) >>> 16;
            if (at + 46 + nameLength > content.length) {
                break;
            }
            if ((mode & TYPE_MASK) == SYMLINK) {
                names.add(new String(content, at + 46, nameLength, StandardCharsets.UTF_8));
            }
            at += 46 + nameLength + extra + comment;
        }
        return names;
    }
}
