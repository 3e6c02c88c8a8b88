package io.kumiki.extender.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.foreign.Format;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.planner.Decision;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class PodAdmissionTest {
    /// Answers as told, remembers what it was asked.
    private static final class Told implements Planning {
        Decision.Entry entry = new Decision.Entry.Pinned("node7", "");
        boolean reads;
        Optional<Decision.Seat> seat = Optional.empty();
        final List<Newcomer> asked = new ArrayList<>();
        final List<Arrival> arrived = new ArrayList<>();

        @Override
        public Optional<Decision.Seat> seat(Arrival pod) {
            arrived.add(pod);
            return seat;
        }

        @Override
        public CompletionStage<Optional<Decision.Seat>> seatSoon(Arrival pod) {
            return CompletableFuture.completedStage(seat(pod));
        }

        @Override
        public boolean reads(Format format) {
            return reads;
        }

        @Override
        public Decision.Entry entry(Newcomer pod) {
            asked.add(pod);
            return entry;
        }

        @Override
        public CompletionStage<Decision.Entry> entrySoon(Newcomer pod) {
            return CompletableFuture.completedStage(entry(pod));
        }

        @Override
        public String refusal(Member pod) {
            return pod.reservation().equals("g.0") ? "" : "no";
        }
    }

    private final Told told = new Told();

    private static ObjectNode pod(String metadata, String spec) {
        return (ObjectNode) Json.parse(("{'metadata':{" + metadata + "},'spec':{" + spec + "}}").replace('\'', '"'));
    }

    private static final String GPU =
            "'containers':[{'name':'c','resources':{'limits':{'nvidia.com/gpu':'2'},'requests':{'cpu':'1','nvidia.com/gpu':'2'}}}]";

    private List<Violation> review(ObjectNode pod, PodAdmission.Rules rules) {
        return new PodAdmission(told, rules).review(pod, "team", "claim-1", false);
    }

    private ObjectNode reviewed(String metadata, String spec, PodAdmission.Rules rules) {
        ObjectNode pod = pod(metadata, spec);
        assertThat(review(pod, rules)).isEmpty();
        ObjectNode once = pod.deepCopy();
        review(pod, rules);
        assertThat(pod).as("looking twice changes nothing more").isEqualTo(once);
        return pod;
    }

    private static String gate(JsonNode pod) {
        return pod.path("spec").path("schedulingGates").path(0).path("name").asText("");
    }

    @Test
    void whatIsPlacedAtOnceIsPinnedAndAskedAboutOnce() {
        told.entry = new Decision.Entry.Pinned("node7", "3");
        ObjectNode pod = reviewed("", GPU, PodAdmission.Rules.PLAIN);
        assertThat(told.asked).hasSize(1);
        assertThat(PodShape.pin(pod)).isEqualTo("node7");
        assertThat(pod.path("metadata").path("annotations"))
                .isEqualTo(Json.object().put("kumiki.io/claim", "claim-1").put("kumiki.io/devices", "3"));
        assertThat(gate(pod)).isEmpty();
    }

    @Test
    void everyTermOfAnAffinityIsNarrowed() {
        ObjectNode pod = reviewed(
                "",
                GPU
                        + ",'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':["
                        + "{'matchExpressions':[{'key':'a','operator':'Exists'}]},"
                        + "{'matchExpressions':[{'key':'b','operator':'Exists'}]}]}}}",
                PodAdmission.Rules.PLAIN);
        assertThat(PodShape.pin(pod)).isEqualTo("node7");
        assertThat(told.asked.getFirst().shape().nodeTerms()).hasSize(2);
    }

    @Test
    void whoMustWaitIsGatedWithTheReason() {
        told.entry = new Decision.Entry.Queued(Why.NoRoom, "all taken");
        ObjectNode pod = reviewed("", GPU, PodAdmission.Rules.PLAIN);
        assertThat(gate(pod)).isEqualTo("kumiki.io/queue");
        assertThat(pod.path("metadata")
                        .path("annotations")
                        .path("kumiki.io/why")
                        .asText())
                .isEqualTo("NoRoom: all taken");
    }

    @Test
    void whoeverIsAnotherSchedulersOrBoundIsLeftAlone() {
        for (String more : List.of("'schedulerName':'another'", "'nodeName':'node1'")) {
            ObjectNode pod = reviewed("", GPU + "," + more, PodAdmission.Rules.PLAIN);
            assertThat(pod).as(more).isEqualTo(pod("", GPU + "," + more));
        }
        assertThat(told.asked).isEmpty();
    }

    @Test
    void softWishesDoNotKeepAPodFromBeingPinned() {
        for (String more : List.of(
                "'topologySpreadConstraints':[{'whenUnsatisfiable':'ScheduleAnyway'}]",
                "'volumes':[{'name':'v','emptyDir':{}}]")) {
            assertThat(PodShape.pin(reviewed("", GPU + "," + more, PodAdmission.Rules.PLAIN)))
                    .isEqualTo("node7");
        }
    }

    @Test
    void anotherGateComesFirstAndSystemPodsPass() {
        ObjectNode held = reviewed("", GPU + ",'schedulingGates':[{'name':'other'}]", PodAdmission.Rules.PLAIN);
        assertThat(held.path("spec").path("schedulingGates")).hasSize(2);
        ObjectNode system = pod("", GPU);
        new PodAdmission(told, PodAdmission.Rules.PLAIN).review(system, "kube-system", "c", false);
        assertThat(system).isEqualTo(pod("", GPU));
        assertThat(told.asked).isEmpty();
    }

    @Test
    void amountsThatAreNoneAreRefused() {
        String both = "'containers':[{'resources':{'limits':{'nvidia.com/gpu':'1','kumiki.io/gpu-milli':'500'},"
                + "'requests':{'nvidia.com/gpu':'1','kumiki.io/gpu-milli':'500'}}}]";
        assertThat(review(pod("", both), PodAdmission.Rules.PLAIN).getFirst().message())
                .contains("is a part of one device");
        String marked = "'containers':[{'resources':{'requests':{'kumiki.io/plan':'1'}}}]";
        assertThat(review(pod("", marked), PodAdmission.Rules.PLAIN).getFirst().message())
                .startsWith("kumiki.io/plan is no resource to ask for");
    }

    @Test
    void annotationsThatCannotBeReadAreRefusedByName() {
        String wrong = "'annotations':{'kumiki.io/gang-size':'2','kumiki.io/last-checkpoint':'yesterday',"
                + "'kumiki.io/restart-seconds':'-1','kumiki.io/expected-seconds':'1h'}";
        for (String metadata : List.of(wrong, "'labels':{'kumiki.io/gang':'g'}," + wrong)) {
            assertThat(review(pod(metadata, GPU), PodAdmission.Rules.PLAIN))
                    .extracting(Violation::path, Violation::message)
                    .containsExactly(
                            tuple(
                                    "metadata.annotations[kumiki.io/expected-seconds]",
                                    "must be a number of seconds, 1 to 999999999, found \"1h\""),
                            tuple(
                                    "metadata.annotations[kumiki.io/last-checkpoint]",
                                    "must be a time like 2026-11-30T08:45:00Z, found \"yesterday\""),
                            tuple(
                                    "metadata.annotations[kumiki.io/restart-seconds]",
                                    "must be a number of seconds, 0 to 999999999, found \"-1\""));
        }
        String right = "'annotations':{'kumiki.io/last-checkpoint':'2026-11-30T08:45:00+01:00',"
                + "'kumiki.io/restart-seconds':'0','kumiki.io/expected-seconds':''}";
        assertThat(review(pod(right, GPU), PodAdmission.Rules.PLAIN)).isEmpty();
    }

    @Test
    void partsOfDevicesAreSeenByTheContainersThatAskForThem() {
        String spec = "'initContainers':[{'name':'i','env':[{'name':'NVIDIA_VISIBLE_DEVICES','value':'void'}],"
                + "'resources':{'limits':{'kumiki.io/gpu-milli':'300'}}}],'containers':[{'name':'side'},"
                + "{'name':'c','env':[{'name':'A','value':'b'}],"
                + "'resources':{'limits':{'kumiki.io/gpu-milli':'300'},'requests':{'kumiki.io/gpu-milli':'300'}}}]";
        String reference = "'valueFrom':{'fieldRef':{'apiVersion':'v1',"
                + "'fieldPath':\"metadata.annotations['kumiki.io/devices']\"}}";
        JsonNode nvidia = of("{'name':'NVIDIA_VISIBLE_DEVICES'," + reference + "}");
        JsonNode amd = of("{'name':'ROCR_VISIBLE_DEVICES'," + reference + "}");
        for (String metadata :
                List.of("", "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/gang-size':'2'}")) {
            JsonNode made = reviewed(metadata, spec, PodAdmission.Rules.PLAIN).path("spec");
            assertThat(made.path("containers").path(0).has("env")).isFalse();
            assertThat(made.path("containers").path(1).path("env"))
                    .containsExactly(of("{'name':'A','value':'b'}"), nvidia, amd);
            assertThat(made.path("initContainers").path(0).path("env"))
                    .as("its owner says it")
                    .containsExactly(of("{'name':'NVIDIA_VISIBLE_DEVICES','value':'void'}"), amd);
            JsonNode whole = reviewed(metadata, GPU, PodAdmission.Rules.PLAIN).path("spec");
            assertThat(whole.path("containers").path(0).has("env")).isFalse();
        }
    }

    /// In single quotes, but for strings that have them.
    private static JsonNode of(String json) {
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        for (char c : json.toCharArray()) {
            inside ^= c == '"';
            text.append(c == '\'' && !inside ? '"' : c);
        }
        return Json.parse(text.toString());
    }

    private JsonNode warnings(String metadata, String spec) {
        String pod = "{'metadata':{" + metadata + "},'spec':{" + spec + "}}";
        var admission = new PodAdmission(told, PodAdmission.Rules.PLAIN);
        JsonNode answer = Json.parse(admission.answer(reviewOf("CREATE", pod)));
        assertThat(answered(admission.answerSoon(reviewOf("CREATE", pod)))).isEqualTo(answer);
        return answer.path("response").path("warnings");
    }

    @Test
    void whoeverLetsTheSchedulerPreemptIsWarned() {
        String preempts = GPU + ",'priorityClassName':'high','priority':1000,'preemptionPolicy':'PreemptLowerPriority'";
        String gang =
                "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/gang-size':'2','kumiki.io/pinned':'true'}";
        for (String metadata : List.of("", gang)) {
            JsonNode warnings = warnings(metadata, preempts);
            assertThat(warnings).hasSize(1);
            assertThat(warnings.path(0).asText())
                    .startsWith("PriorityClass \"high\" lets the scheduler preempt single members of gangs")
                    .hasSizeLessThanOrEqualTo(256);
            assertThat(warnings(metadata, preempts.replace("PreemptLowerPriority", "Never")))
                    .isEmpty();
            assertThat(warnings(metadata, preempts.replace("1000", "0"))).isEmpty();
        }
        assertThat(warnings(gang.replace(",'kumiki.io/pinned':'true'", ""), preempts))
                .as("led")
                .isEmpty();
        assertThat(warnings("", "'schedulerName':'other'," + preempts))
                .as("not ours")
                .isEmpty();
        told.entry = new Decision.Entry.Queued(Why.NoRoom, "all taken");
        assertThat(warnings("", preempts)).as("pinned later").hasSize(1);
    }

    private List<String> said(String metadata) {
        return review(pod(metadata, GPU), PodAdmission.Rules.PLAIN).stream()
                .map(each -> each.path() + " " + each.message())
                .toList();
    }

    private static String gang(String annotations) {
        return "'labels':{'kumiki.io/gang':'g'},'annotations':{" + annotations + "}";
    }

    @Test
    void minimaAndAlternativesThatCannotBeAreRefused() {
        String minimum = "metadata.annotations[kumiki.io/min-members] must ";
        assertThat(said(gang("'kumiki.io/gang-size':'4','kumiki.io/min-members':'5'")))
                .containsExactly(minimum + "be a number from 1 to kumiki.io/gang-size, found \"5\"");
        assertThat(said(gang("'kumiki.io/gang-size':'4','kumiki.io/min-members':'member=2'")))
                .hasSize(1);
        for (String wrong : List.of("3", "other=1", "worker=5", "worker=0")) {
            assertThat(said(gang("'kumiki.io/gang-class-sizes':'launcher=1,worker=4','kumiki.io/min-members':'" + wrong
                            + "'")))
                    .containsExactly(minimum + "name classes of kumiki.io/gang-class-sizes with no more members than"
                            + " there, like worker=2, found \"" + wrong + "\"");
        }
        for (String wrong : List.of("H100=fast", "H100=0", "H100=1,H100=2", "=1", "H100=1,", "a b", "H100==1")) {
            assertThat(said(gang("'kumiki.io/gang-size':'4','kumiki.io/gpu-alternatives':'" + wrong + "'")))
                    .as(wrong)
                    .hasSize(1)
                    .allSatisfy(each -> assertThat(each)
                            .startsWith("metadata.annotations[kumiki.io/gpu-alternatives] must be 1 to 16")
                            .endsWith("found \"" + wrong + "\""));
        }
        assertThat(said(gang("'kumiki.io/gang-size':'4','kumiki.io/min-members':'4',"
                        + "'kumiki.io/gpu-alternatives':'NVIDIA-H100-80GB-HBM3=1.0,NVIDIA-L4=0.3'")))
                .isEmpty();
        assertThat(said("'annotations':{'kumiki.io/min-members':'1','kumiki.io/gpu-alternatives':'H100'}"))
                .containsExactly(
                        "metadata.annotations[kumiki.io/min-members] only a gang has members (label kumiki.io/gang)",
                        "metadata.annotations[kumiki.io/gpu-alternatives] is of gangs (label kumiki.io/gang); a pod"
                                + " alone names its types by node affinity");
    }

    @Test
    void aReservationIsCheckedAndWhatOnlyWeMaySayIsTakenOff() {
        String gang =
                "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/reservation':'%s','kumiki.io/gang-slot':'0'}";
        assertThat(review(pod(gang.formatted("forged"), GPU), PodAdmission.Rules.PLAIN))
                .hasSize(1);
        ObjectNode planned = reviewed(gang.formatted("g.0"), GPU, PodAdmission.Rules.PLAIN);
        assertThat(gate(planned)).isEmpty();
        ObjectNode member = reviewed(
                "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/gang-size':'2','kumiki.io/group':'kai/x',"
                        + "'kumiki.io/devices':'0','kumiki.io/gang-slot':'5'}",
                GPU,
                PodAdmission.Rules.PLAIN);
        assertThat(member.path("metadata").path("annotations"))
                .isEqualTo(Json.object()
                        .put("kumiki.io/gang-size", "2")
                        .put("cluster-autoscaler.kubernetes.io/safe-to-evict", "false")
                        .put("karpenter.sh/do-not-disrupt", "true"));
    }

    private static long amount(JsonNode pod, String resource) {
        return PodShape.requests(pod).getOrDefault(resource, 0L);
    }

    @Test
    void whatWeDoNotModelIsSteeredAndNeverPinned() {
        String gang =
                "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/gang-size':'2','kumiki.io/pinned':'true'}";
        ObjectNode pinned = reviewed(gang, GPU, PodAdmission.Rules.PLAIN);
        assertThat(amount(pinned, Marks.PLAN)).isZero();
        assertThat(amount(pinned, Marks.BIND)).isOne();
        String port =
                "'containers':[{'name':'c','ports':[{'hostPort':80}],'resources':{'limits':{'nvidia.com/gpu':'2'}}}]";
        for (String spec : List.of(
                port,
                GPU + ",'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'c'}}]",
                GPU + ",'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{}]}}",
                GPU + ",'topologySpreadConstraints':[{'whenUnsatisfiable':'DoNotSchedule'}]")) {
            ObjectNode steered = reviewed(gang, spec, PodAdmission.Rules.PLAIN);
            assertThat(amount(steered, Marks.PLAN)).as(spec).isOne();
            assertThat(gate(steered)).isEqualTo("kumiki.io/gang");
        }
    }

    @Test
    void aPodWithoutAGangThatWeDoNotModelIsLedToItsNode() {
        for (String more : List.of(
                "'resourceClaims':[{'name':'r'}]",
                "'topologySpreadConstraints':[{'whenUnsatisfiable':'DoNotSchedule'}]",
                "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{}]}}",
                "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'c'}}]",
                "'tolerations':[{'key':'k','operator':'Gt','value':'3'}]")) {
            ObjectNode led =
                    reviewed("'annotations':{'kumiki.io/claim':'forged'}", GPU + "," + more, PodAdmission.Rules.PLAIN);
            assertThat(amount(led, Marks.PLAN)).as(more).isOne();
            assertThat(amount(led, Marks.BIND)).as(more).isOne();
            assertThat(led.path("spec").has("schedulingGates")).isFalse();
            assertThat(PodShape.pin(led)).isEmpty();
            assertThat(led.path("metadata")
                            .path("annotations")
                            .path(Marks.CLAIM)
                            .asText())
                    .isNotEqualTo("forged")
                    .isNotEmpty();
            ObjectNode again = led.deepCopy();
            assertThat(review(again, PodAdmission.Rules.PLAIN)).isEmpty();
            assertThat(again).isEqualTo(led);
        }
        assertThat(told.asked).isEmpty();
    }

    @Test
    void aPlannedPodLosesAPinThatTheSchedulerMightNotAgreeTo() {
        String gang =
                "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/reservation':'g.0','kumiki.io/gang-slot':'0'}";
        String spread = ",'topologySpreadConstraints':[{'whenUnsatisfiable':'DoNotSchedule'}]";
        String to =
                "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':["
                        + "{%s'matchFields':[{'key':'metadata.name','operator':'In','values':['node7']}]}]}}}";
        ObjectNode plain = reviewed(gang, GPU + "," + to.formatted(""), PodAdmission.Rules.PLAIN);
        assertThat(PodShape.pin(plain)).isEqualTo("node7");
        assertThat(amount(plain, Marks.PLAN)).isZero();
        ObjectNode bare = reviewed(gang, GPU + spread + "," + to.formatted(""), PodAdmission.Rules.PLAIN);
        assertThat(bare.path("spec").has("affinity")).isFalse();
        assertThat(amount(bare, Marks.PLAN)).isOne();
        ObjectNode labelled = reviewed(
                gang,
                GPU + spread + "," + to.formatted("'matchExpressions':[{'key':'a','operator':'Exists'}],"),
                PodAdmission.Rules.PLAIN);
        assertThat(PodShape.pin(labelled)).isEmpty();
        assertThat(PodShape.single(labelled).nodeTerms())
                .singleElement()
                .satisfies(term -> assertThat(term.expressions())
                        .singleElement()
                        .satisfies(one -> assertThat(one.key()).isEqualTo("a")));
    }

    @Test
    void anOwnersWordOnEvictionStands() {
        ObjectNode pod = reviewed(
                "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/gang-size':'2','karpenter.sh/do-not-disrupt':'false'}",
                GPU,
                PodAdmission.Rules.PLAIN);
        assertThat(pod.path("metadata")
                        .path("annotations")
                        .path("karpenter.sh/do-not-disrupt")
                        .asText())
                .isEqualTo("false");
    }

    @Test
    void membersOfOtherSystemsBecomeOurs() {
        ObjectNode pod = reviewed(
                "'annotations':{'scheduling.k8s.io/group-name':'pg'}",
                GPU + ",'schedulerName':'volcano'",
                PodAdmission.Rules.ALONE);
        assertThat(pod.path("metadata").path("labels").path("kumiki.io/gang").asText())
                .isEqualTo("pg");
        assertThat(pod.path("metadata")
                        .path("annotations")
                        .path("kumiki.io/group")
                        .asText())
                .isEqualTo("volcano/pg");
        assertThat(pod.path("spec").path("schedulerName").asText()).isEqualTo("default-scheduler");
        assertThat(gate(pod)).isEqualTo("kumiki.io/gang");
        String spec = GPU + ",'schedulerName':'volcano'";
        String metadata = "'annotations':{'scheduling.k8s.io/group-name':'pg'}";
        assertThat(reviewed(metadata, spec, PodAdmission.Rules.PLAIN)).isEqualTo(pod(metadata, spec));
    }

    @Test
    void theSchedulersOwnGangsAreTakenOverOnlyWhereTheirObjectsAreRead() {
        String spec = GPU + ",'schedulingGroup':{'podGroupName':'pg'}";
        assertThat(reviewed("", spec, PodAdmission.Rules.PLAIN)).isEqualTo(pod("", spec));
        told.reads = true;
        ObjectNode pod = pod("", spec);
        assertThat(review(pod, PodAdmission.Rules.PLAIN)).isEmpty();
        assertThat(pod.path("spec").has("schedulingGroup")).isFalse();
        assertThat(pod.path("metadata")
                        .path("annotations")
                        .path("kumiki.io/original-scheduling-group")
                        .asText())
                .isEqualTo("{\"podGroupName\":\"pg\"}");
        assertThat(gate(pod)).isEqualTo("kumiki.io/gang");
    }

    @Test
    void aSchedulerOfOurOwnGetsEveryPodThatWePlace() {
        var own = new PodAdmission.Rules(Set.of(), "kumiki-scheduler", Set.of());
        ObjectNode pod = reviewed("", GPU, own);
        assertThat(pod.path("spec").path("schedulerName").asText()).isEqualTo("kumiki-scheduler");
        assertThat(pod.path("metadata")
                        .path("annotations")
                        .path("kumiki.io/original-scheduler")
                        .asText())
                .isEqualTo("default-scheduler");
        assertThat(pod.path("spec").path("tolerations").path(0).path("key").asText())
                .isEqualTo("kumiki.io/gpu");
        assertThat(told.asked.getFirst().shape().tolerations()).hasSize(1);
        ObjectNode plain = pod("", "'containers':[{'name':'c'}]");
        assertThat(reviewed("", "'containers':[{'name':'c'}]", own)).isEqualTo(plain);
    }

    @Test
    void anAnswerOnTheEventLoopIsTheSame() {
        List<String> objects = List.of(
                "{'metadata':{'name':'p','namespace':'team'},'spec':{" + GPU + "}}",
                "{'metadata':{'name':'p','namespace':'team','labels':{'kumiki.io/gang':'g'},"
                        + "'annotations':{'kumiki.io/gang-size':'2'}},'spec':{" + GPU + "}}",
                "{'metadata':{'name':'p','namespace':'team','labels':{'kumiki.io/gang':'g'}},'spec':{" + GPU + "}}",
                "{'metadata':{'name':'p','namespace':'team','labels':{'kumiki.io/gang':'g'},"
                        + "'annotations':{'kumiki.io/gang-size':'2','kumiki.io/pinned':'true'}},'spec':{" + GPU + "}}",
                "{'metadata':{'name':'p','namespace':'team'},'spec':{'containers':[{'name':'c'}]}}");
        told.seat = Optional.of(
                new Decision.Seat("node7", Map.of("kumiki.io/reservation", "g.0", "kumiki.io/gang-slot", "3")));
        for (var entry :
                List.of(new Decision.Entry.Pinned("node7", "0"), new Decision.Entry.Queued(Why.NoRoom, "no room"))) {
            told.entry = entry;
            for (String object : objects) {
                JsonNode soon = answered(
                        new PodAdmission(told, PodAdmission.Rules.PLAIN).answerSoon(reviewOf("CREATE", object)));
                JsonNode waited =
                        Json.parse(new PodAdmission(told, PodAdmission.Rules.PLAIN).answer(reviewOf("CREATE", object)));
                assertThat(soon).isEqualTo(waited);
                assertThat(soon.at("/response/uid").asText()).isEqualTo("u");
            }
        }
    }

    @Test
    void whatHasToBeWaitedForIsNotAnsweredThere() {
        var admission = new PodAdmission(told, PodAdmission.Rules.PLAIN);
        String planned = "{'metadata':{'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/reservation':'g.0'}},"
                + "'spec':{" + GPU + "}}";
        assertThat(admission.answerSoon(reviewOf("CREATE", planned))).isNull();
        assertThat(admission.answerSoon(reviewOf("UPDATE", "{'metadata':{},'spec':{" + GPU + "}}")))
                .isNull();
        assertThat(told.asked).isEmpty();
    }

    private static JsonNode answered(CompletionStage<byte[]> answer) {
        return Json.parse(answer.toCompletableFuture().join());
    }

    private static JsonNode reviewOf(String operation, String object) {
        return Json.parse(("{'request':{'uid':'u','operation':'" + operation
                        + "','kind':{'kind':'Pod'},'resource':{'group':'','version':'v1','resource':'pods'},"
                        + "'namespace':'team','object':" + object + "}}")
                .replace('\'', '"'));
    }

    private static final String MEMBER = "'labels':{'kumiki.io/gang':'g'},'annotations':{'kumiki.io/gang-size':'4'";

    @Test
    void aMemberWhoseSlotIsHeldIsPinnedWithoutAGate() {
        told.seat = Optional.of(new Decision.Seat(
                "node7", Map.of("kumiki.io/reservation", "g.0", "kumiki.io/gang-slot", "3", "kumiki.io/epoch", "5")));
        ObjectNode pod = reviewed(MEMBER + ",'kumiki.io/pinned':'true'}", GPU, PodAdmission.Rules.PLAIN);
        assertThat(told.arrived).containsExactly(new Planning.Arrival("claim-1", "team", "g", "member", ""));
        assertThat(gate(pod)).isEmpty();
        assertThat(PodShape.pin(pod)).isEqualTo("node7");
        JsonNode noted = pod.path("metadata").path("annotations");
        assertThat(noted.path("kumiki.io/reservation").asText()).isEqualTo("g.0");
        assertThat(noted.path("kumiki.io/gang-slot").asText()).isEqualTo("3");
        assertThat(PodShape.requests(pod)).containsKey("kumiki.io/bind").doesNotContainKey("kumiki.io/plan");
    }

    @Test
    void aMemberWithoutASlotWaitsBehindItsGate() {
        ObjectNode pod = reviewed(MEMBER + ",'kumiki.io/pinned':'true'}", GPU, PodAdmission.Rules.PLAIN);
        assertThat(told.arrived).hasSize(1);
        assertThat(gate(pod)).isEqualTo("kumiki.io/gang");
        assertThat(PodShape.pin(pod)).isEmpty();
    }

    /// Whose owner did not say that it may be pinned, where only the scheduler knows the nodes, what somebody else
    /// holds, and what is not going to be made.
    @Test
    void noSlotIsAskedForWhoIsNotPinned() {
        told.seat = Optional.of(
                new Decision.Seat("node7", Map.of("kumiki.io/reservation", "g.0", "kumiki.io/gang-slot", "3")));
        String pinned = MEMBER + ",'kumiki.io/pinned':'true'}";
        String port = GPU.replace("'name':'c'", "'name':'c','ports':[{'containerPort':80,'hostPort':80}]");
        ObjectNode dry = pod(pinned, GPU);
        new PodAdmission(told, PodAdmission.Rules.PLAIN).review(dry, "team", "claim-1", true);
        for (ObjectNode pod : List.of(
                reviewed(MEMBER + "}", GPU, PodAdmission.Rules.PLAIN),
                reviewed(pinned, port, PodAdmission.Rules.PLAIN),
                reviewed(pinned, "'schedulingGates':[{'name':'kumiki.io/gang'}]," + GPU, PodAdmission.Rules.PLAIN),
                dry)) {
            assertThat(gate(pod)).isEqualTo("kumiki.io/gang");
        }
        assertThat(told.arrived).isEmpty();
    }
}
