/// Power cuts: what was acknowledged is there on every disk that the last moments may have left behind.
/// Records what a process does to its files (`src/test/c/recorder.c`), rebuilds such disks and opens them.
/// Tests only.
@NullMarked
package io.kumiki.conformance.power;

import org.jspecify.annotations.NullMarked;
