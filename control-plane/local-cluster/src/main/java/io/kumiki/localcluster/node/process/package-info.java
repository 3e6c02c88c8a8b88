/// Containers as local processes: isolation, the wrapper that outlives Kumiki, adoption, and ending a whole process
/// tree.
/// The POSIX scripts beside this package's resources do the work inside; Java only starts, watches and signals.
/// Nothing here knows a pod's spec.
@NullMarked
package io.kumiki.localcluster.node.process;

import org.jspecify.annotations.NullMarked;
