package io.kumiki.web.dashboard;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What this process says of itself.
///
/// @param namespace the one to begin with
/// @param mode `laptop` or `cluster`
/// @param isolation how steps run on a laptop: `isolated` or `plain`
/// @param capabilities navigation entries that exist here
/// @param endpoints as in DIR/endpoints.json; asked each time, since listeners start after this was made
public record DashboardSettings(
        String namespace,
        String version,
        @Nullable String commit,
        String mode,
        @Nullable String isolation,
        Instant startedAt,
        List<String> capabilities,
        Supplier<Map<String, String>> endpoints) {
    public static final List<String> CAPABILITIES =
            List.of("pipelines", "runs", "experiments", "artifacts", "scheduling");
}
