package io.kumiki.extender;

/// Where other replicas reach this one.
///
/// @param host address of this machine, which is listened at
/// @param port 0 for a free one
public record PeerAddress(String host, int port) {
    /// Replicas of one machine.
    public static final PeerAddress LOOPBACK = new PeerAddress("127.0.0.1", 0);

    /// `HOST:PORT`, an IPv6 address in brackets; throws [IllegalArgumentException] for anything else.
    public static PeerAddress of(String text) {
        var parts = java.util.regex.Pattern.compile("(\\[[0-9a-fA-F:]{2,45}]|[^\\[\\]:/@]{1,253}):([0-9]{1,5})")
                .matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
            throw new IllegalArgumentException("HOST:PORT is wanted, not " + text);
        }
        return new PeerAddress(parts.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(parts.group(2)));
    }

    PeerAddress at(int port) {
        return new PeerAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
