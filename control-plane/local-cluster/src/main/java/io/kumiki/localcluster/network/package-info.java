/// Services on this machine: their addresses are loopback addresses, a proxy listens there and passes connections on to
/// ready pods; which names mean which address.
@NullMarked
package io.kumiki.localcluster.network;

import org.jspecify.annotations.NullMarked;
