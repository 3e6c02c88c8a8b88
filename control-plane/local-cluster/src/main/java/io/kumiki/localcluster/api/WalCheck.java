package io.kumiki.localcluster.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Tells damage in SQLite's write-ahead log from the torn end that a power cut leaves. SQLite reads a log up to the
/// first frame whose checksum is wrong and drops the rest without a word. That is right for the last transaction,
/// which nobody was told of. But each of our transactions is on disk before the next one begins: whole transactions
/// *behind* a bad frame prove that it was good once.
///
/// The format: https://www.sqlite.org/fileformat.html#the_write_ahead_log
final class WalCheck {
    private static final int HEADER = 32;
    private static final int FRAME_HEADER = 24;
    private static final int MAGIC = 0x377f0682;

    private final ByteBuffer log;
    private final int page;
    private int a;
    private int b;

    private WalCheck(ByteBuffer log) {
        this.log = log;
        this.page = log.getInt(8);
        log.order((log.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }

    /// Says what is wrong; `null` when nothing is.
    static @Nullable String trouble(Path database) throws IOException {
        Path file = database.resolveSibling(database.getFileName() + "-wal");
        if (!Files.exists(file) || Files.size(file) < HEADER + FRAME_HEADER) {
            return null;
        }
        ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(file));
        boolean known = (log.getInt(0) & ~1) == MAGIC && Integer.bitCount(log.getInt(8)) == 1 && log.getInt(8) >= 512;
        if (!known) {
            return wholeFrames(log) ? "the head of its -wal file is damaged" : null;
        }
        return new WalCheck(log).walk();
    }

    /// Whether an unreadable head stands before something: a log that was never more than begun is no loss.
    private static boolean wholeFrames(ByteBuffer log) {
        for (int i = HEADER; i < log.capacity(); i++) {
            if (log.get(i) != 0) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String walk() {
        sum(0, HEADER - 8);
        if (!summed(HEADER - 8)) {
            return "the head of its -wal file is damaged";
        }
        int frame = FRAME_HEADER + page;
        int bad = -1;
        int later = 0;
        for (int at = HEADER; at + frame <= log.capacity(); at += frame) {
            if (bad >= 0) {
                // The chain goes on from what the frame before says of itself.
                a = big(at - frame + 16);
                b = big(at - frame + 20);
            }
            boolean ours = big(at + 8) == big(16) && big(at + 12) == big(20);
            sum(at, 8);
            sum(at + FRAME_HEADER, page);
            if (!ours || !summed(at + 16)) {
                bad = bad < 0 ? at : bad;
                if (!ours && bad == at) {
                    // Left from an earlier round of the log: here it ends.
                    return endsHere(at, frame);
                }
            } else if (bad >= 0 && big(at + 4) != 0) {
                later++;
            }
        }
        return later > 1
                ? "its -wal file is damaged at byte " + bad + ", before " + later + " transactions that are whole"
                : null;
    }

    /// A frame of another round ends the log, unless frames of this round follow: then its marks are what is damaged.
    private @Nullable String endsHere(int at, int frame) {
        int later = 0;
        for (int next = at + frame; next + frame <= log.capacity(); next += frame) {
            boolean ours = big(next + 8) == big(16) && big(next + 12) == big(20);
            later += ours && big(next + 4) != 0 ? 1 : 0;
        }
        return later > 1
                ? "its -wal file is damaged at byte " + at + ", before " + later + " transactions of the same round"
                : null;
    }

    /// Heads are big-endian whatever the checksums' order is.
    private int big(int at) {
        int value = log.getInt(at);
        return log.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }

    private void sum(int from, int length) {
        for (int at = from; at < from + length; at += 8) {
            a += log.getInt(at) + b;
            b += log.getInt(at + 4) + a;
        }
    }

    private boolean summed(int at) {
        return big(at) == a && big(at + 4) == b;
    }
}
