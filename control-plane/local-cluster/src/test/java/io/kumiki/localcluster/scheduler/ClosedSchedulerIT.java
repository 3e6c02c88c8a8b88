package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kumiki.kube.scheduling.SchedulerRules;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// A scheduler that is closed in the middle of a decision ends quietly.
class ClosedSchedulerIT {
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile SchedulerLoop loop;
    private volatile Thread scheduling;

    /// Closes the loop when it is about to bind: the last moment before the bind is handed on.
    private final class ClosingClock extends Clock {
        @Override
        public Instant instant() {
            boolean placing = StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().equals("place")));
            if (placing && closed.getCount() > 0) {
                scheduling = Thread.currentThread();
                loop.close();
                closed.countDown();
            }
            return Instant.now();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void closedBeforeABind() throws Exception {
        Logger log = (Logger) LoggerFactory.getLogger(SchedulerLoop.class);
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.start();
        log.addAppender(seen);
        try (SchedulerRig rig = new SchedulerRig()) {
            rig.node("a", "4");
            rig.pod("p", "cpu", "1");
            loop = new SchedulerLoop(
                    rig.api, new SchedulerSettings(SchedulerRules.DEFAULT, List.of()), new ClosingClock());
            loop.start();
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
            scheduling.join(TimeUnit.SECONDS.toMillis(20));
            assertThat(scheduling.isAlive()).isFalse();
            assertThat(seen.list).noneMatch(event -> event.getLevel() == Level.ERROR);
        } finally {
            log.detachAppender(seen);
        }
    }
}
