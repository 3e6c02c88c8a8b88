package io.kumiki.kube.controllers;

import io.kumiki.kube.controllers.apps.AppsControllers;
import io.kumiki.kube.controllers.batch.BatchControllers;
import java.util.List;
import java.util.stream.Stream;

/// All of them, one class for each API group.
public final class BuiltInControllers {
    private BuiltInControllers() {}

    public static List<Controller> all(ControllerSettings settings) {
        return Stream.of(AppsControllers.all(), BatchControllers.all())
                .flatMap(List::stream)
                .toList();
    }
}
