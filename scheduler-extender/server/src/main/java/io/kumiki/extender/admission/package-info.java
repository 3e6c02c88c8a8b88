/// How pods enter: one decision for each new pod, pure but for one question to the planner, used by the embedded API
/// server in its own process and by any other through a webhook.
@NullMarked
package io.kumiki.extender.admission;

import org.jspecify.annotations.NullMarked;
