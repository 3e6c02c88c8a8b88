package io.kumiki.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which port a listener takes: the one given (busy is an error), else the last one of this folder, else the
/// default, else a free one.
final class Ports {
    private final boolean auto;
    private final @Nullable JsonNode last;

    Ports(boolean auto, Optional<JsonNode> lastEndpoints) {
        this.auto = auto;
        this.last = lastEndpoints.orElse(null);
    }

    /// @param endpoint the name in endpoints.json
    int choose(String endpoint, @Nullable Integer given, int usual) throws IOException {
        if (given != null) {
            if (given != 0 && !free(given)) {
                throw new IOException("port " + given + " for " + endpoint
                        + " is in use; name another one, or leave the option out and a free one is taken");
            }
            return given;
        }
        int before = last == null ? -1 : portOf(last.path(endpoint).asText());
        if (before > 0 && free(before)) {
            return before;
        }
        if (auto) {
            return 0;
        }
        if (free(usual)) {
            return usual;
        }
        System.out.println("Port " + usual + " for " + endpoint + " is in use; taking a free one.");
        return 0;
    }

    private static int portOf(String address) {
        return address.isEmpty()
                ? -1
                : URI.create(address.contains("://") ? address : "tcp://" + address)
                        .getPort();
    }

    private static boolean free(int port) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (BindException e) {
            return false;
        }
    }
}
