/// Containers that an engine (Docker, Podman) of this machine runs: the port [ContainerEngine], its adapter to the
/// Docker Engine's HTTP interface, images and how they come, one start of a container. Nothing here knows a pod's
/// volumes or order of start.
@NullMarked
package io.kumiki.localcluster.node.engine;

import org.jspecify.annotations.NullMarked;
