/// The built-in controllers: what they share (keys, world, plans) and the one driver that runs their decisions.
/// Has no thread and no clock: whoever owns the cluster calls `step` when it is woken or when the next time is due.
/// Changes go in, pure decisions say what follows, the driver writes it.
@NullMarked
package io.kumiki.kube.controllers;

import org.jspecify.annotations.NullMarked;
