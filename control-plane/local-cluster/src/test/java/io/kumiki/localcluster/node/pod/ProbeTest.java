package io.kumiki.localcluster.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.Probe.Verdict;
import io.kumiki.model.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static Probe probe(String text) {
        JsonNode container = Json.parse(
                ("{'ports':[{'name':'web','containerPort':8080}],'readinessProbe':" + text + "}").replace('\'', '"'));
        return Probe.of(container).getFirst();
    }

    private static List<Verdict> judge(Probe probe, String answers) {
        List<Verdict> verdicts = new ArrayList<>();
        Probe.Streak streak = Probe.Streak.NONE;
        for (char answer : answers.toCharArray()) {
            streak = streak.next(answer == '+');
            verdicts.add(probe.judge(streak));
        }
        return verdicts;
    }

    @Test
    void thresholdsCountAnswersInARow() {
        Probe probe = probe("{'successThreshold':2,'failureThreshold':3,'tcpSocket':{'port':1}}");
        assertThat(judge(probe, "--+---++-+"))
                .containsExactly(
                        Verdict.UNDECIDED,
                        Verdict.UNDECIDED,
                        Verdict.UNDECIDED,
                        Verdict.UNDECIDED,
                        Verdict.UNDECIDED,
                        Verdict.FAILED,
                        Verdict.UNDECIDED,
                        Verdict.PASSED,
                        Verdict.UNDECIDED,
                        Verdict.UNDECIDED);
    }

    @Test
    void defaultsAndPorts() {
        Probe probe = probe("{'httpGet':{'port':'web','scheme':'HTTPS'}}");
        assertThat(probe.handler()).isEqualTo(new Handler.HttpGet(true, "", 8080, "/", List.of()));
        assertThat(probe.period()).isEqualTo(Duration.ofSeconds(10));
        assertThat(probe.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(judge(probe, "--- +".replace(" ", "")))
                .containsExactly(Verdict.UNDECIDED, Verdict.UNDECIDED, Verdict.FAILED, Verdict.PASSED);
        assertThat(probe("{'tcpSocket':{'port':'81'}}").handler()).isEqualTo(new Handler.TcpSocket("", 81));
        assertThat(probe("{'tcpSocket':{'port':'none'}}").handler()).isEqualTo(new Handler.TcpSocket("", 0));
        assertThat(probe("{'grpc':{'port':9,'service':'s'}}").handler()).isEqualTo(new Handler.Grpc(9, "s"));
    }
}
