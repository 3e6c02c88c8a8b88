/// A pod's spec turned into what its containers get: environment, arguments, volumes, mounts; and the order in
/// which they start and end.
/// Decisions are pure; only the volumes touch the disk.
/// Everything the node cannot honour is refused by name here.
@NullMarked
package io.kumiki.localcluster.node.pod;

import org.jspecify.annotations.NullMarked;
