/// The embedded Kubernetes as plain Java: objects, kinds, patches, selectors, admission, scheduling.
/// Knows no socket, file, thread or clock.
/// Requests go in, answers and watch events come out, one revision sequence orders them.
@NullMarked
package io.kumiki.kube;

import org.jspecify.annotations.NullMarked;
