package io.kumiki.app;

import io.kumiki.placement.QueueOrder;
import io.kumiki.planner.PlannerOptions;
import java.util.Arrays;

/// In which order those of equal priority wait, as asked for on the command line.
final class QueueOrders {
    static final String OPTION = "queue-order";

    private QueueOrders() {}

    static QueueOrder of(Arguments a) {
        String name = a.value(OPTION).orElse(PlannerOptions.DEFAULT.order().name());
        return Arrays.stream(QueueOrder.values())
                .filter(order -> order.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Arguments.Wrong(
                        "--" + OPTION + " is one of " + Arrays.toString(QueueOrder.values()) + ", not " + name));
    }
}
