/// The openb cluster and its pod lists against the placement core, beside the published policies: a fill, and a cluster
/// in steady state. Reads the data set where it lies; nothing of it is copied.
/// A workload and a policy come in, allocation curves and refusals come out.
@NullMarked
package io.kumiki.placement.bench.openb;

import org.jspecify.annotations.NullMarked;
