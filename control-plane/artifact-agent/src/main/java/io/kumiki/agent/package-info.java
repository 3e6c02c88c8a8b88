/// The helper beside a step: fetches its inputs, publishes its outputs and the outcome.
/// Knows no Kubernetes and needs the JDK alone.
/// A step plan comes in by environment, outcome.json goes out last.
@NullMarked
package io.kumiki.agent;

import org.jspecify.annotations.NullMarked;
