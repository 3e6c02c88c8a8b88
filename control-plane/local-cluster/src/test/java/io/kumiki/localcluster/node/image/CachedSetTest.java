package io.kumiki.localcluster.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.localcluster.node.image.CachedSet.Disk;
import io.kumiki.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CachedSetTest {
    private static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");
    private static final CacheLimits LIMITS = CacheLimits.STANDARD;

    private static CachedSet set(String name, long bytes, Duration ago, boolean used) {
        return new CachedSet(Path.of(name), bytes, NOW.minus(ago), used);
    }

    private static List<String> dropped(long available, CachedSet... held) {
        return CachedSet.toDrop(List.of(held), new Disk(1_000, available), LIMITS, NOW).stream()
                .map(set -> set.folder().toString())
                .toList();
    }

    private static final CachedSet OLD = set("old", 20, Duration.ofDays(3), false);
    private static final CachedSet OLDER = set("older", 20, Duration.ofDays(9), false);
    private static final CachedSet NEW = set("new", 20, Duration.ofHours(1), false);

    @Test
    void nothingGoesBelowTheHighLimit() {
        assertThat(dropped(151, OLD, OLDER, NEW)).isEmpty();
        assertThat(dropped(150, OLD, OLDER, NEW)).isNotEmpty();
    }

    @Test
    void theOneUsedLongestAgoGoesFirstAndNoMoreThanNeeded() {
        // 80 % of 1,000 leaves 200: 50 are missing.
        assertThat(dropped(150, NEW, OLD, OLDER)).containsExactly("older", "old", "new");
        assertThat(dropped(150, NEW, OLD, set("older", 50, Duration.ofDays(9), false)))
                .containsExactly("older");
        assertThat(dropped(150, NEW, OLD, set("older", 49, Duration.ofDays(9), false)))
                .containsExactly("older", "old");
    }

    @Test
    void whatIsUsedStaysHoweverOldAndHoweverFull() {
        assertThat(dropped(0, set("used", 900, Duration.ofDays(90), true), NEW)).containsExactly("new");
    }

    @Test
    void whatWasJustUsedStays() {
        assertThat(dropped(
                        0,
                        set("just", 900, Duration.ofSeconds(119), false),
                        set("before", 1, Duration.ofSeconds(120), false)))
                .containsExactly("before");
    }

    @Test
    void anUnknownDiskIsNotFull() {
        assertThat(CachedSet.toDrop(List.of(OLD), new Disk(0, 0), LIMITS, NOW)).isEmpty();
    }

    @Test
    void limitsComeFromSettings() {
        var read = Settings.none()
                .environment(Map.of("KUMIKI_PACKAGES_HIGH_PERCENT", "60", "KUMIKI_PACKAGES_LOW_PERCENT", "50"))
                .section("packages", CacheLimits.class);
        assertThat(read.get()).isEqualTo(new CacheLimits(60, 50, Duration.ofMinutes(2)));
        assertThat(Settings.none().section("packages", CacheLimits.class).get()).isEqualTo(CacheLimits.STANDARD);
        assertThatThrownBy(() -> Settings.none()
                        .environment(Map.of("KUMIKI_PACKAGES_HIGH_PERCENT", "60"))
                        .section("packages", CacheLimits.class)
                        .get())
                .hasMessageContaining("not 80 and 60");
    }
}
