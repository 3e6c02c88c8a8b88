/// Connections into pods over WebSocket: remote commands on `v4`/`v5.channel.k8s.io`, forwarded ports on
/// `v4.channel.k8s.io` and as SPDY frames inside the socket, as kubectl sends them.
@NullMarked
package io.kumiki.localcluster.api.session;

import org.jspecify.annotations.NullMarked;
