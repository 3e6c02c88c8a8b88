package io.kumiki.runtime.http.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against lines as the kernel prints them: 41000 belongs to user 1000, 41001 to root, 22 is only listening.
class SocketTableTest {
    @TempDir
    private Path proc;

    @BeforeEach
    void write() throws Exception {
        Assumptions.assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
                "the lines below are those of a little-endian kernel");
        Files.writeString(proc.resolve("tcp"), """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0000000000000000 100 0 0 10 0
                   1: 0100007F:A028 0100007F:22B8 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0000000000000000 20 4 30 10 -1
                   2: 0100007F:A029 0100007F:22B8 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0000000000000000 20 4 30 10 -1
                """);
        Files.writeString(proc.resolve("tcp6"), """
                  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 00000000000000000000000001000000:A02A 00000000000000000000000001000000:22B8 01 00000000:00000000 00:00000000 00000000  1000        0 4 1 0 20 4 30 10 -1
                   1: 0000000000000000FFFF00000100007F:A02B 0000000000000000FFFF00000100007F:22B8 01 00000000:00000000 00:00000000 00000000  1000        0 5 1 0 20 4 30 10 -1
                """);
    }

    @Test
    void knowsWhoseSocketItIs() throws Exception {
        SocketTable mine = new SocketTable(proc, 1000);
        InetAddress v4 = InetAddress.getByName("127.0.0.1");
        assertThat(mine.ownedByUs(v4, 41000)).isTrue();
        assertThat(mine.ownedByUs(v4, 41001)).isFalse();
        assertThat(mine.ownedByUs(v4, 41999)).as("unknown").isFalse();
        assertThat(mine.ownedByUs(v4, 22)).as("a listener is no peer").isFalse();
        assertThat(mine.ownedByUs(InetAddress.getByName("::1"), 41002)).isTrue();
        assertThat(mine.ownedByUs(v4, 41003))
                .as("an IPv4 peer that opened a v6 socket")
                .isTrue();
        assertThat(new SocketTable(proc, 1001).ownedByUs(v4, 41000)).isFalse();
        assertThat(new SocketTable(proc.resolve("none"), 1000).ownedByUs(v4, 41000))
                .isFalse();
    }
}
