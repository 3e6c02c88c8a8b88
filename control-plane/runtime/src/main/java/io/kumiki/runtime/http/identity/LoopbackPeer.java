package io.kumiki.runtime.http.identity;

import io.kumiki.runtime.http.Caller;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// On a laptop, a loopback peer whose socket belongs to our own user is that user. Linux tells whose it is in
/// /proc/net/tcp;
/// read once per connection. Elsewhere loopback itself is trusted, and the README says so.
public final class LoopbackPeer implements Identity {
    private final Caller user;
    private final @Nullable SocketTable sockets;
    private final Map<HttpConnection, Boolean> known = Collections.synchronizedMap(new WeakHashMap<>());

    private LoopbackPeer(Caller user, @Nullable SocketTable sockets) {
        this.user = user;
        this.sockets = sockets;
    }

    public static LoopbackPeer of(Caller user) {
        Path proc = Path.of("/proc/self");
        if (!Files.isDirectory(proc)) {
            return new LoopbackPeer(user, null);
        }
        try {
            int uid = (Integer) Files.getAttribute(proc, "unix:uid");
            return new LoopbackPeer(user, new SocketTable(Path.of("/proc/net"), uid));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot tell our own user from /proc/self", e);
        }
    }

    static LoopbackPeer of(Caller user, SocketTable sockets) {
        return new LoopbackPeer(user, sockets);
    }

    @Override
    public @Nullable Caller identify(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        if (peer == null || peer.hostAddress() == null) {
            return null;
        }
        Boolean ours = known.get(request.connection());
        if (ours == null) {
            ours = ours(peer);
            known.put(request.connection(), ours);
        }
        return ours ? user : null;
    }

    @Override
    public boolean isOfConnection() {
        return true;
    }

    private boolean ours(SocketAddress peer) {
        try {
            InetAddress address = InetAddress.getByName(peer.hostAddress());
            return address.isLoopbackAddress() && (sockets == null || sockets.ownedByUs(address, peer.port()));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
