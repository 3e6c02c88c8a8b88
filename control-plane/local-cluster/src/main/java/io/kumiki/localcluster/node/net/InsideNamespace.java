package io.kumiki.localcluster.node.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Connects from inside a network namespace. The kernel keeps the namespace by thread, and a socket stays in the one
/// that it was made in; so a thread of the system enters it, connects, and ends.
@SuppressWarnings("restricted")
public final class InsideNamespace {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int NETWORK = 0x40000000;
    private static final int READ_ONLY_AND_NOT_FOR_CHILDREN = 0x80000;
    private static final int MORE_MILLIS = 1_000;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private InsideNamespace() {}

    /// @param namespace the file that the namespace is mounted on
    /// @param millis the longest wait for an answer
    public static Socket connect(Path namespace, InetSocketAddress to, int millis) throws IOException {
        CompletableFuture<Socket> connected = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("connect " + to.getPort()).start(() -> {
            Socket socket = new Socket();
            try {
                enter(namespace);
                socket.connect(to, millis);
                if (!connected.complete(socket)) {
                    socket.close();
                }
            } catch (Throwable e) {
                connected.completeExceptionally(e);
                close(socket);
            }
        });
        try {
            return connected.get(millis + MORE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException fault ? fault : new IOException(e.getCause());
        } catch (TimeoutException e) {
            connected.completeExceptionally(e);
            throw new IOException("no answer within " + millis + " ms", e);
        } catch (InterruptedException e) {
            connected.completeExceptionally(e);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void enter(Path namespace) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MethodHandle open = LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("open"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
            MethodHandle setns = LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("setns"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                    Linker.Option.captureCallState("errno"));
            MethodHandle close = LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("close"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int file = (int) open.invokeExact(arena.allocateFrom(namespace.toString()), READ_ONLY_AND_NOT_FOR_CHILDREN);
            if (file < 0) {
                throw new IOException("the network namespace " + namespace + " cannot be opened");
            }
            int done = (int) setns.invokeExact(state, file, NETWORK);
            int unused = (int) close.invokeExact(file);
            if (done != 0) {
                throw new IOException("the network namespace " + namespace + " cannot be entered (errno "
                        + (int) ERRNO.get(state, 0L) + ")");
            }
        }
    }
}
