package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/// A pseudo terminal of the system's own, by the C library and nothing else. The side that programs see is [#path];
/// the streams are the other one. Reading looks every 50 ms whether it shall end, for a close does not wake a reader.
@SuppressWarnings("restricted")
public final class Terminal implements AutoCloseable {
    private static final boolean MAC =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
    private static final int READ_WRITE_NO_CTTY = MAC ? 0x20002 : 0x102;
    private static final long SET_SIZE = MAC ? 0x80087467L : 0x5414L;
    private static final short READABLE = 1;
    private static final int LOOK_AGAIN_MILLIS = 50;
    private static final int CHUNK = 32 * 1024;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN = function("posix_openpt", ints(ValueLayout.JAVA_INT));
    private static final MethodHandle GRANT = function("grantpt", ints(ValueLayout.JAVA_INT));
    private static final MethodHandle UNLOCK = function("unlockpt", ints(ValueLayout.JAVA_INT));
    private static final MethodHandle NAME =
            function("ptsname", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE = function("close", ints(ValueLayout.JAVA_INT));
    private static final MethodHandle POLL =
            function("poll", ints(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle READ = function("read", transfer());
    private static final MethodHandle WRITE = function("write", transfer());
    private static final MethodHandle OPEN_PATH = LINKER.downcallHandle(
            LINKER.defaultLookup().find("open").orElseThrow(),
            ints(ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().find("ioctl").orElseThrow(),
            ints(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));

    private final int master;
    private final String path;
    /// The programs' side, held open until they are done: what is typed before the first of them opens it would be
    /// lost.
    private int slave;

    private boolean closed;
    private int users;

    private Terminal(int master, String path, int slave) {
        this.master = master;
        this.path = path;
        this.slave = slave;
    }

    private static FunctionDescriptor ints(java.lang.foreign.MemoryLayout... arguments) {
        return FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments);
    }

    private static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), type);
    }

    public static Terminal open() throws IOException {
        // ptsname keeps its answer in one place for all threads.
        synchronized (Terminal.class) {
            try (Arena arena = Arena.ofConfined()) {
                int master = (int) OPEN.invokeExact(READ_WRITE_NO_CTTY);
                if (master < 0 || (int) GRANT.invokeExact(master) != 0 || (int) UNLOCK.invokeExact(master) != 0) {
                    throw new IOException("this system gives no pseudo terminal");
                }
                MemorySegment name = (MemorySegment) NAME.invokeExact(master);
                String path = name.reinterpret(128).getString(0);
                int slave = (int) OPEN_PATH.invokeExact(arena.allocateFrom(path), READ_WRITE_NO_CTTY);
                return new Terminal(master, path, slave);
            } catch (IOException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException(e);
            }
        }
    }

    /// Of the side that programs see, like `/dev/pts/3`.
    public String path() {
        return path;
    }

    public void resize(int columns, int rows) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2);
            size.set(ValueLayout.JAVA_SHORT, 0, (short) rows);
            size.set(ValueLayout.JAVA_SHORT, 2, (short) columns);
            if (enter()) {
                int unused = (int) IOCTL.invokeExact(master, SET_SIZE, size);
            }
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        } finally {
            leave();
        }
    }

    private synchronized boolean enter() {
        users++;
        return !closed;
    }

    /// The last one to leave a closed terminal gives the descriptor back; not earlier, for it may be another's then.
    private synchronized void leave() {
        users--;
        if (closed && users == 0) {
            release();
        }
    }

    private void release() {
        close(master);
        programsDone();
    }

    /// The programs have ended: once what they wrote is read, the input ends.
    public synchronized void programsDone() {
        if (slave >= 0) {
            close(slave);
            slave = -1;
        }
    }

    private static void close(int descriptor) {
        try {
            int unused = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (users == 0) {
                release();
            }
        }
    }

    private long transfer(MethodHandle call, byte[] bytes, int from, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            if (!enter()) {
                return -1;
            }
            MemorySegment buffer = arena.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, from, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long done = (long) call.invokeExact(master, buffer, (long) length);
            if (done > 0) {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, from, (int) done);
            }
            return done;
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        } finally {
            leave();
        }
    }

    /// False when it was closed meanwhile.
    private boolean awaitReadable() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 4);
            while (enter()) {
                poll.set(ValueLayout.JAVA_INT, 0, master);
                poll.set(ValueLayout.JAVA_SHORT, 4, READABLE);
                int ready = (int) POLL.invokeExact(poll, 1L, LOOK_AGAIN_MILLIS);
                if (ready != 0) {
                    return true;
                }
                leave();
            }
            return false;
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        } finally {
            leave();
        }
    }

    /// Ends when the last program has let go of the terminal. Read it on a thread of the system's: it waits in the C
    /// library.
    public InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                if (!awaitReadable()) {
                    return -1;
                }
                // Linux answers with an error once nobody holds the other side.
                long read = transfer(READ, bytes, from, Math.min(length, CHUNK));
                return read <= 0 ? -1 : (int) read;
            }
        };
    }

    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                int done = 0;
                while (done < length) {
                    long written = transfer(WRITE, bytes, from + done, Math.min(length - done, CHUNK));
                    if (written <= 0) {
                        throw new IOException("the terminal is closed");
                    }
                    done += (int) written;
                }
            }

            @Override
            public void close() throws IOException {
                // A terminal's end of input is a character (^D); closing it would end the output too.
                write(4);
            }
        };
    }
}
