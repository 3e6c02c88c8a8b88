package io.kumiki.runtime.http.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The kernel's list of TCP sockets with their owners: /proc/net/tcp and tcp6.
final class SocketTable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketTable.class);

    /// Of the time no more than a tenth is spent reading while connections come one after the other, and none of them
    /// waits longer than this.
    private static final int REST = 9;

    private static final long LONGEST_REST = TimeUnit.MILLISECONDS.toNanos(20);

    private final Path folder;
    private final int uid;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Reading last;

    SocketTable(Path folder, int uid) {
        this.folder = folder;
        this.uid = uid;
    }

    /// One reading of the table.
    ///
    /// @param begun by [System#nanoTime]
    /// @param ended likewise
    /// @param ours by file and own end; sockets that only listen are left out
    private record Reading(long begun, long ended, Map<String, Boolean> ours) {
        /// How long the next one waits, so that those who come meanwhile share it.
        long rest() {
            return Math.min(REST * (ended - begun), LONGEST_REST) - (System.nanoTime() - ended);
        }
    }

    /// Whether the socket whose own end is this address and port belongs to our user. Unknown counts as no.
    boolean ownedByUs(InetAddress address, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        String own = hex(address.getAddress()) + suffix;
        Map<String, Boolean> ours = readingSince(System.nanoTime());
        return address instanceof Inet4Address
                ? ours.getOrDefault("tcp " + own, false)
                        || ours.getOrDefault("tcp6 0000000000000000FFFF0000" + own, false)
                : ours.getOrDefault("tcp6 " + own, false);
    }

    /// Begun after that moment, so that it knows the connection; shared by all who came before it began. Hundreds of
    /// connections that open at once would else read hundreds of lines hundreds of times.
    private Map<String, Boolean> readingSince(long moment) {
        lock.lock();
        try {
            Reading reading = last;
            if (reading == null || reading.begun() - moment < 0) {
                if (reading != null && reading.rest() > 0) {
                    LockSupport.parkNanos(reading.rest());
                }
                long begun = System.nanoTime();
                Map<String, Boolean> ours = new HashMap<>();
                read("tcp", ours);
                read("tcp6", ours);
                reading = new Reading(begun, System.nanoTime(), ours);
                last = reading;
            }
            return reading.ours();
        } finally {
            lock.unlock();
        }
    }

    private void read(String file, Map<String, Boolean> ours) {
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(file))) {
            lines.readLine();
            String us = String.valueOf(uid);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // sl  local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
                int local = column(line, 0, 1);
                int state = column(line, local, 2);
                int owner = column(line, state, 4);
                if (owner < line.length() && !line.startsWith("0A ", state)) {
                    ours.putIfAbsent(
                            file + " " + word(line, local), word(line, owner).equals(us));
                }
            }
        } catch (IOException e) {
            LOG.debug("{} cannot be read: its sockets count as others'", file, e);
        }
    }

    /// Where the column begins that lies so many columns further on; the line's end where there are fewer. A busy
    /// machine has thousands of lines: they are not taken apart.
    private static int column(String line, int from, int further) {
        int at = from;
        for (int i = -1; i < further; i++) {
            while (i >= 0 && at < line.length() && line.charAt(at) != ' ') {
                at++;
            }
            while (at < line.length() && line.charAt(at) == ' ') {
                at++;
            }
        }
        return at;
    }

    private static String word(String line, int from) {
        int end = line.indexOf(' ', from);
        return line.substring(from, end < 0 ? line.length() : end);
    }

    /// The kernel prints each 32-bit word in the machine's own byte order.
    private static String hex(byte[] address) {
        StringBuilder hex = new StringBuilder();
        for (int at = 0; at < address.length; at += 4) {
            ByteBuffer word = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
            word.put(address, at, 4).flip();
            hex.append(HexFormat.of().withUpperCase().toHexDigits(word.getInt()));
        }
        return hex.toString();
    }
}
