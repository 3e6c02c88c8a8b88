package io.kumiki.localcluster.node.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A table of the kernel's packet filter (nf_tables), written by netlink: no program is needed for it.
///
/// It gives packets that leave a range of addresses this machine's own address (masquerading), and drops packets from
/// elsewhere that would begin a connection into the range. Numbers are those of `linux/netfilter/nf_tables.h`.
@SuppressWarnings("restricted")
final class Netfilter {
    private static final int SUBSYSTEM = 10 << 8;
    private static final int NEW_TABLE = SUBSYSTEM;
    private static final int DELETE_TABLE = SUBSYSTEM | 2;
    private static final int NEW_CHAIN = SUBSYSTEM | 3;
    private static final int NEW_RULE = SUBSYSTEM | 6;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int REQUEST = 1;
    private static final int ACKNOWLEDGE = 4;
    private static final int CREATE = 0x400;
    private static final int APPEND = 0x800;
    private static final int NESTED = 0x8000;
    private static final int IPV4 = 2;
    private static final int ERROR = 2;
    private static final int NO_SUCH_ENTRY = 2;
    private static final int FORWARD = 2;
    private static final int POSTROUTING = 4;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;
    private static final int ESTABLISHED_OR_RELATED = 2 | 4;
    private static final int IN_NAME = 6;
    private static final int OUT_NAME = 7;
    private static final int DEVICE_NAME_BYTES = 16;
    private static final int ANSWER_BYTES = 65_536;

    private static final Linker LINKER = Linker.nativeLinker();

    private Netfilter() {}

    /// What stays on the bridge is nobody's business, also where the kernel shows bridged packets to the filter.
    ///
    /// @param table its name, and that of the bridge
    /// @param prefix the first two bytes of the range's addresses
    static void masquerade(String table, byte[] prefix) throws IOException {
        delete(table);
        send(
                message(NEW_TABLE, CREATE, text(1, table)),
                chain(table, "out", "nat", POSTROUTING, 100),
                rule(table, "out", load(SOURCE), equal(prefix), meta(OUT_NAME), isNot(table), expression("masq")),
                chain(table, "in", "filter", FORWARD, 0),
                rule(
                        table,
                        "in",
                        load(DESTINATION),
                        equal(prefix),
                        meta(IN_NAME),
                        isNot(table),
                        state(),
                        mask(),
                        equal(new byte[4]),
                        drop()));
    }

    static void delete(String table) throws IOException {
        try {
            send(message(DELETE_TABLE, 0, text(1, table)));
        } catch (Refused e) {
            if (e.number != NO_SUCH_ENTRY) {
                throw e;
            }
        }
    }

    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final int number;

