package io.kumiki.conformance.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.extender.rig.KillRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the extender that leads, in the middle of a gang; `-Dkumiki.kills=N` for more.
class KillIT {
    private static final int KILLS = Integer.getInteger("kumiki.kills", 20);

    @TempDir
    Path folder;

    @Test
    void noGangStaysPartialAndNothingIsGivenTwice() throws Exception {
        try (KillRun run = KillRun.start(folder, 7)) {
            for (int i = 0; i < KILLS; i++) {
                System.out.println(
                        run.kill(i) + ", longest partial " + run.book().longestPartial() + " s");
            }
            assertThat(run.book().doubles()).isEmpty();
            assertThat(run.book().longestPartial()).isLessThan(60);
            assertThat(run.kills()).anySatisfy(k -> assertThat(k.boundAtKill()).isBetween(1, k.size() - 1));
            // The scheduler's own replica is killed, and the other one that its calls are passed on to.
            assertThat(run.kills()).extracting(KillRun.Kill::first).contains(true, false);
        }
    }
}
