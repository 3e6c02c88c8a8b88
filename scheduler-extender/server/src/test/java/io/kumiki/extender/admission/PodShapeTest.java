package io.kumiki.extender.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodShapeTest {
    /// A derived Gang's members are written as JSON and read again; a single pod's are made at once. Both go into
    /// labels and facts and must be one.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"containers\":[]}}",
                "{\"metadata\":{\"annotations\":{\"kumiki.io/gang-wave\":\"3\"}},\"spec\":{\"nodeSelector\":{\"a\":\"b\"},"
                        + "\"containers\":[{\"resources\":{\"limits\":{\"nvidia.com/gpu\":\"2\",\"cpu\":\"1500m\"},"
                        + "\"requests\":{\"memory\":\"1Gi\"}}}]}}",
                "{\"spec\":{\"containers\":[{\"resources\":{\"requests\":{\"cpu\":\"2\",\"memory\":\"5\"}}},{\"resources\":"
                        + "{\"requests\":{\"cpu\":\"0.1\"}}}],\"initContainers\":[{\"resources\":{\"limits\":{\"memory\":\"9\"}}},"
                        + "{\"restartPolicy\":\"Always\",\"resources\":{\"requests\":{\"cpu\":\"1\"}}}],"
                        + "\"overhead\":{\"cpu\":\"250m\"},\"tolerations\":[{\"operator\":\"Exists\"},{\"key\":\"a\","
                        + "\"value\":\"b\",\"effect\":\"NoSchedule\",\"tolerationSeconds\":5}]}}",
                "{\"spec\":{\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":"
                        + "{\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"gpu\",\"operator\":\"Exists\"}],"
                        + "\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"n-1\"]}]},"
                        + "{\"matchExpressions\":[{\"key\":\"x\",\"operator\":\"NotIn\",\"values\":[\"1\",\"2\"]}]}]}}}}}"
            })
    void aSinglePodIsTheMemberOfAGangOfOne(String json) throws Exception {
        JsonNode pod = Json.parse(json);
        ObjectNode members = Json.object();
        PodShape.members(members, "pod", 1, 1, pod);

        Gang.Members written = Json.mapper().treeToValue(members, Gang.Members.class);
        assertThat(PodShape.single(pod)).isEqualTo(written).hasSameHashCodeAs(written);
    }

    @Test
    void aTermThatSaysNothingIsNone() {
        JsonNode pod = Json.parse("{\"spec\":{\"affinity\":{\"nodeAffinity\":{"
                + "\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":"
                + "[{\"matchExpressions\":[{\"operator\":\"Exists\"}]}]}}}}}");
        assertThatThrownBy(() -> PodShape.single(pod)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Gang.Charged charged(String spec) {
        return PodShape.single(Json.parse(("{'spec':{" + spec + "}}").replace('\'', '"')))
                .charged();
    }

    @Test
    void whatQuotasLookAtBesideRequestsIsKept() {
        String limits = "'containers':[{'resources':{'limits':{'cpu':'2','memory':'1Gi'}}}]";
        assertThat(charged(limits)).as("limits are requests").isNull();
        assertThat(charged("'priorityClassName':'high','activeDeadlineSeconds':60," + limits))
                .isEqualTo(new Gang.Charged(null, "high", List.of("Terminating")));
        assertThat(
                        charged(
                                "'containers':[{'resources':{'limits':{'cpu':'2'},'requests':{'cpu':'1500m','memory':'1Gi'}}}]"))
                .isEqualTo(new Gang.Charged(Map.of("cpu", "2"), null, null));
        assertThat(charged("'containers':[{'resources':{'limits':{'nvidia.com/gpu':'1'}}}]"))
                .isEqualTo(new Gang.Charged(null, null, List.of("BestEffort")));
        assertThat(charged(limits + ",'affinity':{'podAntiAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':"
                        + "[{'weight':1,'podAffinityTerm':{'namespaces':['a']}}]}}"))
                .isEqualTo(new Gang.Charged(null, null, List.of("CrossNamespacePodAffinity")));
    }
}
