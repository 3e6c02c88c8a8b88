package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.ClaimFact;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeWatchTest {
    private final List<Event> told = new ArrayList<>();
    private final VolumeWatch watch = new VolumeWatch(told::add);

    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"'));
    }

    private static JsonNode claim(String phase) {
        return json("{'metadata':{'namespace':'ns','name':'data'},'spec':{'volumeName':'pv'},'status':{'phase':'"
                + phase + "'}}");
    }

    private static JsonNode volume(String zone) {
        return json("{'metadata':{'name':'pv'},'spec':{'claimRef':{'namespace':'ns','name':'data'},'nodeAffinity':"
                + "{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'zone','operator':'In','values':['"
                + zone
                + "']}]}]}}}}");
    }

    private static Event in(String zone) {
        return new Event.ClaimSeen(new ClaimFact(
                "ns",
                "data",
                true,
                List.of(new Gang.Term(List.of(new Gang.Requirement("zone", "In", List.of(zone)))))));
    }

    @Test
    void theClaimCarriesWhereItsVolumeIsWhicheverIsSeenFirst() {
        watch.claim(claim("Pending"));
        watch.claim(claim("Bound"));
        watch.volume(volume("a"));
        watch.volume(volume("a"));
        assertThat(told)
                .containsExactly(
                        new Event.ClaimSeen(new ClaimFact("ns", "data", false, List.of())),
                        new Event.ClaimSeen(new ClaimFact("ns", "data", true, List.of())),
                        in("a"));
        told.clear();
        watch.claimGone("ns/data");
        watch.claim(claim("Bound"));
        assertThat(told).containsExactly(new Event.ClaimGone("ns", "data"), in("a"));
    }

    @Test
    void aVolumeWithoutAffinityIsReachedFromAnywhere() {
        watch.volume(json("{'metadata':{'name':'pv'},'spec':{'claimRef':{'namespace':'ns','name':'data'}}}"));
        watch.claim(claim("Bound"));
        assertThat(told).containsExactly(new Event.ClaimSeen(new ClaimFact("ns", "data", true, List.of())));
    }
}
