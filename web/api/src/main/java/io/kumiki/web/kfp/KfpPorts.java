package io.kumiki.web.kfp;

import io.kumiki.store.objects.ObjectStorage;

/// What the surface asks of the rest of the house.
public record KfpPorts(ImageCheck images, StepLogs logs, LauncherConfig launcher, ObjectStorage objects) {}