        Refused(int number) {
            super("the kernel refused a packet filter (error " + number + ")");
            this.number = number;
        }
    }

    private static byte[] chain(String table, String name, String type, int hook, int priority) {
        return message(
                NEW_CHAIN,
                CREATE,
                text(1, table),
                text(3, name),
                nested(4, number(1, hook), number(2, priority)),
                text(7, type));
    }

    private static byte[] rule(String table, String chain, byte[]... expressions) {
        return message(NEW_RULE, CREATE | APPEND, text(1, table), text(2, chain), nested(4, expressions));
    }

    private static byte[] expression(String name, byte[]... attributes) {
        return nested(1, text(1, name), nested(2, attributes));
    }

    /// The first two bytes of an address of the packet's head.
    private static byte[] load(int offset) {
        return expression("payload", number(1, 1), number(2, 1), number(3, offset), number(4, 2));
    }

    private static byte[] equal(byte[] value) {
        return expression("cmp", number(1, 1), number(2, 0), nested(3, attribute(1, value)));
    }

    /// The name of the device that the packet comes from or leaves by.
    private static byte[] meta(int key) {
        return expression("meta", number(1, 1), number(2, key));
    }

    private static byte[] isNot(String device) {
        byte[] name = java.util.Arrays.copyOf(device.getBytes(StandardCharsets.US_ASCII), DEVICE_NAME_BYTES);
        return expression("cmp", number(1, 1), number(2, 1), nested(3, attribute(1, name)));
    }

    /// What the packet is to the connections that are known.
    private static byte[] state() {
        return expression("ct", number(1, 1), number(2, 0));
    }

    private static byte[] mask() {
        byte[] wanted = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(ESTABLISHED_OR_RELATED)
                .array();
        return expression(
                "bitwise",
                number(1, 1),
                number(2, 1),
                number(3, 4),
                nested(4, attribute(1, wanted)),
                nested(5, attribute(1, new byte[4])));
    }

    private static byte[] drop() {
        return expression("immediate", number(1, 0), nested(2, nested(2, number(1, 0))));
    }

    private static byte[] text(int type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] number(int type, int value) {
        return attribute(type, ByteBuffer.allocate(4).putInt(value).array());
    }

    private static byte[] nested(int type, byte[]... parts) {
        return attribute(type | NESTED, joined(parts));
    }

    private static byte[] attribute(int type, byte[] value) {
        int length = 4 + value.length;
        return ByteBuffer.allocate((length + 3) & ~3)
                .order(ByteOrder.nativeOrder())
                .putShort((short) length)
                .putShort((short) type)
                .put(value)
                .array();
    }

    private static byte[] message(int type, int flags, byte[]... attributes) {
        return frame(type, REQUEST | ACKNOWLEDGE | flags, IPV4, 0, joined(attributes));
    }

    private static byte[] frame(int type, int flags, int family, int resource, byte[] body) {
        return ByteBuffer.allocate(20 + body.length)
                .order(ByteOrder.nativeOrder())
                .putInt(20 + body.length)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(1)
                .putInt(0)
                .put((byte) family)
                .put((byte) 0)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) resource)
                .put(body)
                .array();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /// All of it or nothing, in one transaction.
    private static void send(byte[]... messages) throws IOException {
        byte[] batch = joined(
                frame(BATCH_BEGIN, REQUEST, 0, 10, new byte[0]),
                joined(messages),
                frame(BATCH_END, REQUEST, 0, 10, new byte[0]));
        int socket = -1;
        try (Arena arena = Arena.ofConfined()) {
            socket = (int) function("socket", 3).invokeExact(16, 3, 12);
            if (socket < 0) {
                throw new IOException("this system has no packet filter that may be changed");
            }
            MemorySegment out = arena.allocate(batch.length);
            MemorySegment.copy(batch, 0, out, ValueLayout.JAVA_BYTE, 0, batch.length);
            long sent = (long) transfer("send").invokeExact(socket, out, (long) batch.length, 0);
            if (sent != batch.length) {
                throw new IOException("the packet filter took no change");
            }
            MemorySegment in = arena.allocate(ANSWER_BYTES, 4);
            answers(socket, in, messages.length);
        } catch (IOException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        } finally {
            close(socket);
        }
    }

    private static void answers(int socket, MemorySegment in, int wanted) throws Throwable {
        int left = wanted;
        while (left > 0) {
            long read = (long) transfer("recv").invokeExact(socket, in, (long) ANSWER_BYTES, 0);
            if (read < 20) {
                throw new IOException("the packet filter gave no answer");
            }
            for (long at = 0; at + 20 <= read; ) {
                int error = in.get(ValueLayout.JAVA_INT, at + 16);
                if (in.get(ValueLayout.JAVA_SHORT, at + 4) == ERROR) {
                    left--;
                    if (error != 0) {
                        throw new Refused(-error);
                    }
                }
                at += (in.get(ValueLayout.JAVA_INT, at) + 3) & ~3;
            }
        }
    }

    private static void close(int socket) throws IOException {
        if (socket >= 0) {
            try {
                int unused = (int) function("close", 1).invokeExact(socket);
            } catch (Throwable e) {
                throw new IOException(e);
            }
        }
    }

    private static MethodHandle function(String name, int arguments) {
        var ints = new java.lang.foreign.MemoryLayout[arguments];
        java.util.Arrays.fill(ints, ValueLayout.JAVA_INT);
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ints));
    }

    private static MethodHandle transfer(String name) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
    }
}
