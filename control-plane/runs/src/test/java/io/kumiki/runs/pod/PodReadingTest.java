package io.kumiki.runs.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PodReadingTest {
    private static Pod pod(String status) {
        return Serialization.unmarshal(
                "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},"
                        + "\"status\":" + status + "}",
                Pod.class);
    }

    private static PodNews read(String status) {
        return PodReading.read(pod(status));
    }

    private static String main(String state) {
        return "\"containerStatuses\":[{\"name\":\"main\",\"image\":\"i\",\"state\":{" + state + "}}]";
    }

    @Test
    void aNewPodWaits() {
        assertThat(read("{}")).isEqualTo(new PodNews.Waiting(null));
        assertThat(read("{\"phase\":\"Pending\"}")).isEqualTo(new PodNews.Waiting(null));
    }

    @Test
    void whatHoldsAPodIsSaid() {
        assertThat(read("{\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","
                        + "\"message\":\"0/1 nodes are available: Insufficient memory.\"}]}"))
                .isEqualTo(new PodNews.Waiting("No node takes it yet: 0/1 nodes are available: Insufficient memory"));
        assertThat(read("{\"phase\":\"Pending\","
                        + main("\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"no such tag\"}") + "}"))
                .isEqualTo(new PodNews.Waiting("ImagePullBackOff: no such tag"));
    }

    @Test
    void anImageNameThatCanNeverWorkIsRefused() {
        assertThat(read("{\"phase\":\"Pending\","
                        + main("\"waiting\":{\"reason\":\"InvalidImageName\",\"message\":\"bad\"}") + "}"))
                .isInstanceOfSatisfying(
                        PodNews.Refused.class,
                        r -> assertThat(r.why().message()).contains("image i cannot be used: bad"));
    }

    @Test
    void runsThenPublishesThenEnds() {
        assertThat(read("{\"phase\":\"Running\"," + main("\"running\":{\"startedAt\":\"2026-01-01T00:00:05Z\"}") + "}"))
                .isEqualTo(new PodNews.Running(Instant.parse("2026-01-01T00:00:05Z")));
        var over = main(
                "\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\",\"finishedAt\":\"2026-01-01T00:00:09Z\"}");
        assertThat(read("{\"phase\":\"Running\"," + over + "}")).isEqualTo(new PodNews.Publishing());
        assertThat(read("{\"phase\":\"Succeeded\"," + over + "}"))
                .isEqualTo(new PodNews.Ended(0, "Completed", "", Instant.parse("2026-01-01T00:00:09Z")));
    }

    @Test
    void aFailureKeepsItsExitCodeAndReason() {
        assertThat(read("{\"phase\":\"Failed\","
                        + main(
                                "\"terminated\":{\"exitCode\":137,\"reason\":\"OOMKilled\",\"finishedAt\":\"2026-01-01T00:00:09Z\"}")
                        + "}"))
                .isEqualTo(new PodNews.Ended(137, "OOMKilled", "", Instant.parse("2026-01-01T00:00:09Z")));
        assertThat(read("{\"phase\":\"Failed\",\"reason\":\"DeadlineExceeded\",\"message\":\"too long\","
                        + main("\"terminated\":{\"exitCode\":143,\"reason\":\"Error\"}") + "}"))
                .isEqualTo(
                        new PodNews.Ended(143, "DeadlineExceeded", "too long", Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void anEvictionThatLetTheProgramEndWellIsStillAFailure() {
        assertThat(read("{\"phase\":\"Failed\",\"reason\":\"Evicted\",\"message\":\"disk\","
                        + main("\"terminated\":{\"exitCode\":0}") + "}"))
                .isInstanceOfSatisfying(
                        PodNews.Ended.class, e -> assertThat(e.exitCode()).isEqualTo(137));
    }

    @Test
    void whatTheClusterDidIsNotTheStepsFault() {
        assertThat(read("{\"phase\":\"Failed\",\"reason\":\"Terminated\",\"message\":\"node shuts down\","
                        + "\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\"}],"
                        + main("\"terminated\":{\"exitCode\":143}") + "}"))
                .isInstanceOfSatisfying(
                        PodNews.Lost.class, l -> assertThat(l.why().message()).contains("node shuts down"));
        assertThat(read("{\"phase\":\"Failed\",\"reason\":\"OutOfcpu\",\"message\":\"no room\"}"))
                .isInstanceOf(PodNews.Lost.class);
    }

    @Test
    void inputsThatCannotBeFetchedRefuseAndStorageThatIsAwayLoses() {
        var fetch = "\"initContainerStatuses\":[{\"name\":\"fetch\",\"state\":{\"terminated\":{\"exitCode\":%d}}}]";
        assertThat(read("{\"phase\":\"Failed\"," + fetch.formatted(2) + "}")).isInstanceOf(PodNews.Refused.class);
        assertThat(read("{\"phase\":\"Failed\"," + fetch.formatted(3) + "}")).isInstanceOf(PodNews.Lost.class);
    }

    @Test
    void aRefusalByTheNodeKeepsItsSentence() {
        assertThat(
                        read(
                                "{\"phase\":\"Failed\",\"reason\":\"Refused\",\"message\":\"image x needs a container engine\"}"))
                .isInstanceOfSatisfying(
                        PodNews.Refused.class,
                        r -> assertThat(r.why().message()).contains("needs a container engine"));
    }

    @Test
    void aPodThatSucceededOnASimulatedNodeHasNoContainerStatus() {
        assertThat(read("{\"phase\":\"Succeeded\"}"))
                .isInstanceOfSatisfying(
                        PodNews.Ended.class, e -> assertThat(e.exitCode()).isZero());
    }
}
