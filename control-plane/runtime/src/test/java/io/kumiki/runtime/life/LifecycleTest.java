package io.kumiki.runtime.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Lifecycle lifecycle = new Lifecycle(Duration.ofMillis(200));

    private void part(String name) {
        lifecycle.start(
                name,
                () -> {
                    said.add("+" + name);
                    return name;
                },
                stopped -> said.add("-" + stopped));
    }

    @Test
    void stopsInReverse() {
        part("store");
        part("loop");
        part("http");
        lifecycle.close();
        lifecycle.close();
        assertThat(said).containsExactly("+store", "+loop", "+http", "-http", "-loop", "-store");
    }

    @Test
    void aPartThatCannotStartStopsThoseBeforeIt() {
        part("store");
        assertThatThrownBy(() -> lifecycle.start(
                        "http",
                        () -> {
                            throw new IllegalStateException("port 1 is taken");
                        },
                        x -> {}))
                .hasMessage("could not start http: port 1 is taken");
        assertThat(said).containsExactly("+store", "-store");
        assertThatThrownBy(() -> part("late")).hasMessageContaining("already stopping");
    }

    @Test
    void aPartThatHangsOrFailsHoldsNobody() {
        part("store");
        lifecycle.atStop("hangs", () -> new CountDownLatch(1).await());
        lifecycle.atStop("fails", () -> {
            throw new IllegalStateException("no");
        });
        lifecycle.close();
        assertThat(said).containsExactly("+store", "-store");
    }
}
