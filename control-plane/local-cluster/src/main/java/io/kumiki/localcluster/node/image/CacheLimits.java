package io.kumiki.localcluster.node.image;

import io.kumiki.runtime.settings.Setting;
import java.time.Duration;

/// When packages that steps once installed leave the disk again; the defaults are those of the kubelet for images.
///
/// @param highPercent how full the disk may be, in percent
/// @param lowPercent how full it is left
/// @param minimumAge for how long nothing that was just used is removed
public record CacheLimits(
        @Setting(help = "above this much of its disk in use, packages that no pod uses are removed", byDefault = "85")
        int highPercent,

        @Setting(help = "until so much is in use, those used longest ago first", byDefault = "80")
        int lowPercent,

        @Setting(help = "what was used more recently stays", byDefault = "2m")
        Duration minimumAge) {
    public static final CacheLimits STANDARD = new CacheLimits(85, 80, Duration.ofMinutes(2));

    public CacheLimits {
        if (lowPercent < 0 || lowPercent > highPercent || highPercent > 100) {
            throw new IllegalArgumentException(
                    "0 <= low-percent <= high-percent <= 100 is wanted, not " + lowPercent + " and " + highPercent);
        }
    }
}
