/// Which pods stand behind a service.
/// Knows no thread, clock or store; the world is read, plans come out.
/// A service and its pods go in, EndpointSlices come out.
@NullMarked
package io.kumiki.kube.controllers.network;

import org.jspecify.annotations.NullMarked;
