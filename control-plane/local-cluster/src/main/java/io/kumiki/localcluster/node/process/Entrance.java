package io.kumiki.localcluster.node.process;

import io.kumiki.kube.PodSessions.Session;
import java.io.IOException;
import java.util.List;

/// The way into a running container for another command, whatever runs the container.
public interface Entrance {
    /// Starts a command with the container's user, environment and working folder. Its own mistakes (a program that is
    /// not there) are told on its standard error. Closing the session ends the command.
    ///
    /// @param tty the command has a terminal, and one stream of output
    /// @throws IOException when the container has ended, or cannot be entered
    Session enter(List<String> command, boolean tty) throws IOException;
}
