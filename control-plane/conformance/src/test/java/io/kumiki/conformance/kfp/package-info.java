/// The KFP surface of a whole running Kumiki: the unmodified SDK, the published pipelines, and kill -9 in the
/// middle of things.
/// Knows the process only from outside: its command line, its data folder, HTTP.
/// Each suite starts a Kumiki of its own in an empty folder and ends it.
@NullMarked
package io.kumiki.conformance.kfp;

import org.jspecify.annotations.NullMarked;
