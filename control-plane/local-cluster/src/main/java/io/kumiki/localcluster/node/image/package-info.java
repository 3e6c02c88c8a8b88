/// What an image name means on a machine without a container engine: a Python, the host's shell, code of our own,
/// or a refusal by name.
/// The table is checked when a run is created (literal images) and again when a pod starts (computed ones).
/// Also the cache of Python packages that makes a step's own `pip install` free.
@NullMarked
package io.kumiki.localcluster.node.image;

import org.jspecify.annotations.NullMarked;
