package io.kumiki.model.run;

import java.time.Instant;

public record StateChange(Instant at, String state) {}
