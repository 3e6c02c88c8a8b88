package io.kumiki.runtime.http.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// The kernel's list of TCP sockets with their owners: /proc/net/tcp and tcp6.
final class SocketTable {
    private final Path folder;
    private final int uid;

    SocketTable(Path folder, int uid) {
        this.folder = folder;
        this.uid = uid;
    }

    /// Whether the socket whose own end is this address and port belongs to our user. Unknown counts as no.
    boolean ownedByUs(InetAddress address, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        return address instanceof Inet4Address
                ? listed("tcp", hex(address.getAddress()) + suffix)
                        || listed("tcp6", "0000000000000000FFFF0000" + hex(address.getAddress()) + suffix)
                : listed("tcp6", hex(address.getAddress()) + suffix);
    }

    private boolean listed(String file, String local) {
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(file))) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // sl  local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
                List<String> columns = List.of(line.trim().split("\\s+"));
                if (columns.size() > 7
                        && columns.get(1).equals(local)
                        && !columns.get(3).equals("0A")) {
                    return columns.get(7).equals(String.valueOf(uid));
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
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
