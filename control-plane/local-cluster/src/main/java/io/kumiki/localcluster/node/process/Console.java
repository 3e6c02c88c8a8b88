package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// The input of a container's main process, and its terminal if it has one.
public interface Console {
    /// What a container's spec asks for.
    record Wish(boolean stdin, boolean stdinOnce, boolean tty) {
        public static final Wish NONE = new Wish(false, false, false);

        /// Neither an input nor a terminal.
        public boolean none() {
            return !stdin && !tty;
        }
    }

    /// Where a client's typing goes; null when the container takes none. Closing it is the end of the input.
    @Nullable
    OutputStream input();

    /// Whether the end of a client's input is the end of the container's.
    boolean endsWithItsClient();

    /// A client has gone: the input of one that serves a single client ends.
    void left();

    /// Of its terminal; nothing happens where it has none.
    void resize(int columns, int rows) throws IOException;
}
