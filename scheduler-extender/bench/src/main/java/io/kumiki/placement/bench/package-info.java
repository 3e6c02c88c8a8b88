/// Replays of published GPU traces against the placement core, beside the published policies.
/// Reads the data sets where they lie; nothing of them is copied.
/// A workload and a policy come in, allocation curves come out.
@NullMarked
package io.kumiki.placement.bench;

import org.jspecify.annotations.NullMarked;
